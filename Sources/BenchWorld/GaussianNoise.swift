/// Quantiles of the normal distribution, from which noise is drawn by table.
///
/// A sample is the sum of two entries, each chosen by 12 bits of SplitMix64, over √2: 2²⁴ values, tails to
/// ± 5.2 σ, every sample independent, no function of the C library.
enum GaussianTable {
  static let bits = 12
  static let count = 1 << bits

  /// `count` values scaled so that the sum of two has unit variance. Lives for ever.
  nonisolated(unsafe) static let quantiles: UnsafePointer<Float> = {
    var values = [Double](repeating: 0, count: count)
    var x = 0.0
    for i in count / 2..<count {
      let p = (Double(i) + 0.5) / Double(count)
      for _ in 0..<8 {
        let step = (cumulative(x) - p) / density(x)
        x -= step
        if step.magnitude < 1e-12 { break }
      }
      values[i] = x
      values[count - 1 - i] = -x
    }
    let square = values.reduce(0) { $0 + $1 * $1 } / Double(count)
    let scale = 1 / (2 * square).squareRoot()
    let table = UnsafeMutablePointer<Float>.allocate(capacity: count)
    for i in 0..<count { table[i] = Float(values[i] * scale) }
    return UnsafePointer(table)
  }()

  static func density(_ x: Double) -> Double {
    Portable.exp(-0.5 * x * x) * 0.3989422804014327
  }

  /// Φ(x) = ½ + φ(x) · Σ x^(2k+1) / (1·3·…·(2k+1)).
  static func cumulative(_ x: Double) -> Double {
    var term = x
    var sum = x
    var k = 3.0
    while term > 1e-17 * sum {
      term *= x * x / k
      sum += term
      k += 2
    }
    return 0.5 + density(x) * sum
  }

  /// Adds white noise of standard deviation `sigma` to `count` samples (rounded up to even).
  static func add(
    sigma: Float, to samples: UnsafeMutablePointer<Float>, count: Int, random: inout WorldRandom
  ) {
    let table = quantiles
    let mask = UInt64(Self.count - 1)
    for i in stride(from: 0, to: count, by: 2) {
      let bits = random.next()
      let a = table[Int(bits & mask)] + table[Int((bits >> 12) & mask)]
      let b = table[Int((bits >> 24) & mask)] + table[Int((bits >> 36) & mask)]
      samples[i] += sigma * a
      samples[i + 1] += sigma * b
    }
  }
}
