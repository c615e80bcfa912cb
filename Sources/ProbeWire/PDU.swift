public import HardwareSpecs

/// The header of a protocol data unit, once its checksum has been proved.
public struct Envelope: Equatable, Sendable {
  public var message: UInt8
  public var sequence: UInt32
  public var nonce: UInt32

  public init(message: UInt8, sequence: UInt32, nonce: UInt32) {
    self.message = message
    self.sequence = sequence
    self.nonce = nonce
  }
}

/// Protocol data units of at most 64 bytes: header, fields, CRC-32/AUTOSAR over both.
public enum PDU {
  /// Bytes of the longest PDU; a buffer of this size takes any message.
  public static var capacity: Int { ConsoleProtocol.pduMax }

  /// Writes a whole PDU and returns its length. `buffer` holds at least `capacity` bytes.
  public static func encode<M: WireMessage>(
    _ message: M, sequence: UInt32, nonce: UInt32, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    let header = ConsoleProtocol.headerBytes
    let body = header + M.payloadBytes
    let length = body + ConsoleProtocol.crcBytes
    precondition(buffer.count >= length)
    buffer.storeBytes(of: ConsoleProtocol.magic.littleEndian, toByteOffset: 0, as: UInt16.self)
    buffer[2] = M.messageID
    buffer[3] = UInt8(length)
    buffer.storeBytes(of: sequence.littleEndian, toByteOffset: 4, as: UInt32.self)
    buffer.storeBytes(of: nonce.littleEndian, toByteOffset: 8, as: UInt32.self)
    message.encode(into: UnsafeMutableRawBufferPointer(rebasing: buffer[header..<body]))
    let crc = Checksum.pdu(UnsafeRawBufferPointer(rebasing: buffer[..<body]))
    buffer.storeBytes(of: crc.littleEndian, toByteOffset: body, as: UInt32.self)
    return length
  }

  /// Proves length, magic, known message and checksum of one whole PDU.
  ///
  /// - Returns: the envelope and the payload, which lies inside `bytes`.
  public static func open(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> (envelope: Envelope, payload: UnsafeRawBufferPointer) {
    let header = ConsoleProtocol.headerBytes
    guard bytes.count >= header + ConsoleProtocol.crcBytes else { throw .truncated }
    guard word16(bytes, 0) == ConsoleProtocol.magic else { throw .badMagic }
    guard Int(bytes[3]) == bytes.count, bytes.count <= capacity else { throw .badLength }
    let body = bytes.count - ConsoleProtocol.crcBytes
    guard word32(bytes, body) == Checksum.pdu(UnsafeRawBufferPointer(rebasing: bytes[..<body]))
    else { throw .badChecksum }
    guard let expected = ConsoleProtocol.payloadBytes(of: bytes[2]) else { throw .unknownMessage }
    guard body - header == expected else { throw .badLength }
    let envelope = Envelope(
      message: bytes[2], sequence: word32(bytes, 4), nonce: word32(bytes, 8))
    return (envelope, UnsafeRawBufferPointer(rebasing: bytes[header..<body]))
  }

  /// The message of a payload that `open` has proved.
  public static func message<M: WireMessage>(
    _ type: M.Type, _ payload: UnsafeRawBufferPointer
  ) throws(WireError) -> M {
    guard let message = M(payload: payload) else { throw .badField }
    return message
  }
}

@inline(__always) func word16(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt16 {
  UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
}

@inline(__always) func word32(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
  UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
}
