import ConsoleFirmware
import HardwareSpecs
import ProbeWire
import Quantities

/// Reads the fields of a proved PDU; what reads, writes the same bytes again.
func decodeFields(_ id: UInt8, _ payload: UnsafeRawBufferPointer) -> UInt64 {
  func again<M: WireMessage>(_ type: M.Type) -> UInt64 {
    guard let message = M(payload: payload) else { return 3 }
    var written = [UInt8](repeating: 0, count: payload.count)
    written.withUnsafeMutableBytes { message.encode(into: $0) }
    precondition(written.elementsEqual(payload), "a message does not write what it read")
    return 4
  }
  switch id {
  case IdentifyRequest.messageID: return again(IdentifyRequest.self)
  case Configure.messageID: return again(Configure.self)
  case Start.messageID: return again(Start.self)
  case Stop.messageID: return again(Stop.self)
  case SelfTestRequest.messageID: return again(SelfTestRequest.self)
  case LeaseRequest.messageID: return again(LeaseRequest.self)
  case DriveCommand.messageID: return again(DriveCommand.self)
  case Disarm.messageID: return again(Disarm.self)
  case AcknowledgeTrip.messageID: return again(AcknowledgeTrip.self)
  case IdentifyReply.messageID: return again(IdentifyReply.self)
  case CommandReply.messageID: return again(CommandReply.self)
  case SelfTestReport.messageID: return again(SelfTestReport.self)
  case SafetyStatus.messageID: return again(SafetyStatus.self)
  default: return 0
  }
}

/// The same bytes whole and in pieces give the same items, and none is lost without being counted.
func decodeStream(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  let whole = digest(bytes, piece: bytes.count)
  let pieces = digest(bytes, piece: 1 + Int(bytes.first ?? 0) % 61)
  precondition(whole == pieces, "how a stream is cut makes a difference")
  return whole
}

private func digest(_ bytes: UnsafeRawBufferPointer, piece: Int) -> UInt64 {
  var reader = StreamReader()
  var digest: UInt64 = 14_695_981_039_346_656_037
  func note(_ value: UInt64) { digest = (digest ^ value) &* 1_099_511_628_211 }
  var start = 0
  while start < bytes.count {
    let count = min(max(piece, 1), bytes.count - start)
    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
    reader.space(atLeast: count).copyMemory(from: part)
    reader.wrote(count)
    start += count
    while let item = reader.next() {
      switch item {
      case .message(let envelope, let payload):
        note(UInt64(envelope.message) &+ decodeFields(envelope.message, payload))
      case .line(let header, let samples):
        note(UInt64(header.sequence) &+ UInt64(samples.count))
      case .damaged(let error): note(0x1_0000 + UInt64(error.rawValue))
      }
    }
  }
  note(reader.bytesSkipped)
  return digest
}

/// A connection, then whatever the bytes say; without a lease and a held switch nothing may move.
func obey(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  var firmware = ConsoleFirmware(
    serial: SerialNumber("PG-FUZZ"), firmwareHash: 1, specHash: SpecHash.value)
  var pins = Pins()
  pins.entropy = 77
  var now: UInt64 = 1_000_000_000
  var sequence: UInt32 = 0
  var answers: UInt64 = 0
  var rest = bytes[...]
  send(sealed([0]))
  while let first = rest.first, sequence < 64 {
    let count = min(1 + Int(first) % 48, rest.count)
    var pdu = sealed(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
    rest = rest.dropFirst(count)
    // Half of them with the number and the nonce that the console waits for.
    if first & 0x80 == 0 { number(&pdu) }
    send(pdu)
    pins.driveLine = firmware.outputs.driveEnable
    now += 1_000_000
    let outputs = firmware.round(at: DeviceInstant(nanoseconds: now), pins: pins) { _, _ in }
    precondition(!outputs.driveEnable, "the switch is not held, and the drive is on")
    precondition(outputs.needleSpeed == 0, "the switch is not held, and the needle moves")
  }
  return answers

  func send(_ pdu: [UInt8]) {
    pdu.withUnsafeBytes {
      firmware.receive($0, at: DeviceInstant(nanoseconds: now), pins: pins) { _, _ in answers += 1 }
    }
  }

  func number(_ pdu: inout [UInt8]) {
    sequence &+= 1
    for index in 0..<4 { pdu[4 + index] = UInt8(truncatingIfNeeded: sequence >> UInt32(8 * index)) }
    for index in 0..<4 { pdu[8 + index] = index == 0 ? 77 : 0 }
    let body = pdu.count - ConsoleProtocol.crcBytes
    let crc = pdu.withUnsafeBytes { Checksum.pdu(UnsafeRawBufferPointer(rebasing: $0[..<body])) }
    for index in 0..<4 { pdu[body + index] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * index)) }
  }
}
