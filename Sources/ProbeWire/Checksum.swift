/// The two checksums of the wire (R11), both reflected, with all ones at start and end.
///
/// CRC-32/AUTOSAR (0xF4ACFB13) guards safety PDUs: Hamming distance 6 up to 512 bytes of data.
/// CRC-32C (0x1EDC6F41) guards A-lines and is computed eight bytes at a time.
public enum Checksum {
  public static func pdu(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let table = pduTable.span
    var crc: UInt32 = .max
    for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8) }
    return ~crc
  }

  public static func line(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let table = lineTables.span
    var crc: UInt32 = .max
    var offset = 0
    while offset + 8 <= bytes.count {
      let word =
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        ^ UInt64(crc)
      crc = 0
      for lane in 0..<8 {
        let byte = Int(truncatingIfNeeded: word >> UInt64(lane * 8)) & 0xFF
        crc ^= table[unchecked: (7 - lane) * 256 + byte]
      }
      offset += 8
    }
    while offset < bytes.count {
      crc = table[Int((crc ^ UInt32(bytes[offset])) & 0xFF)] ^ (crc >> 8)
      offset += 1
    }
    return ~crc
  }

  /// The table of one byte for a reflected polynomial.
  private static func entry(_ index: Int, reflected: UInt32) -> UInt32 {
    var crc = UInt32(truncatingIfNeeded: index)
    for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ reflected : crc >> 1 }
    return crc
  }

  private static let pduTable: InlineArray<256, UInt32> = InlineArray {
    entry($0, reflected: 0xC8DF_352F)
  }

  private static let lineTables: InlineArray<2048, UInt32> = {
    var tables = InlineArray<2048, UInt32>(repeating: 0)
    for index in 0..<256 {
      var crc = entry(index, reflected: 0x82F6_3B78)
      tables[index] = crc
      for slice in 1..<8 {
        crc = (crc >> 8) ^ entry(Int(crc & 0xFF), reflected: 0x82F6_3B78)
        tables[slice * 256 + index] = crc
      }
    }
    return tables
  }()
}
