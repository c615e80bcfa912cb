/// Why bytes from the link were refused. Nothing that is refused reaches a decision.
public enum WireError: UInt8, Error, Equatable, Sendable {
  case truncated
  case badMagic
  case badLength
  /// The checksum does not match (R11).
  case badChecksum
  case unknownMessage
  /// A field holds a value that the specs do not know.
  case badField
}
