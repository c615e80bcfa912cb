/// The pulse that a matched filter listens for, sample by sample: a Gaussian one of a shape, or the one
/// that a calibration recording shows, whatever its form.
///
/// For set-up only (it holds arrays); a value, safe anywhere.
public struct PulseTemplate: Hashable, Sendable {
  /// The Gaussian pulse of the same mean frequency and root-mean-square bandwidth: to it belong the same
  /// bounds, and noise that crosses a threshold as often.
  public let shape: PulseShape
  /// Samples on either side of the middle.
  let half: Int
  /// Samples on either side of the middle beyond which the envelope is below 1.1 %, that of a Gaussian
  /// at three standard deviations.
  let reach: Int
  /// 2·half + 1 of each: the envelope, highest 1, and the carrier's cosine and sine.
  let envelope: [Double]
  let cosine: [Double]
  let sine: [Double]

  /// A carrier under a Gaussian, to four deviations to either side, its phase 0 in the middle.
  init(_ shape: PulseShape) {
    self.shape = shape
    half = shape.halfLength
    reach = Int((3 * shape.envelopeSigmaSamples).rounded(.up))
    let step = shape.carrierHz / shape.sampleRateHz
    var (envelope, cosine, sine): ([Double], [Double], [Double]) = ([], [], [])
    for k in -half...half {
      let x = Double(k) / shape.envelopeSigmaSamples
      envelope.append(ElementaryMath.exp(-0.5 * x * x))
      let wave = ElementaryMath.cosineAndSine(turns: step * Double(k))
      cosine.append(wave.cosine)
      sine.append(wave.sine)
    }
    (self.envelope, self.cosine, self.sine) = (envelope, cosine, sine)
  }

  /// Most samples of a recorded pulse: the points of the transform.
  public static let longest = 512

  /// The pulse in the middle of some samples, an odd number of them.
  ///
  /// Envelope and carrier are magnitude and direction of the analytic signal, by a transform of 512
  /// points. The moments of frequency are those of the power above −40 dB round its highest, so that
  /// noise far from the band has no part in them.
  ///
  /// - Throws: `.tooLong` for more samples than `longest`, `.noPulse` where they hold none.
  init(of samples: [Double], sampleRateHz: Double) throws(PulseTemplateError) {
    let bins = Self.longest / 2
    guard samples.count <= Self.longest else { throw .tooLong(samples: samples.count) }
    guard samples.count % 2 == 1 else { throw .noPulse }
    let mean = samples.reduce(0, +) / Double(samples.count)
    let waves = (0..<(2 * bins)).map {
      ElementaryMath.cosineAndSine(turns: Double($0) / Double(2 * bins))
    }
    // The transform at the positive frequencies; without the others the signal is the analytic one.
    var transform = [(re: Double, im: Double)](repeating: (0, 0), count: bins)
    for bin in 1..<bins {
      for (k, sample) in samples.enumerated() {
        let wave = waves[bin * k % (2 * bins)]
        transform[bin].re += (sample - mean) * wave.cosine
        transform[bin].im -= (sample - mean) * wave.sine
      }
    }
    let power = transform.map { $0.re * $0.re + $0.im * $0.im }
    guard let band = Self.band(power), let shape = Self.shape(power, band, sampleRateHz)
    else { throw .noPulse }
    var (envelope, cosine, sine): ([Double], [Double], [Double]) = ([], [], [])
    for k in samples.indices {
      var (re, im) = (0.0, 0.0)
      for bin in 1..<bins {
        let wave = waves[bin * k % (2 * bins)]
        re += transform[bin].re * wave.cosine - transform[bin].im * wave.sine
        im += transform[bin].re * wave.sine + transform[bin].im * wave.cosine
      }
      let magnitude = (re * re + im * im).squareRoot()
      envelope.append(magnitude)
      cosine.append(magnitude > 0 ? re / magnitude : 1)
      sine.append(magnitude > 0 ? im / magnitude : 0)
    }
    guard let top = envelope.max(), top > 0, top.isFinite else { throw .noPulse }
    self.shape = shape
    self.envelope = envelope.map { $0 / top }
    (self.cosine, self.sine) = (cosine, sine)
    half = samples.count / 2
    let middle = half
    var reach = 0
    for k in 0...(2 * middle) where envelope[k] > 0.011 * top {
      reach = max(reach, abs(k - middle))
    }
    self.reach = reach
  }

  /// The power of the pulse's correlation with itself, of that at its peak: entry k is the highest from
  /// k − 1 times `step` samples on, so that a peak between two steps is covered.
  func precursor(step: Int) -> [Double] {
    var shares: [Double] = []
    for lag in 0...(2 * half) {
      var (re, im) = (0.0, 0.0)
      for k in lag...(2 * half) {
        let weight = envelope[k] * envelope[k - lag]
        re += weight * (cosine[k] * cosine[k - lag] + sine[k] * sine[k - lag])
        im += weight * (sine[k] * cosine[k - lag] - cosine[k] * sine[k - lag])
      }
      shares.append(re * re + im * im)
    }
    let whole = shares[0]
    var (highest, bounds): (Double, [Double]) = (0, [])
    for lag in (0...(2 * half)).reversed() {
      highest = max(highest, shares[lag] / whole)
      if lag % step == 0 { bounds.append(highest) }
    }
    bounds.append(1)
    return bounds.reversed()
  }

  /// The bins round the highest one above −40 dB of it.
  private static func band(_ power: [Double]) -> ClosedRange<Int>? {
    guard let top = power.indices.max(by: { power[$0] < power[$1] }), power[top] > 0,
      power[top].isFinite
    else { return nil }
    var (low, high) = (top, top)
    while low > 1, power[low - 1] > 1e-4 * power[top] { low -= 1 }
    while high < power.count - 1, power[high + 1] > 1e-4 * power[top] { high += 1 }
    return low...high
  }

  private static func shape(
    _ power: [Double], _ band: ClosedRange<Int>, _ sampleRateHz: Double
  ) -> PulseShape? {
    let sum = band.reduce(0) { $0 + power[$1] }
    let mean = band.reduce(0) { $0 + power[$1] * Double($1) } / sum
    let variance = band.reduce(0) {
      $0 + power[$1] * (Double($1) - mean) * (Double($1) - mean)
    }
    guard variance > 0 else { return nil }
    // The power's Gaussian is narrower by √2 than the amplitude's, which is half at 1.17539 σ.
    let width = 2 * 1.175_393_6 * (2 * variance / sum).squareRoot() / mean
    return PulseShape(
      carrierHz: mean / Double(2 * power.count) * sampleRateHz, fractionalBandwidth: width,
      sampleRateHz: sampleRateHz)
  }
}

/// Why a recording gives no template.
public enum PulseTemplateError: Error, Equatable, Sendable {
  /// Nothing was recorded, or it has no band.
  case noPulse
  /// Of more samples than `PulseTemplate.longest`.
  case tooLong(samples: Int)
}
