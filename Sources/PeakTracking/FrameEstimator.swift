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
  /// Matched-filter SNR from which half a cycle is five standard deviations of the envelope's peak.
  private let cycleSNR: Double
  /// Standard deviation of the variance of the noise as one frame tells it, relative.
  private let noiseSpread: Double
  /// How high a pulse of power 1 may stand so many outputs before its peak, by its own form.
  private let precursor: [Float]
  private static let decibelsPerNeper = 8.685_889_638_065_037

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
    let pulse = configuration.template ?? PulseTemplate(configuration.pulse)
    filter = MatchedFilter(
      pulse, gateSamples: gate.count, fullScale: configuration.fullScale,
      level: level)
    outputs = filter.outputs
    detection = ElementaryMath.power(decibels: configuration.detectionThresholdDB)
    earlierShare = Float(ElementaryMath.power(decibels: -configuration.earlierPeakWithinDB))
    interference = ElementaryMath.power(decibels: configuration.interferenceDB)
    lowBandGroups = max(
      1, Int((configuration.pulse.sampleRateHz / configuration.pulse.carrierHz / 2).rounded()))
    if let phase = configuration.phase {
      let cycleNS = configuration.pulse.samplePeriodNS / phase.turnsPerSample
      let deviations = 10 * configuration.pulse.timeBoundNS(snr: 1) / cycleNS
      cycleSNR = deviations * deviations
    } else {
      cycleSNR = .infinity
    }
    // Only what the median is taken of tells the noise: not the arrival, not the filter's run-in.
    noiseSpread = DetectionLimit.noiseSigma(
      samples: MatchedFilter.decimation * (outputs - filter.arrivalOutputs),
      envelopeSigma: configuration.pulse.envelopeSigmaSamples)
    shapeHalf = min(configuration.pulse.halfLength / 2, pulse.half)
    var energy = 0.0
    for k in (pulse.half - shapeHalf)...(pulse.half + shapeHalf) {
      energy += 0.5 * pulse.envelope[k] * pulse.envelope[k]
    }
    shapeEnergy = energy
    precursor = pulse.precursor(step: MatchedFilter.decimation).map { Float(4 * $0) }
  }

  /// The estimate for one frame. Never traps, whatever the samples; never allocates.
  public mutating func estimate(_ samples: UnsafeBufferPointer<Int16>) -> FrameEstimate {
    guard samples.count == configuration.sampleCount, let base = samples.baseAddress else {
      return FrameEstimate(invalid: .wrongLength)
    }
    var reasons = check(base, inside: filter.load(base + gate.lowerBound))
    var strongest = filter.filter()
    let noise = noise(without: strongest)
    guard noise >= Self.leastNoise else {
      return FrameEstimate(invalid: reasons.union(.noNoise))
    }
    let variance = noise * noise * filter.noiseGain
    var top = filter.envelope[strongest]
    if Double(top) < Self.closeCall * variance {
      (strongest, top) = highestPeak(base, near: strongest)
    }
    if strongest == 0 || strongest == outputs - 1 { reasons.insert(.outsideGate) }
    let first = firstArrival(
      before: strongest, of: top, above: Float(detection * variance))

    if hasEarlier(than: first, of: top, above: Float(max(2 * detection, Self.clear) * variance)) {
      reasons.insert(.earlierArrival)
    }
    if isStuck(variance: variance) { reasons.insert(.dropout) }
    if interferes(noise: noise, without: strongest)
      || burstsBelowBand(noise: noise, quiet: Float(detection * variance))
    {
      reasons.insert(.interference)
    }

    let peak = refine(base, around: first)
    if peak.atEdge { reasons.insert(.outsideGate) }

    let snr = peak.power / variance
    let carrier = carrier(at: peak, snr: snr)
    let amplitude = peak.power.squareRoot() * filter.amplitudePerOutput
    if !(snr >= detection) { reasons.insert(.belowThreshold) }
    if isMisshapen(
      base, at: gate.lowerBound + Int(peak.position + 0.5), amplitude: amplitude, noise: noise)
    {
      reasons.insert(.interference)
    }
    var result = FrameEstimate(
      timeOfFlightNS: Double(configuration.delay.count)
        + (Double(gate.lowerBound) + carrier.position) * configuration.pulse.samplePeriodNS,
      amplitude: amplitude, amplitudeDB: ElementaryMath.decibels(power: amplitude * amplitude),
      noise: noise, snrDB: ElementaryMath.decibels(power: snr),
      sigmaTimeNS: carrier.sigmaNS, reasons: reasons)
    let spread = noiseSpread * noiseSpread
    let noiseExcess = DetectionLimit.excess(noiseSigma: noiseSpread)
    // A logarithm makes more of what falls short: 2/SNR beyond the bound, as errors counted show.
    result.sigmaAmplitudeDB =
      Self.decibelsPerNeper * (noiseExcess * (1 + 2 / snr) / snr).squareRoot()
    // A variance's relative deviation is twice that of its root.
    result.sigmaSNRDB = Self.decibelsPerNeper * (1 / snr + spread / 4).squareRoot()
    result.phaseTurns = peak.phase
    result.turnsPerSample = peak.slope
    result.usesPhase = carrier.isUsed
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

  /// Peak power over variance, 20 dB, below which noise may come near to an arrival.
  private static let closeCall = 100.0

  /// Of the local maxima that fall between two outputs, and may be 1 dB higher than either, the highest,
  /// and its power. Two that a parabola puts within 1.3 dB are compared at the full rate.
  private func highestPeak(
    _ base: UnsafePointer<Int16>, near strongest: Int
  ) -> (index: Int, power: Float) {
    let envelope = filter.envelope
    let least = envelope[strongest] * 0.75
    var (best, second) = (strongest, strongest)
    var (height, secondHeight) = (-Double.infinity, -Double.infinity)
    let end = outputs - 1
    var m = filter.nextOutput(atLeast: least, from: 1, to: end)
    while m < end {
      let centre = envelope[m]
      if centre > envelope[m - 1], centre >= envelope[m + 1] {
        let top = Parabola(Double(envelope[m - 1]), Double(centre), Double(envelope[m + 1])).top
        if top > height {
          (second, secondHeight) = (best, height)
          (best, height) = (m, top)
        } else if top > secondHeight {
          (second, secondHeight) = (m, top)
        }
      }
      m = filter.nextOutput(atLeast: least, from: m + 1, to: end)
    }
    guard secondHeight > height - 0.3 else {
      return (best, height > -.infinity ? Float(ElementaryMath.exp(height)) : envelope[best])
    }
    let (one, other) = (refine(base, around: best), refine(base, around: second))
    return other.power > one.power ? (second, Float(other.power)) : (best, Float(one.power))
  }

  /// Noise per sample, LSB: the median of the envelope's square is 2 ln 2 times the variance of a
  /// quadrature. The strongest arrival is left out; lesser ones a median survives.
  private func noise(without peak: Int) -> Double {
    let reach = filter.arrivalOutputs / 2
    let left = max(0, peak - reach)
    let right = min(outputs, peak + reach + 1)
    let median = filter.medianEnvelope(without: left..<right)
    return (Double(median) / (1.386_294_361_119_890_6 * filter.noiseGain)).squareRoot()
  }

  /// The earliest peak that is detected and not far below the strongest.
  private func firstArrival(before strongest: Int, of top: Float, above floor: Float) -> Int {
    let envelope = filter.envelope
    let least = max(floor, top * earlierShare)
    let end = max(1, strongest - 1)
    var m = filter.nextOutput(atLeast: least, from: 1, to: end)
    while m < end {
      let here = envelope[m]
      if here > envelope[m - 1], here >= envelope[m + 1] { return m }
      m = filter.nextOutput(atLeast: least, from: m + 1, to: end)
    }
    return strongest
  }

  /// No direct path is weaker than this against what follows it: an echo is a seventh of what it echoes
  /// at the most, and 30 dB leave room for calcium before the receiver.
  private static let faintest: Float = 1e-3
  /// 19 dB.
  private static let clear = 80.0

  /// Whether a peak before the arrival that was taken stands clear of what the arrival itself may show
  /// there, by as much as noise does not reach in the life of a bench: `floor` is 3 dB above detection, and
  /// 19 dB at least (1e-15 a frame). It must rise to it from the last valley, or it is only a ripple of
  /// something that sinks.
  private func hasEarlier(than first: Int, of top: Float, above floor: Float) -> Bool {
    let envelope = filter.envelope
    let least = max(floor, top * Self.faintest)
    let rise = (floor / 2).squareRoot()
    var m = filter.nextOutput(atLeast: least, from: 1, to: first)
    while m < first {
      let here = envelope[m]
      if here > envelope[m - 1], here >= envelope[m + 1] {
        var valley = m
        while valley > 0, envelope[valley - 1] < envelope[valley] { valley -= 1 }
        let height = here.squareRoot()
        let own = first - m < precursor.count ? (top * precursor[first - m]).squareRoot() : 0
        if height - envelope[valley].squareRoot() >= rise, height >= own,
          (height - own) * (height - own) >= least
        {
          return true
        }
      }
      m = filter.nextOutput(atLeast: least, from: m + 1, to: first)
    }
    return false
  }

  /// Whether more than a sixteenth of the outputs are as good as zero, 30 dB below the median: the taps sum
  /// to zero, so that an input stuck at one code is heard as nothing at all. A sixteenth lowers the median
  /// by 0.4 dB; noise has one output in 1,400 so low.
  private func isStuck(variance: Double) -> Bool {
    let least = Float(0.001_386 * variance)
    // Of eight in a row one is looked at; where none is so low there is nothing to count.
    var m = 0
    while m < outputs {
      if filter.envelope[m] <= least {
        return filter.outputs(atMost: least) > max(8, outputs / 16)
      }
      m += 8
    }
    return false
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

  /// The envelope's peak: where, in samples from the gate's start; its power; the carrier's phase there
  /// and what it turns by a sample.
  private struct Peak {
    var position: Double
    var power: Double
    var phase = 0.0
    var slope = 0.0
    var atEdge = false
  }

  /// The peak near an output of the coarse pass.
  private func refine(_ base: UnsafePointer<Int16>, around output: Int) -> Peak {
    let middle = MatchedFilter.decimation * output
    let start = min(
      max(middle - MatchedFilter.lanes / 2, 0),
      gate.count - 2 * filter.half - MatchedFilter.lanes)
    return refine(base, start: start, near: middle - start)
  }

  /// 16 outputs at full rate from `start` are computed; the peak is climbed to from `near`, so that
  /// a greater one close by does not take its place.
  private func refine(_ base: UnsafePointer<Int16>, start: Int, near: Int) -> Peak {
    let (re, im) = filter.fine(base + gate.lowerBound + start)
    let power = re * re + im * im
    var best = min(max(near, 1), 14)
    while best < 14, power[best + 1] > power[best] { best += 1 }
    while best > 1, power[best - 1] > power[best] { best -= 1 }
    let centre = Double(power[best])
    let (before, after) = (Double(power[best - 1]), Double(power[best + 1]))
    var peak = Peak(position: Double(start + filter.half + best), power: centre)
    guard centre > before, centre >= after, before > 0, after > 0 else {
      peak.atEdge = true
      return peak
    }
    let parabola = Parabola(before, centre, after)
    let shift = parabola.shift
    peak.position += shift
    peak.power = ElementaryMath.exp(parabola.top)
    // Turned by from one neighbour to the other: the product of one with the other's conjugate.
    let (r0, i0) = (Double(re[best - 1]), Double(im[best - 1]))
    let (r1, i1) = (Double(re[best + 1]), Double(im[best + 1]))
    let turned = ElementaryMath.turns(y: i1 * r0 - r1 * i0, x: r1 * r0 + i1 * i0)
    // Two samples turn by less than one cycle, and forward.
    peak.slope = (turned < 0 ? turned + 1 : turned) / 2
    let slope = configuration.phase?.turnsPerSample ?? peak.slope
    let phase =
      ElementaryMath.turns(y: Double(im[best]), x: Double(re[best])) + slope * shift
    peak.phase = phase - phase.rounded()
    return peak
  }

  /// The time of flight by the carrier where its phase is known and the envelope tells which cycle it
  /// is; else by the envelope.
  private func carrier(
    at peak: Peak, snr: Double
  ) -> (position: Double, sigmaNS: Double, isUsed: Bool) {
    let pulse = configuration.pulse
    // The measured SNR is that of a maximum, too good by 3/SNR; near the threshold the envelope's bound
    // is as much too good, and more below (30/SNR², as errors counted at 10 and 15 dB per sample show).
    let noiseExcess = DetectionLimit.excess(noiseSigma: noiseSpread)
    guard let phase = configuration.phase, !peak.atEdge, snr >= cycleSNR else {
      let excess = (1 + (6 + 30 / snr) / snr) * noiseExcess
      return (peak.position, excess.squareRoot() * pulse.timeBoundNS(snr: snr), false)
    }
    let ahead = peak.phase - phase.phaseTurns
    // The output turns by the mean of the carrier and of the pulse that it is compared with.
    let carrier = 2 * phase.turnsPerSample - pulse.carrierHz / pulse.sampleRateHz
    return (
      peak.position - (ahead - ahead.rounded()) / phase.turnsPerSample,
      ((1 + 3 / snr) * noiseExcess).squareRoot()
        * pulse.coherentBoundNS(snr: snr, turnsPerSample: carrier), true
    )
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

/// A parabola through the logarithms of three neighbouring powers: exact for a Gaussian.
private struct Parabola {
  /// From the middle one to the top, in samples.
  var shift: Double
  /// Logarithm of the power there.
  var top: Double

  init(_ before: Double, _ centre: Double, _ after: Double) {
    let a = ElementaryMath.log(before)
    let b = ElementaryMath.log(centre)
    let c = ElementaryMath.log(after)
    shift = 0.5 * (a - c) / (a - 2 * b + c)
    top = b - 0.25 * (a - c) * shift
  }
}
