import Foundation

/// Writes small archives for tests: members stored, or deflated as stored blocks.
struct ZipWriter {
  private(set) var body: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  mutating func add(
    _ name: String, _ contents: [UInt8], deflated: Bool = false, method: Int? = nil,
    flags: Int = 0, crc: UInt32? = nil, claimedSize: Int? = nil
  ) {
    var packed = contents
    if deflated {
      packed = []
      var rest = contents[...]
      repeat {
        let block = rest.prefix(60_000)
        rest = rest.dropFirst(block.count)
        packed.append(rest.isEmpty ? 1 : 0)
        packed += little(block.count, 2) + little(block.count ^ 0xFFFF, 2) + block
      } while !rest.isEmpty
    }
    let common =
      little(flags, 2) + little(method ?? (deflated ? 8 : 0), 2) + little(0, 4)
      + little(Int(crc ?? crc32(contents)), 4) + little(packed.count, 4)
      + little(claimedSize ?? contents.count, 4) + little(name.utf8.count, 2) + little(0, 2)
    let offset = body.count
    body += little(0x0403_4B50, 4) + little(20, 2) + common + name.utf8 + packed
    directory +=
      little(0x0201_4B50, 4) + little(20, 2) + little(20, 2) + common + little(0, 2)
      + little(0, 2) + little(0, 2) + little(0, 4) + little(offset, 4) + name.utf8
    count += 1
  }

  func finished(count claimed: Int? = nil, comment: String = "") -> [UInt8] {
    body + directory + little(0x0605_4B50, 4) + little(0, 4) + little(claimed ?? count, 2)
      + little(claimed ?? count, 2) + little(directory.count, 4) + little(body.count, 4)
      + little(comment.utf8.count, 2) + comment.utf8
  }

  func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Bit by bit from the polynomial (reflected 0x04C11DB7).
  private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}

/// An `.npy` array: header of the version wanted, then data.
func npy(
  _ descr: String, _ shape: String, _ data: [UInt8], fortran: Bool = false, version: UInt8 = 1,
  header custom: String? = nil
) -> [UInt8] {
  let header =
    custom ?? "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), "
    + "'shape': \(shape), }\n"
  let n = header.utf8.count
  let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: n >> (8 * $0)) }
  return [0x93] + "NUMPY".utf8 + [version, 0] + length + header.utf8 + data
}

func bytes<T>(_ values: [T]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

func archive(_ name: String, _ member: [UInt8], deflated: Bool = false) -> [UInt8] {
  var zip = ZipWriter()
  zip.add(name + ".npy", member, deflated: deflated)
  return zip.finished()
}
