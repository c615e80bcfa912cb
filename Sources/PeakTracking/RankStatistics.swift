/// Statistics that a few strong echoes cannot pull away.
enum RankStatistics {
  /// Median of non-negative numbers, to 0.4 %, leaving out the range `without`.
  ///
  /// The numbers are compacted into `room`, which must hold them and 16 more. Non-negative floats
  /// order as their bit patterns do: the median's upper bits are found one by one by counting the
  /// numbers below, without a sort or a branch on data.
  static func median(
    of values: UnsafePointer<Float>, count: Int, without: Range<Int>,
    room: UnsafeMutablePointer<Float>
  ) -> Float {
    var kept = 0
    for i in 0..<without.lowerBound { room[i] = values[i] }
    kept = without.lowerBound
    var i = without.upperBound
    while i < count {
      room[kept] = values[i]
      kept += 1
      i += 1
    }
    guard kept > 0 else { return 0 }
    for i in kept..<(kept + 16) { room[i] = .infinity }  // Never counted as below.
    let bits = UnsafeRawPointer(room)
    let rank = Int32(kept / 2)
    var found: Int32 = 0
    var bit: Int32 = 1 << 30
    while bit >= 1 << 16 {
      let trial = SIMD16<Int32>(repeating: found | bit)
      var below = SIMD16<Int32>.zero
      var m = 0
      while m < kept {
        let x = bits.loadUnaligned(fromByteOffset: 4 * m, as: SIMD16<Int32>.self)
        below = below &- ((x &- trial) &>> 31)  // −1 where x < trial.
        m += 16
      }
      if below.wrappedSum() <= rank { found |= bit }
      bit >>= 1
    }
    return found == 0 ? 0 : Float(bitPattern: UInt32(bitPattern: found) | 0x8000)
  }
}
