import Quantities

/// What the estimator must know beforehand: the pulse, the frame, where to look, when to believe.
public struct TrackerConfiguration: Hashable, Sendable {
  /// Setting it forgets a calibrated template.
  public var pulse: PulseShape { didSet { template = nil } }
  /// The pulse as a recording shows it, where it was calibrated: then the tracker listens for it, and
  /// `pulse` is its shape. Nil: for the Gaussian of `pulse`.
  public private(set) var template: PulseTemplate?
  /// Samples in every frame.
  public var sampleCount: Int
  /// From the middle of the transmit pulse to the first sample.
  public var delay: Nanoseconds
  /// Samples before this time of flight hold transmit feed-through and are never searched.
  public var blankUntil: Nanoseconds
  /// Samples from this time of flight on are never searched; the end of the frame if later.
  public var gateEnd: Nanoseconds
  /// Least matched-filter output (peak² ÷ variance of one quadrature) that counts as an arrival.
  ///
  /// The envelope of pure noise rises above γ at a rate of √γ·exp(−γ/2)/(√(4π)·σ_t) a sample (Rice,
  /// for a Gaussian band), when the noise is known: 1e-6 a frame of 1024 samples at the default
  /// 16 dB (10 MHz, 60 %). The noise is measured in the same frame, to about 9 %, which costs a
  /// factor of ten: of 400,000 frames of noise, 4 exceeded 16 dB, 101 exceeded 15 dB, 1,325
  /// exceeded 14 dB and 50,365 exceeded 12 dB.
  public var detectionThresholdDB: Double
  /// The converter's largest code (8191 for 14 bits). At or beyond ± this inside the gate is
  /// saturation; anywhere in the frame, beyond −fullScale − 1 ... fullScale is no sample at all.
  public var fullScale: Int32
  /// An earlier peak this close below the strongest one is taken as the arrival: the direct path
  /// comes first, what is later is reverberation.
  public var earlierPeakWithinDB: Double
  /// Noise outside the pulse's band that exceeds the noise inside it by this much is interference.
  public var interferenceDB: Double
  /// The carrier's phase, where it was calibrated: then it refines the time of flight, as long as the
  /// envelope tells the right cycle by five standard deviations.
  public var phase: PhaseCalibration?

  public init(
    pulse: PulseShape, sampleCount: Int, delay: Nanoseconds = .zero, blankUntil: Nanoseconds,
    gateEnd: Nanoseconds = Nanoseconds(Int64.max), detectionThresholdDB: Double = 16,
    fullScale: Int32 = 8191, earlierPeakWithinDB: Double = 6, interferenceDB: Double = 6,
    phase: PhaseCalibration? = nil
  ) {
    self.pulse = pulse
    self.sampleCount = sampleCount
    self.delay = delay
    self.blankUntil = blankUntil
    self.gateEnd = gateEnd
    self.detectionThresholdDB = detectionThresholdDB
    self.fullScale = fullScale
    self.earlierPeakWithinDB = earlierPeakWithinDB
    self.interferenceDB = interferenceDB
    self.phase = phase
  }

  /// Listens for the pulse of a recording from now on.
  public mutating func listen(for recorded: PulseTemplate) {
    pulse = recorded.shape
    template = recorded
  }

  /// Sets the detection threshold so that noise alone gives so many false alarms a frame, the noise
  /// being measured in that frame (see `DetectionLimit`). Pulse and gate must stand by then.
  ///
  /// - Throws: `.falseAlarms` for what is not within `DetectionLimit.falseAlarms`; nothing is changed.
  public mutating func limitFalseAlarms(
    perFrame alarms: Double
  ) throws(TrackerConfigurationError) {
    // NaN is within no range.
    guard DetectionLimit.falseAlarms.contains(alarms) else { throw .falseAlarms }
    detectionThresholdDB = DetectionLimit.threshold(
      falseAlarmsPerFrame: alarms, samples: gate.count,
      envelopeSigma: pulse.envelopeSigmaSamples)
  }

  /// The half-open range of sample indices that is searched.
  package var gate: Range<Int> {
    let first = index(of: blankUntil)
    return first..<max(first, index(of: gateEnd))
  }

  /// The first sample at or after a time of flight, within the frame.
  private func index(of time: Nanoseconds) -> Int {
    let samples =
      (Double(time.count) - Double(delay.count)) / pulse.samplePeriodNS
    // Clamped before it becomes an integer, so that no setting can trap; the slack keeps a time
    // that falls on a sample on that sample.
    return Int(min(max((samples - 1e-6).rounded(.up), 0), Double(sampleCount)))
  }
}

/// Why a configuration cannot be used.
public enum TrackerConfigurationError: Error, Equatable, Sendable {
  /// The carrier with half its bandwidth must lie between zero and half the sample rate, the
  /// fractional bandwidth within 0.05 ... 1.5, and the envelope within 1 ... 256 samples.
  case pulse
  /// 1 ... 262,144 samples.
  case sampleCount
  /// 2 ... 32,767.
  case fullScale
  /// Thresholds must be within 0 ... 100 dB.
  case threshold
  /// 1e-12 ... 1 a frame.
  case falseAlarms
  /// A calibrated phase turns by 0 ..< ½ a sample, and neither figure is infinite or NaN.
  case phase
  /// Between blanking and gate end too few samples are left for a pulse and its noise.
  case gateTooShort(samples: Int, needed: Int)
}

extension TrackerConfiguration {
  /// Throws the first thing that is wrong.
  package func validate() throws(TrackerConfigurationError) {
    let p = pulse
    // Written so that NaN fails every comparison.
    guard p.sampleRateHz > 0, p.sampleRateHz < 1e12, p.fractionalBandwidth >= 0.05,
      p.fractionalBandwidth <= 1.5, p.carrierHz > 0,
      p.carrierHz * (1 + p.fractionalBandwidth / 2) < p.sampleRateHz / 2,
      p.envelopeSigmaSamples >= 1, p.envelopeSigmaSamples <= 256
    else { throw .pulse }
    guard sampleCount >= 1, sampleCount <= 262_144 else { throw .sampleCount }
    guard fullScale >= 2, fullScale <= 32_767 else { throw .fullScale }
    guard detectionThresholdDB >= 0, detectionThresholdDB <= 100, earlierPeakWithinDB >= 0,
      earlierPeakWithinDB <= 100, interferenceDB >= 0, interferenceDB <= 100
    else { throw .threshold }
    if let phase {
      guard phase.phaseTurns.isFinite, phase.turnsPerSample > 0, phase.turnsPerSample < 0.5
      else { throw .phase }
    }
    let needed = MatchedFilter.leastGate(half: template?.half ?? p.halfLength)
    guard gate.count >= needed else {
      throw .gateTooShort(samples: gate.count, needed: needed)
    }
  }
}
