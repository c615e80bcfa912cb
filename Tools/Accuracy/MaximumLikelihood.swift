import Foundation

/// The maximum-likelihood time of arrival of a known pulse of unknown amplitude and phase: the peak of
/// the complex correlation's magnitude, by Newton's method from the best of a grid of whole samples.
///
/// In double precision and without a thought for speed: what the tracker is held against.
struct MaximumLikelihood {
  let sigma: Double
  let turnsPerSample: Double
  let search: Range<Int>

  /// Samples from the frame's first to the arrival.
  func arrival(_ samples: [Int16]) -> Double {
    var best = search.lowerBound
    var highest = -1.0
    for start in search {
      let z = correlation(samples, at: Double(start)).value
      let power = z.re * z.re + z.im * z.im
      if power > highest { (highest, best) = (power, start) }
    }
    var at = Double(best)
    for _ in 0..<8 {
      let (z, first, second) = correlation(samples, at: at)
      let slope = 2 * (z.re * first.re + z.im * first.im)
      let curvature =
        2 * (first.re * first.re + first.im * first.im + z.re * second.re + z.im * second.im)
      guard curvature < 0 else { break }
      at += max(-1, min(1, -slope / curvature))
    }
    return at
  }

  private typealias Complex = (re: Double, im: Double)

  /// Σ x[n]·h(n − τ) and its first two derivatives by τ, h(u) = exp(−u²/2σ² − j2πfu).
  private func correlation(_ samples: [Int16], at: Double) -> (
    value: Complex, first: Complex, second: Complex
  ) {
    let omega = 2 * Double.pi * turnsPerSample
    var (z, z1, z2): (Complex, Complex, Complex) = ((0, 0), (0, 0), (0, 0))
    let reach = 6 * sigma
    for n in max(0, Int(at - reach))...min(samples.count - 1, Int(at + reach)) {
      let u = Double(n) - at
      let envelope = Double(samples[n]) * exp(-u * u / (2 * sigma * sigma))
      let (re, im) = (envelope * cos(omega * u), -envelope * sin(omega * u))
      // d/dτ multiplies by a = u/σ² + jω, and d²/dτ² by a² − 1/σ².
      let (ar, ai) = (u / (sigma * sigma), omega)
      let (br, bi) = (ar * ar - ai * ai - 1 / (sigma * sigma), 2 * ar * ai)
      z = (z.re + re, z.im + im)
      z1 = (z1.re + ar * re - ai * im, z1.im + ar * im + ai * re)
      z2 = (z2.re + br * re - bi * im, z2.im + br * im + bi * re)
    }
    return (z, z1, z2)
  }
}
