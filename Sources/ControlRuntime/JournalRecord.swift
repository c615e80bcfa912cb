import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// One step of the interlock in the journal: its inputs, and what it decided, so that a replay can
/// be held against it bit by bit (R30).
///
/// Layout: length (u16), then the fields in the order of `append`, little endian; an absent value
/// is a single 0 byte, a present one a 1 and its fields. PDUs stand as they were on the wire. A
/// CRC-32C over all of it ends the record: most inputs could change without a decision changing.
package struct JournalRecord {
  package static let header: [UInt8] = Array("PGJOURNAL1\n".utf8)

  package var inputs: InterlockInputs
  package var decisionID: UInt64
  package var outcome: UInt8

  package init(inputs: InterlockInputs, decision: InterlockDecision) {
    self.inputs = inputs
    decisionID = decision.id
    outcome = Self.outcome(decision)
  }

  package init(inputs: InterlockInputs, decisionID: UInt64, outcome: UInt8) {
    self.inputs = inputs
    self.decisionID = decisionID
    self.outcome = outcome
  }

  /// State and action in one byte.
  static func outcome(_ decision: InterlockDecision) -> UInt8 {
    let state: UInt8 =
      switch decision.state {
      case .faulted: 0
      case .locked: 1
      case .armed: 2
      case .enabled: 3
      }
    let action: UInt8 =
      switch decision.action {
      case .none: 0
      case .demandRelease: 1
      case .withdraw: 2
      case .clearLatches: 3
      case .refuse: 4
      }
    return state << 4 | action
  }

  package func append(to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.put(UInt16(0))
    bytes.put(decisionID)
    bytes.put(outcome)
    bytes.put(inputs.now.nanoseconds)
    bytes.putOptional(inputs.bootTime) { $0.put($1.nanoseconds) }
    bytes.put(UInt8(inputs.isConnected ? 1 : 0))
    bytes.putOptional(inputs.identity) { bytes, identity in
      bytes.put(identity.serial.low)
      bytes.put(identity.serial.high)
      bytes.put(identity.firmwareHash)
      bytes.put(identity.specHash)
      bytes.put(identity.nonce)
      bytes.put(identity.generation)
    }
    bytes.putOptional(inputs.frame) { bytes, frame in
      bytes.put(frame.sequence)
      bytes.put(frame.nonce)
      bytes.put(frame.deviceTime.nanoseconds)
      bytes.put(frame.received.nanoseconds)
      bytes.put(frame.payloadCRC)
      bytes.put(frame.flags.rawValue)
      bytes.put(frame.handleRoll.count)
      bytes.put(frame.handleLevel.count)
      bytes.put(frame.needleDepth.count)
      bytes.put(frame.invalidReasons)
      bytes.putOptional(frame.signal) { bytes, signal in
        bytes.put(signal.amplitude.count)
        bytes.put(signal.snr.count)
        bytes.put(signal.timeOfFlight.count)
      }
    }
    bytes.put(inputs.damaged)
    bytes.putOptional(inputs.status) { $0.put($1) }
    bytes.putOptional(inputs.selfTest) { $0.put($1) }
    bytes.putOptional(inputs.isJournalWritable) { $0.put(UInt8($1 ? 1 : 0)) }
    bytes.putOptional(inputs.isConfigurationValid) { $0.put(UInt8($1 ? 1 : 0)) }
    bytes.putOptional(inputs.soundSpeed) { $0.put($1.count) }
    bytes.put(inputs.edges.rawValue)
    bytes.putOptional(inputs.acknowledged) { bytes, cause in
      if case .check(let id) = cause { bytes.put(id.rawValue) } else { bytes.put(UInt8.max) }
    }
    let length = UInt16(bytes.count - start + MemoryLayout<UInt32>.size)
    bytes[start] = UInt8(length & 0xFF)
    bytes[start + 1] = UInt8(length >> 8)
    bytes.put(Self.checksum(bytes, from: start, to: bytes.count))
  }

  private static func checksum(_ bytes: [UInt8], from start: Int, to end: Int) -> UInt32 {
    bytes.withUnsafeBytes { Checksum.line(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
  }

  /// Reads one record; nil when the bytes end, do not make sense or do not match their checksum.
  package init?(_ reader: inout ByteReader) {
    let start = reader.offset
    guard let length = reader.take(UInt16.self), let id = reader.take(UInt64.self),
      let outcome = reader.take(UInt8.self), let now = reader.take(UInt64.self)
    else { return nil }
    var inputs = InterlockInputs(now: HostInstant(nanoseconds: now))
    guard
      reader.optional({ $0.take(UInt64.self).map(HostInstant.init) }, into: &inputs.bootTime),
      let connected = reader.take(UInt8.self),
      reader.optional({ ConsoleIdentity(&$0) }, into: &inputs.identity),
      reader.optional({ FrameObservation(&$0) }, into: &inputs.frame),
      let damaged = reader.take(UInt32.self),
      reader.optional({ Fresh(&$0) }, into: &inputs.status),
      reader.optional({ Fresh(&$0) }, into: &inputs.selfTest),
      reader.optional({ $0.take(UInt8.self).map { $0 == 1 } }, into: &inputs.isJournalWritable),
      reader.optional({ $0.take(UInt8.self).map { $0 == 1 } }, into: &inputs.isConfigurationValid),
      reader.optional(
        { $0.take(Int32.self).map(MillimetresPerSecond.init) }, into: &inputs.soundSpeed),
      let edges = reader.take(UInt8.self),
      reader.optional({ FaultCause(&$0) }, into: &inputs.acknowledged),
      case let end = reader.offset, let sum = reader.take(UInt32.self),
      sum == Self.checksum(reader.bytes, from: start, to: end), reader.offset - start == Int(length)
    else { return nil }
    inputs.isConnected = connected == 1
    inputs.damaged = damaged
    inputs.edges = OperatorEdges(rawValue: edges)
    self.init(inputs: inputs, decisionID: id, outcome: outcome)
  }
}

extension [UInt8] {
  mutating func put<T: FixedWidthInteger>(_ value: T) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  mutating func putOptional<T>(_ value: T?, _ body: (inout [UInt8], T) -> Void) {
    put(UInt8(value == nil ? 0 : 1))
    if let value { body(&self, value) }
  }

  mutating func put<M: WireMessage>(_ fresh: Fresh<M>) {
    put(fresh.since.nanoseconds)
    var payload = [UInt8](repeating: 0, count: M.payloadBytes)
    payload.withUnsafeMutableBytes { fresh.value.encode(into: $0) }
    append(contentsOf: payload)
  }
}

/// Reads little-endian fields, and never beyond the end.
package struct ByteReader {
  package let bytes: [UInt8]
  package private(set) var offset: Int

  package init(_ bytes: [UInt8], from offset: Int) {
    self.bytes = bytes
    self.offset = offset
  }

  package var isAtEnd: Bool { offset >= bytes.count }

  /// The record that begins here says that it is longer than the bytes that are left.
  package var isCutShort: Bool {
    var ahead = self
    guard let length = ahead.take(UInt16.self) else { return true }
    return offset + Int(length) > bytes.count
  }

  mutating func take<T: FixedWidthInteger>(_ type: T.Type) -> T? {
    let size = MemoryLayout<T>.size
    guard offset + size <= bytes.count else { return nil }
    defer { offset += size }
    return bytes.withUnsafeBytes {
      T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
  }

  mutating func take(count: Int) -> ArraySlice<UInt8>? {
    guard offset + count <= bytes.count else { return nil }
    defer { offset += count }
    return bytes[offset..<(offset + count)]
  }

  /// False when a value is announced but cannot be read.
  mutating func optional<T>(_ read: (inout Self) -> T?, into value: inout T?) -> Bool {
    switch take(UInt8.self) {
    case 0: return true
    case 1:
      value = read(&self)
      return value != nil
    default: return false
    }
  }
}

extension Fresh where Value: WireMessage {
  init?(_ reader: inout ByteReader) {
    guard let since = reader.take(UInt64.self),
      let payload = reader.take(count: Value.payloadBytes),
      let message = payload.withUnsafeBytes({ Value(payload: $0) })
    else { return nil }
    self.init(message, since: HostInstant(nanoseconds: since))
  }
}

extension ConsoleIdentity {
  init?(_ reader: inout ByteReader) {
    guard let low = reader.take(UInt64.self), let high = reader.take(UInt64.self),
      let firmware = reader.take(UInt64.self), let spec = reader.take(UInt64.self),
      let nonce = reader.take(UInt32.self), let generation = reader.take(UInt32.self)
    else { return nil }
    self.init(
      serial: SerialNumber(low: low, high: high), firmwareHash: firmware, specHash: spec,
      nonce: nonce, generation: generation)
  }
}

extension FrameObservation {
  init?(_ reader: inout ByteReader) {
    guard let sequence = reader.take(UInt32.self), let nonce = reader.take(UInt32.self),
      let device = reader.take(UInt64.self), let received = reader.take(UInt64.self),
      let crc = reader.take(UInt32.self), let flags = reader.take(UInt16.self),
      let roll = reader.take(Int32.self), let level = reader.take(Int32.self),
      let depth = reader.take(Int32.self), let reasons = reader.take(UInt16.self)
    else { return nil }
    var signal: SignalObservation?
    let isWhole = reader.optional(
      { reader in
        guard let amplitude = reader.take(Int32.self), let snr = reader.take(Int32.self),
          let flight = reader.take(Int64.self)
        else { return nil }
        return SignalObservation(
          amplitude: CentiDecibels(amplitude), snr: CentiDecibels(snr),
          timeOfFlight: Nanoseconds(flight))
      }, into: &signal)
    guard isWhole else { return nil }
    self.init(
      sequence: sequence, nonce: nonce, deviceTime: DeviceInstant(nanoseconds: device),
      received: HostInstant(nanoseconds: received), payloadCRC: crc,
      flags: FrameFlags(rawValue: flags), handleRoll: Millidegrees(roll),
      handleLevel: Micrometres(level), needleDepth: Micrometres(depth), signal: signal,
      invalidReasons: reasons)
  }
}

extension FaultCause {
  init?(_ reader: inout ByteReader) {
    guard let code = reader.take(UInt8.self) else { return nil }
    if code == .max {
      self = .powerUp
    } else if let id = CheckID(rawValue: code) {
      self = .check(id)
    } else {
      return nil
    }
  }
}
