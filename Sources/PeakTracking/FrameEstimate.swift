/// Why a frame's estimate must not be used. More than one may hold.
public struct InvalidReasons: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// No arrival stands far enough above the noise of the frame.
  public static let belowThreshold = Self(rawValue: 1 << 0)
  /// A sample inside the gate is at the end of the converter's range.
  public static let saturated = Self(rawValue: 1 << 1)
  /// The frame has no noise: a dead input, not a quiet one. No SNR can be stated (R05).
  public static let noNoise = Self(rawValue: 1 << 2)
  /// The strongest signal is cut off by the blanking or by the end of the gate.
  public static let outsideGate = Self(rawValue: 1 << 3)
  /// A sample is beyond what the converter can produce: corrupt data.
  public static let sampleOutOfRange = Self(rawValue: 1 << 4)
  /// Energy outside the pulse's band, throughout the gate or at the arrival.
  public static let interference = Self(rawValue: 1 << 5)
  /// A result is NaN or infinite.
  public static let notFinite = Self(rawValue: 1 << 6)
  /// The frame does not have the configured number of samples.
  public static let wrongLength = Self(rawValue: 1 << 7)
  /// The frame is not later than the one before it.
  public static let outOfOrder = Self(rawValue: 1 << 8)
  /// No frame has been seen yet.
  public static let noFrame = Self(rawValue: 1 << 9)

  /// Part of the gate holds no noise, as if stuck at one code: the noise of the rest cannot be told, and
  /// an SNR over it would be too good (R05).
  public static let dropout = Self(rawValue: 1 << 10)
  /// An earlier arrival than the one that was taken stands clear of the noise, too weak to be taken for the
  /// direct path beside what is later: which of them came straight is not known (R06).
  public static let earlierArrival = Self(rawValue: 1 << 11)
  /// The frames before it do not bear it out: it is elsewhere than they foresee, or one of the first
  /// of a track.
  public static let unconfirmed = Self(rawValue: 1 << 12)

  /// How many reasons there are; their bits are 0 ..< count.
  public static let count = 13

  /// The name of the reason of one bit, as results print it; nil beyond the last.
  public static func name(ofBit bit: Int) -> StaticString? {
    switch bit {
    case 0: "below_threshold"
    case 1: "saturated"
    case 2: "no_noise"
    case 3: "outside_gate"
    case 4: "sample_out_of_range"
    case 5: "interference"
    case 6: "not_finite"
    case 7: "wrong_length"
    case 8: "out_of_order"
    case 9: "no_frame"
    case 10: "dropout"
    case 11: "earlier_arrival"
    case 12: "unconfirmed"
    default: nil
    }
  }
}

/// What one frame of samples says: where the pulse is, how strong, how sure.
///
/// The figures of an invalid frame are what was measured, for display only; those that could not
/// be measured are zero.
public struct FrameEstimate: Hashable, Sendable {
  /// From the transmit pulse to the peak of the received envelope, ns on the console's clock.
  public var timeOfFlightNS: Double
  /// Peak of the received pulse's envelope at the converter, LSB: a noise-free pulse of amplitude
  /// A gives A.
  public var amplitude: Double
  /// 20·log10 of the amplitude, dB re 1 LSB.
  public var amplitudeDB: Double
  /// Standard deviation of the noise per sample, LSB, from this same frame away from the arrival;
  /// in the pulse's band, as if it were white.
  public var noise: Double
  /// Matched-filter output: peak² ÷ variance of one quadrature of its noise, dB.
  public var snrDB: Double
  /// Standard deviation of the time of flight, ns: the Cramér–Rao bound at this SNR, of the envelope or
  /// of the carrier where the phase was used, and what a measured SNR is too good by. The estimator
  /// reaches it from about 15 dB per sample up.
  public var sigmaTimeNS: Double
  /// Standard deviation of the amplitude, dB, by the Cramér–Rao bound: 20/ln 10 ÷ √SNR.
  public var sigmaAmplitudeDB: Double = 0
  /// Standard deviation of the SNR, dB: that of the amplitude, and that of the noise of one frame.
  public var sigmaSNRDB: Double = 0
  /// Phase of the carrier at the envelope's peak, turns within −½ ... ½, and its change a sample
  /// round the peak: the mean of the carrier's and the pulse's, in turns.
  public var phaseTurns: Double = 0
  public var turnsPerSample: Double = 0
  /// The time of flight is that of the carrier; otherwise that of the envelope.
  public var usesPhase = false
  public var reasons: InvalidReasons

  public init(
    timeOfFlightNS: Double, amplitude: Double, amplitudeDB: Double, noise: Double, snrDB: Double,
    sigmaTimeNS: Double, reasons: InvalidReasons
  ) {
    self.timeOfFlightNS = timeOfFlightNS
    self.amplitude = amplitude
    self.amplitudeDB = amplitudeDB
    self.noise = noise
    self.snrDB = snrDB
    self.sigmaTimeNS = sigmaTimeNS
    self.reasons = reasons
  }

  /// Nothing measured, for the reasons given.
  public init(invalid reasons: InvalidReasons) {
    self.init(
      timeOfFlightNS: 0, amplitude: 0, amplitudeDB: 0, noise: 0, snrDB: 0, sigmaTimeNS: 0,
      reasons: reasons)
  }

  public var isValid: Bool { reasons.isEmpty }

  var isFinite: Bool {
    timeOfFlightNS.isFinite && amplitude.isFinite && amplitudeDB.isFinite && noise.isFinite
      && snrDB.isFinite && sigmaTimeNS.isFinite && sigmaAmplitudeDB.isFinite
      && sigmaSNRDB.isFinite && phaseTurns.isFinite
      && turnsPerSample.isFinite
  }
}
