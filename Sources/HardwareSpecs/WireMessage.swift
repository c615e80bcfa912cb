/// The way that a message travels: one USB endpoint each, with a sequence of its own (R10).
public enum Pipe: UInt8, Sendable {
  /// Host to console: commands and leases.
  case command
  /// Console to host: replies and A-lines.
  case stream
  /// Console to host: the console's own safety status.
  case safety
}

/// A message of the console protocol, as the fields between the PDU's header and its checksum.
///
/// The types are generated from `HardwareSpecs/protocol.yaml`; header, checksum, sequence and nonce
/// are the codec's part. Fields lie packed and little-endian, in the order of their declaration.
public protocol WireMessage: Sendable {
  static var messageID: UInt8 { get }
  static var pipe: Pipe { get }
  /// Bytes of the fields, without the PDU's header and checksum.
  static var payloadBytes: Int { get }

  /// Reads the fields; nil when the size is not `payloadBytes` or a value means nothing (R03).
  init?(payload: UnsafeRawBufferPointer)

  /// Writes the fields over exactly `payloadBytes` bytes.
  ///
  /// Traps when the size differs or a quantity does not fit its field: a wrong value is never cut
  /// to a plausible one, and a trap is a reset (R27, R01).
  func encode(into payload: UnsafeMutableRawBufferPointer)
}
