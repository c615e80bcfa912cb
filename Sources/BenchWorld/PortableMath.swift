/// Elementary functions from IEEE arithmetic alone, so that a seed gives the same bytes on every
/// machine whatever its C library. Absolute error below 1e-14 over the ranges that the world uses.
package enum Portable {
  // Loops count in whole numbers: a stride of floating-point numbers calls the C library's fma.
  private static let reciprocals = SIMD32<Double>(
    (0..<32).map { $0 == 0 ? 0 : 1 / Double($0) })

  package static func sin(_ x: Double) -> Double { sincos(x).sin }
  package static func cos(_ x: Double) -> Double { sincos(x).cos }

  /// Sine and cosine of an angle in radians, |x| up to about 1e6.
  package static func sincos(_ x: Double) -> (sin: Double, cos: Double) {
    let quarter = (x * (2 / Double.pi)).rounded()
    // π/2 in two parts (Cody and Waite), so that the reduction loses nothing.
    let r = (x - quarter * 1.570796326734125614166259765625) - quarter * 6.077100506506192601e-11
    let r2 = r * r
    // Taylor, to r^15 and r^16.
    var s = 1 - r2 * (1.0 / 210)
    s = 1 - r2 * (1.0 / 156) * s
    s = 1 - r2 * (1.0 / 110) * s
    s = 1 - r2 * (1.0 / 72) * s
    s = 1 - r2 * (1.0 / 42) * s
    s = 1 - r2 * (1.0 / 20) * s
    s = 1 - r2 * (1.0 / 6) * s
    let sine = r * s
    var c = 1 - r2 * (1.0 / 240)
    c = 1 - r2 * (1.0 / 182) * c
    c = 1 - r2 * (1.0 / 132) * c
    c = 1 - r2 * (1.0 / 90) * c
    c = 1 - r2 * (1.0 / 56) * c
    c = 1 - r2 * (1.0 / 30) * c
    c = 1 - r2 * (1.0 / 12) * c
    let cosine = 1 - r2 * 0.5 * c
    switch Int(quarter) & 3 {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
  }

  package static func exp(_ x: Double) -> Double {
    if x < -700 { return 0 }
    let n = (x * 1.4426950408889634).rounded()
    let r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10
    var e = 1.0
    var k = 14
    while k > 0 {
      e = 1 + e * r * reciprocals[k]
      k -= 1
    }
    return e * Double(sign: .plus, exponent: Int(n), significand: 1)
  }

  /// Natural logarithm of a positive number.
  package static func log(_ x: Double) -> Double {
    var m = x.significand
    var e = Double(x.exponent)
    if m > 1.4142135623730951 {
      m *= 0.5
      e += 1
    }
    let z = (m - 1) / (m + 1)
    var sum = 0.0
    var k = 23
    while k > 0 {
      sum = sum * z * z + reciprocals[k]
      k -= 2
    }
    return 2 * z * sum + e * 0.6931471805599453
  }

  package static func pow(_ base: Double, _ exponent: Double) -> Double {
    exp(exponent * log(base))
  }

  /// The ratio of amplitudes that a level in dB stands for.
  package static func ratio(dB: Double) -> Double { exp(dB * 0.11512925464970229) }
  /// The level in dB of a ratio of amplitudes; −infinity for zero.
  package static func dB(_ ratio: Double) -> Double {
    ratio > 0 ? log(ratio) * 8.685889638065035 : -.infinity
  }

  package static func atan2(_ y: Double, _ x: Double) -> Double {
    if x == 0 && y == 0 { return 0 }
    let steep = y.magnitude > x.magnitude
    var t = steep ? x.magnitude / y.magnitude : y.magnitude / x.magnitude
    // atan t = 2 atan(t / (1 + √(1 + t²))), twice: leaves |t| ≤ 0.2.
    for _ in 0..<2 { t = t / (1 + (1 + t * t).squareRoot()) }
    var sum = 0.0
    var k = 23
    while k > 0 {
      sum = reciprocals[k] - sum * t * t
      k -= 2
    }
    var angle = 4 * t * sum
    if steep { angle = .pi / 2 - angle }
    if x < 0 { angle = .pi - angle }
    return y < 0 ? -angle : angle
  }

  /// The same direction in the half-open turn −180° ..< 180°.
  package static func wrapped(degrees: Double) -> Double {
    let r = degrees - 360 * (degrees / 360).rounded()
    return r >= 180 ? r - 360 : r
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the world's only source of chance.
package struct WorldRandom: RandomNumberGenerator {
  @usableFromInline var state: UInt64

  @inlinable package init(seed: UInt64) { state = seed }

  /// An independent stream of the same seed.
  package init(seed: UInt64, stream: UInt64) {
    var mixer = WorldRandom(seed: seed ^ (stream &* 0xD6E8_FEB8_6659_FD93))
    _ = mixer.next()
    state = mixer.next()
  }

  @inlinable package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform over the range, from 53 bits of one draw.
  package mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    let u = Double(next() >> 11) * 0x1p-53
    return range.lowerBound + u * (range.upperBound - range.lowerBound)
  }
}
