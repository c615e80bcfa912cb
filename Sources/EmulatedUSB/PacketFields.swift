import NIOCore

/// Reads the fields of a peer's packet one after another; a packet that is too short is an error
/// that names it.
struct PacketFields {
  private var buffer: ByteBuffer
  private let name: String
  private let endianness: Endianness

  init(_ buffer: ByteBuffer, of name: String, endianness: Endianness = .little) {
    self.buffer = buffer
    self.name = name
    self.endianness = endianness
  }

  /// Bytes that are left.
  var count: Int { buffer.readableBytes }

  mutating func byte() throws(PeerError) -> UInt8 { try integer() }
  mutating func word16() throws(PeerError) -> UInt16 { try integer() }
  mutating func word32() throws(PeerError) -> UInt32 { try integer() }

  mutating func bytes(_ count: Int) throws(PeerError) -> [UInt8] {
    guard let bytes = buffer.readBytes(length: count) else { throw tooShort }
    return bytes
  }

  private mutating func integer<T: FixedWidthInteger>() throws(PeerError) -> T {
    guard let value: T = buffer.readInteger(endianness: endianness) else { throw tooShort }
    return value
  }

  private var tooShort: PeerError { PeerError("\(name) is too short") }
}
