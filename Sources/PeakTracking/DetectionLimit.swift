/// The detection threshold that belongs to a rate of false alarms.
///
/// Pure functions of numbers; allocate nothing.
public enum DetectionLimit {
  /// False alarms a frame that a threshold can be given for.
  public static let falseAlarms = 1e-12...1.0

  /// Standard deviation of the noise's variance as one frame measures it, relative: that of a median
  /// over `samples` samples of the squared envelope of noise that is correlated as a Gaussian pulse of
  /// `envelopeSigma` samples correlates it.
  ///
  /// Source: two squared envelopes with correlation ρ² have the joint density
  /// Σ ρ²ⁿ L_n(x) L_n(y) e^(−x−y); the indicator of "below the median", m = ln 2, has the coefficients
  /// a_n = ½ (L_(n−1)(m) − L_n(m)); ρ² = exp(−k²/2σ²) summed over k gives Σ a_n² σ√(2π/n); and the
  /// density at the median is ½.
  package static func noiseSigma(samples: Int, envelopeSigma: Double) -> Double {
    let m = ElementaryMath.ln2
    var (older, newer) = (1.0, 1 - m)
    var sum = 0.0
    var n = 1.0
    while n <= 60 {
      let coefficient = 0.5 * (older - newer)
      sum += coefficient * coefficient * (6.283_185_307_179_586 / n).squareRoot()
      let next = ((2 * n + 1 - m) * newer - n * older) / (n + 1)
      (older, newer) = (newer, next)
      n += 1
    }
    return (sum * envelopeSigma / Double(max(samples, 1))).squareRoot() / (0.5 * m)
  }

  /// By how much the inverse of the noise's variance, as one frame measures it with a relative deviation
  /// `noiseSigma`, is above the true one on average: every deviation that is stated by a measured SNR is
  /// too small by that.
  ///
  /// The logarithm of the variance has the density g of that of an exponential number. Half of the excess's
  /// 1 − ln 2 ÷ 2 is the mean of e^(−η), the rest that a sample's median lies below the true one, by
  /// g′/2g times its variance, with g′/g = 1 − ln 2 at the median.
  static func excess(noiseSigma: Double) -> Double {
    1 + (1 - ElementaryMath.ln2 / 2) * noiseSigma * noiseSigma
  }

  /// False alarms that a frame of `samples` searched samples gives by noise alone at a threshold of
  /// `decibels` on the matched filter's output, the noise being measured in the same frame.
  ///
  /// Rice: the envelope of noise in a Gaussian band crosses γ upward √γ·exp(−γ/2)/(√(4π)·σ_t) times a
  /// sample. The measured variance is e^η times the true one, η normal with `noiseSigma`: the mean over
  /// η, by the trapezoidal rule over ±6 deviations.
  public static func falseAlarms(
    decibels: Double, samples: Int, envelopeSigma: Double
  ) -> Double {
    let gamma = ElementaryMath.power(decibels: decibels)
    let spread = noiseSigma(samples: samples, envelopeSigma: envelopeSigma)
    var (sum, weights) = (0.0, 0.0)
    for step in -60...60 {
      let z = Double(step) / 10
      let weight = ElementaryMath.exp(-0.5 * z * z)
      let here = gamma * ElementaryMath.exp(spread * z)
      sum += weight * here.squareRoot() * ElementaryMath.exp(-here / 2)
      weights += weight
    }
    let rate = sum / weights / (3.544_907_701_811_032 * envelopeSigma)
    return rate * Double(samples)
  }

  /// The threshold, dB, at which noise gives so many false alarms a frame: by bisection, to 1e-6 dB.
  ///
  /// - Parameter alarms: a frame; within `falseAlarms`, and taken as the nearer of its ends beyond.
  public static func threshold(
    falseAlarmsPerFrame alarms: Double, samples: Int, envelopeSigma: Double
  ) -> Double {
    let (least, most) = (falseAlarms.lowerBound, falseAlarms.upperBound)
    let wanted = alarms >= most ? most : alarms > least ? alarms : least
    // Below 3 dB more crossings do not mean a higher threshold.
    var (low, high) = (3.0, 30.0)
    while high - low > 1e-6 {
      let middle = (low + high) / 2
      let here = falseAlarms(decibels: middle, samples: samples, envelopeSigma: envelopeSigma)
      if here > wanted { low = middle } else { high = middle }
    }
    return high
  }
}
