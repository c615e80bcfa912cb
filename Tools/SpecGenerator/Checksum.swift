/// A reflected 32-bit CRC, worked bit by bit as its definition reads.
///
/// Deliberately not the code of the wire codec: the golden vectors are to catch its mistakes.
struct Checksum {
  var name: String
  /// Highest power first, as published.
  var polynomial: UInt32

  /// Both checksums start from all ones and invert their result.
  func value(of bytes: [UInt8]) -> UInt32 {
    var register: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      for bit in 0..<8 {
        let incoming = (byte >> bit) & 1 == 1
        let outgoing = register & 0x8000_0000 != 0
        register <<= 1
        if incoming != outgoing { register ^= polynomial }
      }
    }
    var reflected: UInt32 = 0
    for bit in 0..<32 where register & (1 << bit) != 0 { reflected |= 1 << (31 - bit) }
    return ~reflected
  }
}
