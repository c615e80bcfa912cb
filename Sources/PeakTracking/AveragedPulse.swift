import Quantities

/// The mean of many received pulses: for a tracker that listens for the pulse as a calibration recording
/// shows it, of whatever form, not as the specification has it.
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

  /// The mean as a tracker listens for it, by `TrackerConfiguration.listen(for:)`, its shape with it.
  ///
  /// - Throws: `.noPulse` where nothing was added, or the mean has no band; `.tooLong` for a pulse that
  ///   was assumed to be so long that one and a half times its length is more than a template holds.
  public func template() throws(PulseTemplateError) -> PulseTemplate {
    guard count > 0 else { throw .noPulse }
    return try PulseTemplate(of: samples, sampleRateHz: assumed.sampleRateHz)
  }
}
