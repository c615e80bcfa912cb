public import HardwareSpecs
import Quantities

/// A-lines: a 64-byte header with two CRC-32C, one over the samples and one over the header.
public enum LineCodec {
  /// Samples of the longest line that either end accepts.
  public static var sampleCapacity: Int { 16_384 }

  /// Bytes of a line of `samples` samples.
  public static func byteCount(samples: Int) -> Int {
    ConsoleProtocol.lineHeaderBytes + samples * 2
  }

  /// Seals a line whose samples already lie behind the space for the header: completes the
  /// constant fields and both checksums, and writes the header.
  public static func seal(_ header: LineHeader, in line: UnsafeMutableRawBufferPointer) {
    let head = ConsoleProtocol.lineHeaderBytes
    let samples = UnsafeRawBufferPointer(rebasing: line[head...])
    precondition(samples.count == Int(header.sampleCount) * 2)
    let place = UnsafeMutableRawBufferPointer(rebasing: line[..<head])
    seal(header, payloadCRC: Checksum.line(samples), in: place)
  }

  /// Completes and writes the header alone, for samples whose checksum is known.
  public static func seal(
    _ header: LineHeader, payloadCRC: UInt32, in place: UnsafeMutableRawBufferPointer
  ) {
    let head = ConsoleProtocol.lineHeaderBytes
    var header = header
    header.magic = ConsoleProtocol.magic
    header.message = LineHeader.messageID
    header.headerLength = UInt8(head)
    header.reserved = 0
    header.payloadCRC = payloadCRC
    header.headerCRC = 0
    header.encode(into: place)
    let crc = Checksum.line(UnsafeRawBufferPointer(rebasing: place[..<(head - 4)]))
    place.storeBytes(of: crc.littleEndian, toByteOffset: head - 4, as: UInt32.self)
  }

  /// Proves the header alone: magic, length, checksum, fields.
  public static func openHeader(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> LineHeader {
    let head = ConsoleProtocol.lineHeaderBytes
    guard bytes.count >= head else { throw .truncated }
    guard word16(bytes, 0) == ConsoleProtocol.magic else { throw .badMagic }
    guard bytes[2] == LineHeader.messageID else { throw .unknownMessage }
    guard Int(bytes[3]) == head else { throw .badLength }
    let place = UnsafeRawBufferPointer(rebasing: bytes[..<head])
    guard
      word32(bytes, head - 4)
        == Checksum.line(UnsafeRawBufferPointer(rebasing: place[..<(head - 4)]))
    else { throw .badChecksum }
    guard let header = LineHeader(bytes: place) else { throw .badField }
    guard (1...sampleCapacity).contains(Int(header.sampleCount)), header.reserved == 0
    else { throw .badField }
    return header
  }

  /// Proves the samples of a line against the checksum in its header.
  public static func provePayload(
    _ header: LineHeader, _ samples: UnsafeRawBufferPointer
  ) throws(WireError) {
    guard samples.count == Int(header.sampleCount) * 2 else { throw .badLength }
    guard Checksum.line(samples) == header.payloadCRC else { throw .badChecksum }
  }
}
