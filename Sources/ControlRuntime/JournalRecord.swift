import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// One step of the interlock in the journal: its inputs, and what it decided, so that a replay can
/// be held against it bit by bit (R30).
///
/// Layout: length (u16), then the fields in the order of `write`, little endian; an absent value
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
    withUnsafeTemporaryAllocation(byteCount: Self.longest, alignment: 1) { space in
      var record = RecordWriter(space)
      write(to: &record)
      bytes.append(contentsOf: space[..<record.count])
    }
  }

  /// Bytes of a record at the most: its fields are fewer than 256 without the PDUs.
  private static let longest = 256 + SafetyStatus.payloadBytes + SelfTestReport.payloadBytes

  private func write(to record: inout RecordWriter) {
    record.put(UInt16(0))
    record.put(decisionID)
    record.put(outcome)
    record.put(inputs.now.nanoseconds)
    record.putOptional(inputs.bootTime) { $0.put($1.nanoseconds) }
    record.put(UInt8(inputs.isConnected ? 1 : 0))
    record.putOptional(inputs.identity) { record, identity in
      record.put(identity.serial.low)
      record.put(identity.serial.high)
      record.put(identity.firmwareHash)
      record.put(identity.specHash)
      record.put(identity.nonce)
      record.put(identity.generation)
    }
    record.putOptional(inputs.frame) { record, frame in
      record.put(frame.sequence)
      record.put(frame.nonce)
      record.put(frame.deviceTime.nanoseconds)
      record.put(frame.received.nanoseconds)
      record.put(frame.payloadCRC)
      record.put(frame.flags.rawValue)
      record.put(frame.handleRoll.count)
      record.put(frame.handleLevel.count)
      record.put(frame.needleDepth.count)
      record.put(frame.invalidReasons)
      record.putOptional(frame.signal) { record, signal in
        record.put(signal.amplitude.count)
        record.put(signal.snr.count)
        record.put(signal.timeOfFlight.count)
      }
    }
    record.put(inputs.damaged)
    record.putOptional(inputs.status) { $0.put($1) }
    record.putOptional(inputs.selfTest) { $0.put($1) }
    record.putOptional(inputs.isJournalWritable) { $0.put(UInt8($1 ? 1 : 0)) }
    record.putOptional(inputs.isConfigurationValid) { $0.put(UInt8($1 ? 1 : 0)) }
    record.putOptional(inputs.soundSpeed) { $0.put($1.count) }
    record.put(inputs.edges.rawValue)
    record.putOptional(inputs.acknowledged) { record, cause in
      if case .check(let id) = cause { record.put(id.rawValue) } else { record.put(UInt8.max) }
    }
    record.finish()
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

/// Writes little-endian fields one after another, and never beyond the end.
private struct RecordWriter {
  private let space: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(_ space: UnsafeMutableRawBufferPointer) { self.space = space }

  mutating func put<T: FixedWidthInteger>(_ value: T) {
    take(MemoryLayout<T>.size).storeBytes(of: value.littleEndian, as: T.self)
  }

  mutating func putOptional<T>(_ value: T?, _ body: (inout Self, T) -> Void) {
    put(UInt8(value == nil ? 0 : 1))
    if let value { body(&self, value) }
  }

  mutating func put<M: WireMessage>(_ fresh: Fresh<M>) {
    put(fresh.since.nanoseconds)
    fresh.value.encode(into: take(M.payloadBytes))
  }

  /// Writes the length where it stands, and the checksum of all before it.
  mutating func finish() {
    let length = UInt16(count + MemoryLayout<UInt32>.size)
    space.storeBytes(of: length.littleEndian, as: UInt16.self)
    put(Checksum.line(UnsafeRawBufferPointer(rebasing: space[..<count])))
  }

  private mutating func take(_ size: Int) -> UnsafeMutableRawBufferPointer {
    precondition(count + size <= space.count, "a record longer than the longest")
    defer { count += size }
    return UnsafeMutableRawBufferPointer(rebasing: space[count..<(count + size)])
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
