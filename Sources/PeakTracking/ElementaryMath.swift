/// The few functions of real numbers that tracking needs, without a C library, so that a host and
/// a microcontroller compute the same bits.
///
/// Only `+ - * /` and bit patterns are used, in a fixed order. Pure functions, safe anywhere.
package enum ElementaryMath {
  static let ln2 = 0.693_147_180_559_945_3

  /// Natural logarithm; relative error below 4e-16 of the result, or 4e-16 absolute near 1.
  ///
  /// Zero gives −infinity; a negative number or NaN gives NaN; infinity gives infinity.
  /// Source: ln x = e·ln 2 + 2·artanh((m − 1)/(m + 1)), with m in √½ ..< √2, by its power series.
  package static func log(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -Double.infinity : Double.nan }
    guard x < Double.infinity else { return x }
    var bits = x.bitPattern
    var exponent = -1023
    if bits < 0x0010_0000_0000_0000 {  // Subnormal: scale up by 2^54 first.
      bits = (x * 18_014_398_509_481_984).bitPattern
      exponent -= 54
    }
    exponent += Int(bits >> 52)
    var m = Double(bitPattern: bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
    if m > 1.414_213_562_373_095_1 {
      m *= 0.5
      exponent += 1
    }
    let s = (m - 1) / (m + 1)
    let z = s * s
    var series = 0.0
    // Counted in real numbers: compilers then divide beforehand.
    var k = 21.0
    while k >= 3 {
      series = z * (series + 1 / k)
      k -= 2
    }
    return Double(exponent) * ln2 + 2 * (s + s * series)
  }

  /// Decibels of a ratio of powers: 10·log10.
  package static func decibels(power: Double) -> Double {
    log(power) * 4.342_944_819_032_518
  }

  /// The ratio of powers of so many decibels: 10^(dB/10).
  package static func power(decibels: Double) -> Double {
    exp(decibels * 0.230_258_509_299_404_57)
  }

  /// e to the `x`; relative error below 1e-15. Zero below −708, infinity above 709, NaN for NaN.
  package static func exp(_ x: Double) -> Double {
    guard x == x else { return x }
    guard x > -708 else { return 0 }
    guard x < 709 else { return Double.infinity }
    let n = (x / ln2).rounded()
    // ln 2 in two parts, so that the remainder keeps its last bits.
    let r = (x - n * 0.693_147_180_369_123_8) - n * 1.908_214_929_270_587_7e-10
    var sum = 1.0
    var k = 14.0
    while k >= 1 {
      sum = 1 + r / k * sum
      k -= 1
    }
    return sum * Double(bitPattern: UInt64(1023 + Int(n)) << 52)
  }

  /// Cosine and sine of an angle in turns (1 is a full circle); absolute error below 1e-15 for up
  /// to a million turns.
  package static func cosineAndSine(turns: Double) -> (cosine: Double, sine: Double) {
    let quarter = (turns * 4).rounded()
    let x = (turns * 4 - quarter) * 1.570_796_326_794_896_6
    let z = -x * x
    var c = 1.0
    var s = 1.0
    var k = 18.0
    while k >= 2 {
      c = 1 + z / (k * (k - 1)) * c
      s = 1 + z / (k * (k + 1)) * s
      k -= 2
    }
    s *= x
    switch Int(quarter) & 3 {
    case 0: return (c, s)
    case 1: return (-s, c)
    case 2: return (-c, -s)
    default: return (s, -c)
    }
  }

  /// Angle of the point (x, y) in turns, within −½ ... ½; absolute error below 1e-15. 0 for the origin.
  ///
  /// Source: arctan t = 2·arctan(t/(1 + √(1 + t²))) twice over, then its power series.
  package static func turns(y: Double, x: Double) -> Double {
    let (a, b) = (y.magnitude, x.magnitude)
    let longer = a > b ? a : b
    guard longer > 0 else { return 0 }
    var t = (a > b ? b : a) / longer
    t = t / (1 + (1 + t * t).squareRoot())
    t = t / (1 + (1 + t * t).squareRoot())
    let z = -t * t
    var series = 0.0
    var k = 31.0
    while k >= 3 {
      series = z * (series + 1 / k)
      k -= 2
    }
    var turns = 4 * (t + t * series) * 0.159_154_943_091_895_34
    if a > b { turns = 0.25 - turns }
    if x < 0 { turns = 0.5 - turns }
    return y < 0 ? -turns : turns
  }
}
