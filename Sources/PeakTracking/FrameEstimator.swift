import Quantities

/// Finds the pulse in one frame of samples after another: gate, matched filter at a quarter of the
/// rate, first arrival, then the full rate round it and a parabola on the logarithm of the envelope.
///
/// Isolation: one owner at a time; it may move between threads. Memory: allocated in `init`, none
/// afterwards. A frame's result depends on that frame alone.
public struct FrameEstimator: ~Copyable, @unchecked Sendable {
  // Unchecked: the only pointers are those of `MatchedFilter`, owned and never handed out.

  public let configuration: TrackerConfiguration
  private let filter: MatchedFilter
  private let gate: Range<Int>
  private let outputs: Int
  private let detection: Double
  private let earlierShare: Float
  private let interference: Double
  /// Half the span over which an arrival is compared with the pulse's shape: two σ_t.
  private let shapeHalf: Int
  /// Energy of the pulse of amplitude 1 within that span.
  private let shapeEnergy: Double

  /// Two periods of the carrier, in groups of four samples.
  private let lowBandGroups: Int

  /// Below this noise (LSB per sample) the input is taken as dead: rounding alone gives 0.29.
  public static let leastNoise = 0.05

  /// - Parameter level: of the instructions to use; results do not depend on it. It must be one
  ///   that this processor supports.
  public init(
    _ configuration: TrackerConfiguration, level: InstructionLevel = .highest
  ) throws(TrackerConfigurationError) {
    try configuration.validate()
    self.configuration = configuration
    gate = configuration.gate
    filter = MatchedFilter(
      configuration.pulse, gateSamples: gate.count, fullScale: configuration.fullScale,
      level: level)
    outputs = filter.outputs
    detection = ElementaryMath.power(decibels: configuration.detectionThresholdDB)
    earlierShare = Float(ElementaryMath.power(decibels: -configuration.earlierPeakWithinDB))
    interference = ElementaryMath.power(decibels: configuration.interferenceDB)
    lowBandGroups = max(
      1, Int((configuration.pulse.sampleRateHz / configuration.pulse.carrierHz / 2).rounded()))
    shapeHalf = filter.half / 2
    var energy = 0.0
    for k in -shapeHalf...shapeHalf {
      let x = Double(k) / configuration.pulse.envelopeSigmaSamples
      energy += 0.5 * ElementaryMath.exp(-x * x)
    }
    shapeEnergy = energy
  }

  /// The estimate for one frame. Never traps, whatever the samples; never allocates.
  public mutating func estimate(_ samples: UnsafeBufferPointer<Int16>) -> FrameEstimate {
    guard samples.count == configuration.sampleCount, let base = samples.baseAddress else {
      return FrameEstimate(invalid: .wrongLength)
    }
    var reasons = check(base, inside: filter.load(base + gate.lowerBound))
    let strongest = filter.filter()
    let noise = noise(without: strongest)
    guard noise >= Self.leastNoise else {
      return FrameEstimate(invalid: reasons.union(.noNoise))
    }
    let variance = noise * noise * filter.noiseGain
    if strongest == 0 || strongest == outputs - 1 { reasons.insert(.outsideGate) }
    let first = firstArrival(before: strongest, above: Float(detection * variance))

    if interferes(noise: noise, without: strongest)
      || burstsBelowBand(noise: noise, quiet: Float(detection * variance))
    {
      reasons.insert(.interference)
    }

    let start = min(
      max(MatchedFilter.decimation * first - MatchedFilter.lanes / 2, 0),
      gate.count - 2 * filter.half - MatchedFilter.lanes)
    let peak = refine(base, start: start, near: MatchedFilter.decimation * first - start)
    if peak.atEdge { reasons.insert(.outsideGate) }

    let snr = peak.power / variance
    let amplitude = peak.power.squareRoot() * filter.amplitudePerOutput
    if !(snr >= detection) { reasons.insert(.belowThreshold) }
    if isMisshapen(
      base, at: gate.lowerBound + Int(peak.position + 0.5), amplitude: amplitude, noise: noise)
    {
      reasons.insert(.interference)
    }
    var result = FrameEstimate(
      timeOfFlightNS: Double(configuration.delay.count)
        + (Double(gate.lowerBound) + peak.position) * configuration.pulse.samplePeriodNS,
      amplitude: amplitude, amplitudeDB: ElementaryMath.decibels(power: amplitude * amplitude),
      noise: noise, snrDB: ElementaryMath.decibels(power: snr),
      sigmaTimeNS: configuration.pulse.timeBoundNS(snr: snr), reasons: reasons)
    if !result.isFinite { result = FrameEstimate(invalid: reasons.union(.notFinite)) }
    return result
  }

  /// What single samples say, before any arithmetic.
  private func check(
    _ base: UnsafePointer<Int16>, inside: (low: Int16, high: Int16)
  ) -> InvalidReasons {
    let full = configuration.fullScale
    let before = filter.extremes(base, count: gate.lowerBound)
    let after = filter.extremes(
      base + gate.upperBound, count: configuration.sampleCount - gate.upperBound)
    let low = Int32(min(inside.low, before.low, after.low))
    let high = Int32(max(inside.high, before.high, after.high))
    var reasons: InvalidReasons = []
    if high > full || low < -full - 1 { reasons.insert(.sampleOutOfRange) }
    if Int32(inside.high) >= full || Int32(inside.low) <= -full { reasons.insert(.saturated) }
    return reasons
  }

  /// Noise per sample, LSB: the median of the envelope's square is 2 ln 2 times the variance of a
  /// quadrature. The strongest arrival is left out; lesser ones a median survives.
  private func noise(without peak: Int) -> Double {
    let reach = (2 * filter.half + 3) / 4
    let left = max(0, peak - reach)
    let right = min(outputs, peak + reach + 1)
    let median = filter.medianEnvelope(without: left..<right)
    return (Double(median) / (1.386_294_361_119_890_6 * filter.noiseGain)).squareRoot()
  }

  /// The earliest peak that is detected and not far below the strongest.
  private func firstArrival(before strongest: Int, above floor: Float) -> Int {
    let envelope = filter.envelope
    let least = max(floor, envelope[strongest] * earlierShare)
    let end = max(1, strongest - 1)
    var m = filter.nextOutput(atLeast: least, from: 1, to: end)
    while m < end {
      let here = envelope[m]
      if here > envelope[m - 1], here >= envelope[m + 1] { return m }
      m = filter.nextOutput(atLeast: least, from: m + 1, to: end)
    }
    return strongest
  }

  /// Whether the samples' total power, away from the arrival, exceeds what the noise inside the
  /// pulse's band explains: electrosurgery and pick-up lie mostly outside it.
  private func interferes(noise: Double, without peak: Int) -> Bool {
    let groups = filter.groups
    let reach = (2 * filter.half + 3) / 4
    let middle = peak + filter.half / 4
    let left = min(groups, max(0, middle - reach))
    let right = max(left, min(groups, middle + reach + 1))
    // Median of χ² with four degrees of freedom: 3.3567.
    let limit = Float(3.3567 * interference * noise * noise)
    return filter.medianGroupPower(exceeds: limit, without: left..<right)
  }

  /// Whether something short and slow stands where the matched filter hears nothing: a burst of
  /// electrosurgery lies below the band, and a median does not see it when it fills less than half
  /// of the gate.
  ///
  /// A running sum over two periods of the carrier hears no pulse, and of noise only σ·√n. In eight
  /// places, and a sixteenth of the gate, it must exceed six times that: by chance never (2e-9 a place).
  private func burstsBelowBand(noise: Double, quiet: Float) -> Bool {
    let groups = filter.groups
    let width = lowBandGroups
    let limit = 6 * noise * Double(4 * width).squareRoot()
    let least = max(8, groups / 16)
    guard filter.sumGroups(quiet: quiet, limit: limit, width: width, least: least) >= least else {
      return false
    }
    let envelope = filter.envelope
    let reach = (filter.half + 2 * width) / 4 + 1
    // From a group to the output in the middle of its sum. Near the ends of the gate the filter
    // cannot tell what is a pulse.
    let lag = width / 2 + filter.half / 4
    let end = min(groups, outputs - reach + lag)
    var places = 0
    var m = filter.nextBeyond(limit, width: width, from: reach + lag, to: end)
    while m < end {
      let middle = m - lag
      var isQuiet = true
      for k in (middle - reach)...(middle + reach) where envelope[k] > quiet { isQuiet = false }
      if isQuiet { places += 1 }
      m = filter.nextBeyond(limit, width: width, from: m + 1, to: end)
    }
    return places >= least
  }

  /// Where the envelope peaks, in samples from the gate's start, and its power there.
  ///
  /// 16 outputs at full rate from `start` are computed; the peak is climbed to from `near`, so that
  /// a greater one close by does not take its place.
  private func refine(_ base: UnsafePointer<Int16>, start: Int, near: Int)
    -> (position: Double, power: Double, atEdge: Bool)
  {
    let power = filter.fine(base + gate.lowerBound + start)
    var best = min(max(near, 1), 14)
    while best < 14, power[best + 1] > power[best] { best += 1 }
    while best > 1, power[best - 1] > power[best] { best -= 1 }
    let centre = Double(power[best])
    let (before, after) = (Double(power[best - 1]), Double(power[best + 1]))
    let position = Double(start + filter.half + best)
    guard centre > before, centre >= after, before > 0, after > 0 else {
      return (position, centre, true)
    }
    let a = ElementaryMath.log(before)
    let b = ElementaryMath.log(centre)
    let c = ElementaryMath.log(after)
    let shift = 0.5 * (a - c) / (a - 2 * b + c)
    let top = b - 0.25 * (a - c) * shift
    return (position + shift, ElementaryMath.exp(top), false)
  }

  /// Whether the samples at the arrival hold more energy beside the pulse than in it, and more than
  /// noise can: a burst of something else lies on top of it.
  private func isMisshapen(
    _ base: UnsafePointer<Int16>, at middle: Int, amplitude: Double, noise: Double
  ) -> Bool {
    let first = max(gate.lowerBound, middle - shapeHalf)
    let last = min(gate.upperBound - 1, middle + shapeHalf)
    guard first <= last else { return false }
    // Offset and slow pick-up, which the filter takes out as well: the mean over the filter's span.
    let span =
      max(gate.lowerBound, middle - filter.half)...min(gate.upperBound - 1, middle + filter.half)
    var sum = 0
    for i in span { sum += Int(base[i]) }
    let mean = Double(sum) / Double(span.count)
    var total = 0.0
    for i in first...last {
      let x = Double(Int(base[i])) - mean
      total += x * x
    }
    let count = Double(last - first + 1)
    let explained = amplitude * amplitude * shapeEnergy
    let variance = noise * noise
    let beside = total - explained - count * variance
    return beside > explained && beside > 8 * (2 * count).squareRoot() * variance
  }
}
