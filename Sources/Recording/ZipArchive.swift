import CZlib

/// The members of a zip file, read from its central directory; stored and deflated members only.
///
/// Format: PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16
/// (end record). Every offset is checked before use, every member's length and CRC-32 after.
struct ZipArchive {
  struct Member {
    var name: String
    var flags: Int
    var method: Int
    var crc: UInt32
    var packedSize: Int
    var size: Int
    var headerOffset: Int
  }

  /// Members that claim to unpack to more are refused before any memory is taken.
  static let memberLimit = 256 << 20
  static let countLimit = 4096

  let file: String
  let bytes: [UInt8]
  private(set) var members: [Member] = []

  init(file: String, bytes: [UInt8]) throws(RecordingError) {
    self.file = file
    self.bytes = bytes
    guard !bytes.isEmpty else {
      throw RecordingError(file: file, what: "is empty", remedy: "record or copy it again")
    }
    guard let end = endRecord() else {
      throw bytes.starts(with: [0x50, 0x4B, 3, 4])
        ? RecordingError(
          file: file, what: "is truncated: the directory at the end of the archive is missing",
          remedy: "copy or download it again")
        : bytes.starts(with: [0x93] + Array("NUMPY".utf8))
          ? RecordingError(
            file: file, what: "is a single .npy array, not an .npz archive",
            remedy: "save it with numpy.savez(file, signal=…)")
          : RecordingError(
            file: file, what: "is not an .npz archive (no zip directory found)",
            remedy: "give a file written by numpy.savez or numpy.savez_compressed")
    }
    try readDirectory(end)
  }

  private func damaged(_ what: String) -> RecordingError {
    RecordingError(
      file: file, what: "is damaged: \(what)", remedy: "copy or download it again")
  }

  private func number(_ offset: Int, _ width: Int, _ what: String) throws(RecordingError) -> Int {
    guard let value = bytes.littleEndian(at: offset, width: width) else {
      throw damaged("\(what) lies outside the file")
    }
    return Int(value)  // At most 32 bits are asked for.
  }

  /// Offset of the last end record whose comment ends where the file ends.
  private func endRecord() -> Int? {
    guard bytes.count >= 22 else { return nil }
    var offset = bytes.count - 22
    let least = max(0, offset - 65_535)
    while offset >= least {
      if bytes.littleEndian(at: offset, width: 4) == 0x0605_4B50,
        let comment = bytes.littleEndian(at: offset + 20, width: 2),
        offset + 22 + Int(comment) == bytes.count
      {
        return offset
      }
      offset -= 1
    }
    return nil
  }

  private mutating func readDirectory(_ end: Int) throws(RecordingError) {
    let count = try number(end + 10, 2, "the number of members")
    let start = try number(end + 16, 4, "the directory")
    guard count != 0xFFFF, start != 0xFFFF_FFFF else {
      throw RecordingError(
        file: file, what: "is a zip64 archive, which is not supported",
        remedy: "save fewer or smaller arrays in one file")
    }
    guard count <= Self.countLimit else {
      throw RecordingError(
        file: file, what: "holds \(count) members, more than \(Self.countLimit)",
        remedy: "give a file written by numpy.savez")
    }
    var offset = start
    for _ in 0..<count {
      guard try number(offset, 4, "the directory") == 0x0201_4B50, offset < end else {
        throw damaged("its directory is broken at byte \(offset)")
      }
      let nameLength = try number(offset + 28, 2, "a directory entry")
      let extraLength = try number(offset + 30, 2, "a directory entry")
      let commentLength = try number(offset + 32, 2, "a directory entry")
      let nameStart = offset + 46
      guard nameStart + nameLength <= bytes.count else {
        throw damaged("a member's name lies outside the file")
      }
      members.append(
        Member(
          name: String(decoding: bytes[nameStart..<(nameStart + nameLength)], as: UTF8.self),
          flags: try number(offset + 8, 2, "a directory entry"),
          method: try number(offset + 10, 2, "a directory entry"),
          crc: UInt32(try number(offset + 16, 4, "a directory entry")),
          packedSize: try number(offset + 20, 4, "a directory entry"),
          size: try number(offset + 24, 4, "a directory entry"),
          headerOffset: try number(offset + 42, 4, "a directory entry")))
      offset = nameStart + nameLength + extraLength + commentLength
    }
  }

  /// The unpacked bytes of a member, its length and checksum proved.
  func contents(of member: Member) throws(RecordingError) -> [UInt8] {
    guard member.flags & 1 == 0 else {
      throw RecordingError(
        file: file, what: "member \(member.name) is encrypted", remedy: "save it unencrypted")
    }
    guard member.size <= Self.memberLimit else {
      throw RecordingError(
        file: file,
        what: "member \(member.name) claims \(member.size) bytes, more than "
          + "\(Self.memberLimit >> 20) MiB",
        remedy: "split the recording")
    }
    guard try number(member.headerOffset, 4, "member \(member.name)") == 0x0403_4B50 else {
      throw damaged("member \(member.name) does not start where the directory says")
    }
    let start =
      member.headerOffset + 30
      + (try number(member.headerOffset + 26, 2, "member \(member.name)"))
      + (try number(member.headerOffset + 28, 2, "member \(member.name)"))
    guard start <= bytes.count, member.packedSize <= bytes.count - start else {
      throw damaged("member \(member.name) reaches beyond the end of the file")
    }
    let packed = bytes[start..<(start + member.packedSize)]
    let unpacked: [UInt8]?
    switch member.method {
    case 0: unpacked = packed.count == member.size ? Array(packed) : nil
    case 8: unpacked = Inflate.raw(packed, size: member.size)
    default:
      throw RecordingError(
        file: file, what: "member \(member.name) uses compression method \(member.method)",
        remedy: "save it with numpy.savez or numpy.savez_compressed")
    }
    guard let unpacked else { throw damaged("member \(member.name) does not unpack") }
    guard Inflate.crc32(of: unpacked) == member.crc else {
      throw damaged("member \(member.name) fails its checksum")
    }
    return unpacked
  }
}

/// zlib's part.
enum Inflate {
  /// Unpacks a raw deflate stream (RFC 1951) of exactly `size` bytes, or nil.
  static func raw(_ packed: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    // Deflate packs at most 1,032 to 1: a larger claim is false, and no memory is taken for it.
    guard size <= packed.count * 1032 + 1032, !packed.isEmpty else { return nil }
    // On the heap: zlib keeps the stream's address and refuses another.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    guard
      inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(stream) }
    // One byte of room beyond, so that a stream that is too long shows.
    var output = [UInt8](repeating: 0, count: size + 1)
    let status = packed.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        // zlib's interface predates const; it does not write to its input.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.pointee.avail_in = UInt32(source.count)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(target.count)
        return inflate(stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END, Int(stream.pointee.total_out) == size else { return nil }
    output.removeLast()
    return output
  }

  static func crc32(of bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer {
      UInt32(CZlib.crc32(0, $0.baseAddress, UInt32($0.count)))
    }
  }
}
