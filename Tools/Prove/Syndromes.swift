import InterlockOracle
import ProbeWire

/// What each single flipped bit of a codeword does to the comparison of its checksum.
///
/// The checksum is affine over GF(2): crc(a ⊕ e) = crc(a) ⊕ L(e). An error is missed exactly when the
/// syndromes of its bits sum to 0. A syndrome depends on the distance from the end alone, so the
/// codeword of the longest PDU speaks for all shorter ones.
struct Syndromes {
  /// The first is that of the first bit of the first byte.
  let bits: [UInt32]

  /// - Parameter bytes: of the whole codeword, checksum included.
  init(bytes: Int) {
    let body = bytes - 4
    let zero = Self.pdu([UInt8](repeating: 0, count: body))
    bits =
      (0..<body * 8).map { bit in
        var data = [UInt8](repeating: 0, count: body)
        data[bit / 8] = 1 << UInt8(bit % 8)
        return Self.pdu(data) ^ zero
      } + (0..<32).map { 1 << UInt32($0) }
  }

  static func pdu(_ data: [UInt8]) -> UInt32 { data.withUnsafeBytes { Checksum.pdu($0) } }

  /// The checksum bit by bit, from the polynomial that the specs name, most significant bit first.
  static func byThePolynomial(_ data: [UInt8], _ polynomial: UInt32) -> UInt32 {
    var register = UInt32.max
    for byte in data {
      for bit in 0..<8 {
        let input = UInt32(byte >> UInt8(bit)) & 1
        let carry = (register >> 31) ^ input
        register = (register << 1) ^ (carry == 1 ? polynomial : 0)
      }
    }
    var reflected: UInt32 = 0
    for bit in 0..<32 where register >> UInt32(bit) & 1 == 1 { reflected |= 1 << UInt32(31 - bit) }
    return ~reflected
  }

  /// Errors of 1 to 5 bits that the checksum misses.
  ///
  /// Sums of two are sorted once: a missed error of 3 bits is a sum of two that is a syndrome, of 4
  /// bits two sums that are equal, of 5 bits a sum of three that is a sum of two.
  func missed() -> [Int] {
    let count = bits.count
    var pairs: [UInt32] = []
    pairs.reserveCapacity(count * count / 2)
    for i in 0..<count { for j in i + 1..<count { pairs.append(bits[i] ^ bits[j]) } }
    pairs.sort()
    let singles = Set(bits)
    let two = count - singles.count
    let three = pairs.count { singles.contains($0) }
    let four = zip(pairs, pairs.dropFirst()).count { $0 == $1 }
    // A table of bits by the upper 26 bits of a sum answers most of 20 million questions at once.
    var hint = [UInt64](repeating: 0, count: 1 << 20)
    for pair in pairs { hint[Int(pair >> 12)] |= 1 << UInt64((pair >> 6) & 63) }
    var five = 0
    for i in 0..<count {
      for j in i + 1..<count {
        for k in j + 1..<count {
          let sum = bits[i] ^ bits[j] ^ bits[k]
          guard hint[Int(sum >> 12)] >> UInt64((sum >> 6) & 63) & 1 == 1 else { continue }
          if Self.contains(pairs, sum) { five += 1 }
        }
      }
    }
    return [bits.count { $0 == 0 }, two, three, four, five]
  }

  private static func contains(_ sorted: [UInt32], _ value: UInt32) -> Bool {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == value
  }
}
