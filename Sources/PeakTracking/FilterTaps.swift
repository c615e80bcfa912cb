/// The complex matched filter of one pulse: its taps as real numbers, and as whole ones.
///
/// Output n is Σ x[n + k]·h[k] for k = −half ... half, h the conjugate of the pulse. The real taps
/// are as exact as a Float; the whole ones, which find *where* to look, reach to 1.1 % of the envelope
/// (three deviations of a Gaussian instead of four: the rest is 2e-5 of its energy), and are as large as
/// 16 bits hold and the sums in 32 bits allow. Both sum to zero: a converter's offset does not reach the output. Used at
/// set-up only.
struct FilterTaps {
  let half: Int
  /// 2·half + 1 of each.
  let real: [Double]
  let imaginary: [Double]
  /// The real tap, of a number that four divides, at which the whole ones begin.
  let wholeFrom: Int
  /// Without a last one that would be alone in a group of four.
  let wholeReal: [Int16]
  let wholeImaginary: [Int16]
  /// A whole tap for a real tap of 1.
  let scale: Double
  /// Amplitude of a pulse for an output of magnitude 1.
  let amplitudePerOutput: Double
  /// Variance of one quadrature of the output for samples of variance 1.
  let noiseGain: Double

  /// - Parameter fullScale: no sample lies beyond −fullScale − 1 ... fullScale; sums of those that
  ///   do may wrap.
  init(_ pulse: PulseTemplate, fullScale: Int32) {
    let (half, envelope, cosine, sine) = (pulse.half, pulse.envelope, pulse.cosine, pulse.sine)
    let all = Self.means(pulse, envelope.indices)
    var real: [Double] = []
    var imaginary: [Double] = []
    var gain = 0.0
    var noise = 0.0
    for (k, weight) in envelope.enumerated() {
      let re = weight * (cosine[k] - all.cosine)
      let im = -weight * (sine[k] - all.sine)
      real.append(re)
      imaginary.append(im)
      // Mean over the carrier's phase of the response to the pulse of amplitude 1, and of the two
      // quadratures' noise.
      gain += 0.5 * weight * (re * cosine[k] - im * sine[k])
      noise += 0.5 * (re * re + im * im)
    }
    self.half = half
    self.real = real
    self.imaginary = imaginary
    amplitudePerOutput = 1 / gain
    noiseGain = noise

    wholeFrom = (half - pulse.reach) / 4 * 4
    let length = half + pulse.reach + 1 - wholeFrom
    let kept = wholeFrom..<(wholeFrom + (length % 4 == 1 ? length - 1 : length))
    let cut = Self.means(pulse, kept)
    let shortReal = kept.map { envelope[$0] * (cosine[$0] - cut.cosine) }
    let shortImaginary = kept.map { -envelope[$0] * (sine[$0] - cut.sine) }
    var largest = 0.0
    var (realSum, imaginarySum) = (0.0, 0.0)
    for (re, im) in zip(shortReal, shortImaginary) {
      largest = max(largest, re.magnitude, im.magnitude)
      realSum += re.magnitude
      imaginarySum += im.magnitude
    }
    // Rounding, and what brings the sum to zero, may add one to each tap.
    let room = 2_147_483_647 / (Double(fullScale) + 1) - Double(kept.count)
    scale = min(32_760 / largest, room / max(realSum, imaginarySum))
    wholeReal = Self.whole(shortReal, scale: scale, middle: half - wholeFrom)
    wholeImaginary = Self.whole(shortImaginary, scale: scale, middle: half - wholeFrom)
  }

  /// Means of the carrier over some samples, weighed by the envelope: taken off, taps sum to zero.
  private static func means(
    _ pulse: PulseTemplate, _ range: Range<Int>
  ) -> (cosine: Double, sine: Double) {
    var (sum, cosine, sine) = (0.0, 0.0, 0.0)
    for k in range {
      sum += pulse.envelope[k]
      cosine += pulse.envelope[k] * pulse.cosine[k]
      sine += pulse.envelope[k] * pulse.sine[k]
    }
    return (cosine / sum, sine / sum)
  }

  /// Rounded; what then lacks to a sum of zero is taken one by one from the middle outwards, where
  /// it matters least.
  private static func whole(_ taps: [Double], scale: Double, middle: Int) -> [Int16] {
    var whole: [Int16] = []
    var sum = 0
    for tap in taps {
      let value = Int16((tap * scale).rounded())
      whole.append(value)
      sum += Int(value)
    }
    var k = 0
    while sum != 0 {
      let unit = sum > 0 ? 1 : -1
      let place = middle + (k % 2 == 0 ? k / 2 : -(k + 1) / 2)
      whole[place] -= Int16(unit)
      sum -= unit
      k = (k + 1) % taps.count
    }
    return whole
  }
}
