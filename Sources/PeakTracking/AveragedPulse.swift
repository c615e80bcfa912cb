import Quantities

/// The mean of many received pulses, and the shape that it has: for a tracker that listens for the
/// pulse as a calibration recording shows it, not as the specification has it.
///
/// Built before tracking begins (it allocates); a value, safe anywhere.
public struct AveragedPulse: Sendable {
  /// The mean pulse at the frames' sample rate, LSB, its envelope's peak in the middle.
  public var samples: [Double] { sum.map { $0 / Double(count < 1 ? 1 : count) } }
  /// Pulses in the mean.
  public private(set) var count = 0
  private let assumed: PulseShape
  private let delayNS: Double
  private let half: Int
  private var sum: [Double]

  /// Empty, for frames of a tracker's configuration: one and a half times its pulse's length is kept,
  /// so that a longer pulse than the assumed one shows.
  public init(_ configuration: TrackerConfiguration) {
    assumed = configuration.pulse
    delayNS = Double(configuration.delay.count)
    half = configuration.pulse.halfLength * 3 / 2
    sum = [Double](repeating: 0, count: 2 * half + 1)
  }

  /// Adds a frame's pulse where its estimate says that it is. Returns whether it was added: not when
  /// the estimate is invalid, or the pulse too near to an end of the frame.
  ///
  /// Samples between samples are interpolated by a sinc of 16 lobes to either side under a Hann window,
  /// good to 1e-4 below 0.4 of the sample rate.
  @discardableResult
  public mutating func add(
    _ frame: UnsafeBufferPointer<Int16>, _ estimate: FrameEstimate
  ) -> Bool {
    let reach = 16
    let position = (estimate.timeOfFlightNS - delayNS) / assumed.samplePeriodNS
    guard estimate.isValid, position >= Double(half + reach),
      position < Double(frame.count - half - reach - 1)
    else { return false }
    let whole = Int(position)
    let part = position - Double(whole)
    // Every place lies as far behind a sample: one set of weights serves all.
    var weights = [Double](repeating: 0, count: 2 * reach)
    for index in weights.indices {
      let u = part - Double(index - reach + 1)
      let sine = ElementaryMath.cosineAndSine(turns: u / 2).sine
      let sinc = u.magnitude < 1e-9 ? 1 : sine / (3.141_592_653_589_793 * u)
      let window = ElementaryMath.cosineAndSine(turns: u / Double(4 * reach)).cosine
      weights[index] = sinc * window * window
    }
    for k in 0...(2 * half) {
      let first = whole + k - half - reach + 1
      var value = 0.0
      for index in weights.indices { value += weights[index] * Double(Int(frame[first + index])) }
      sum[k] += value
    }
    count += 1
    return true
  }

  /// The Gaussian pulse nearest to the mean: least squares of a parabola through the logarithm of its
  /// power spectrum above −10 dB of the highest, each frequency weighed by its power. Nil where there is
  /// no such pulse: nothing was added, or the spectrum has no summit.
  public func shape() -> PulseShape? {
    guard count > 0 else { return nil }
    let mean = sum.reduce(0, +) / Double(sum.count)
    let bins = 256
    var power = [Double](repeating: 0, count: bins)
    for bin in 1..<bins {
      var (re, im) = (0.0, 0.0)
      for (k, value) in sum.enumerated() {
        let turns = Double(bin) / Double(2 * bins) * Double(k)
        let (cosine, sine) = ElementaryMath.cosineAndSine(turns: turns)
        re += (value - mean) * cosine
        im -= (value - mean) * sine
      }
      power[bin] = re * re + im * im
    }
    var top = 1
    for bin in 1..<bins where power[bin] > power[top] { top = bin }
    guard power[top] > 0 else { return nil }
    var (low, high) = (top, top)
    while low > 1, power[low - 1] > 0.1 * power[top] { low -= 1 }
    while high < bins - 1, power[high + 1] > 0.1 * power[top] { high += 1 }
    guard let (summit, variance) = Self.gaussian(power, low...high) else { return nil }
    let turnsPerSample = summit / Double(2 * bins)
    // The power's Gaussian is narrower by √2 than the amplitude's, which is half at 1.17539 σ.
    let width = 2 * 1.175_393_6 * (2 * variance).squareRoot() / summit
    return PulseShape(
      carrierHz: turnsPerSample * assumed.sampleRateHz, fractionalBandwidth: width,
      sampleRateHz: assumed.sampleRateHz)
  }

  /// Place and variance, in bins, of the Gaussian whose logarithm fits best.
  private static func gaussian(
    _ power: [Double], _ range: ClosedRange<Int>
  ) -> (summit: Double, variance: Double)? {
    let weight = range.reduce(0) { $0 + power[$1] }
    let middle = range.reduce(0) { $0 + power[$1] * Double($1) } / weight
    var (s2, s3, s4, t0, t1, t2) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for bin in range {
      let (x, w) = (Double(bin) - middle, power[bin] / weight)
      let y = ElementaryMath.log(power[bin])
      s2 += w * x * x
      s3 += w * x * x * x
      s4 += w * x * x * x * x
      t0 += w * y
      t1 += w * y * x
      t2 += w * y * x * x
    }
    // Normal equations about the weighted middle: Σw = 1 and Σwx = 0.
    let determinant = s2 * (s4 - s2 * s2) - s3 * s3
    guard determinant > 0 else { return nil }
    let curve = (s2 * (t2 - s2 * t0) - s3 * t1) / determinant
    let slope = (t1 - curve * s3) / s2
    guard curve < 0 else { return nil }
    return (middle - slope / (2 * curve), -1 / (2 * curve))
  }
}
