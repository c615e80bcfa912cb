import Quantities

/// The received pulse followed from frame to frame.
///
/// Amplitude (dB) and time of flight each go through a `MotionFilter`, weighed by the deviations that
/// the estimates state, so that the track states its own. A valid frame that contradicts them alone is
/// not followed: what was foreseen stands for it until three agree, or for seven frames. An invalid
/// frame makes the state invalid at once and forgets the filters: nothing is extrapolated over a gap. A
/// jump of the time of flight by more than `jumpLimitNS` is another path, not a moving one: the track
/// begins anew on it.
///
/// A frame that misses the detection threshold, and nothing else, still counts when it lies within
/// `jumpLimitNS` of a track of at least 16 frames and above `holdThresholdDB`: where to look is known
/// by then, so that 1/30 of the cells, and of the false alarms, remain. Its SNR is reported as it is.
///
/// A value type without storage elsewhere: no allocation, no isolation of its own.
public struct PeakTrack: Sendable {
  /// Frames after which a track knows where to look.
  public static let span: UInt32 = 16

  /// What the time of flight, ns, and the amplitude, dB, may do. A hand pushes at 8 mm/s and more along
  /// the vessel, 5,000 ns/s at 1,570 m/s; a sweep of 25°/s over a beam of 11° changes the amplitude by
  /// 60 dB/s on its flanks. Either may turn within a tenth of a second. Design choices.
  public static let timeLimits = MotionFilter.Limits(rate: 5_000, changesIn: 0.1)
  public static let amplitudeLimits = MotionFilter.Limits(rate: 60, changesIn: 0.1)

  /// Largest step between the tracked and a new time of flight that may be motion.
  public var jumpLimitNS: Double
  /// Least matched-filter output (peak² ÷ variance of one quadrature) that continues a track, dB.
  /// Noise exceeds 12 dB within ±500 ns in about 0.5 % of frames at 10 MHz, 60 %.
  public var holdThresholdDB: Double
  /// The state after the newest frame.
  public private(set) var state: TrackState
  private var hold = PeakHold()
  private var time: MotionFilter?
  private var amplitude: MotionFilter?

  public init(jumpLimitNS: Double = 500, holdThresholdDB: Double = 12) {
    self.jumpLimitNS = jumpLimitNS
    self.holdThresholdDB = holdThresholdDB
    state = TrackState(invalid: FrameEstimate(invalid: .noFrame), at: nil)
  }

  /// Takes the newest frame's estimate and its device time, and returns the state after it.
  @discardableResult
  public mutating func update(_ estimate: FrameEstimate, at instant: DeviceInstant) -> TrackState {
    var newest = estimate
    if let last = state.at, instant <= last {
      newest.reasons.insert(.outOfOrder)
      // The latest time seen stays the reference, or one wild clock value would be forgiven.
      state = forgotten(newest, at: last)
      return state
    }
    let seconds = state.at.map { Double((instant - $0).count) * 1e-9 } ?? 0
    if !newest.isFinite { newest.reasons.insert(.notFinite) }
    if holds(newest) { newest.reasons.remove(.belowThreshold) }
    hold.update(newest.isValid ? newest.amplitudeDB : nil, after: seconds)
    guard newest.isValid else {
      state = forgotten(newest, at: instant)
      return state
    }
    let jump = newest.timeOfFlightNS - state.timeOfFlightNS
    let continues = state.isValid && jump.magnitude <= jumpLimitNS
    // Stops counting at the end of its range instead of trapping (R27).
    let frames = state.consecutiveFrames == .max ? .max : state.consecutiveFrames + 1
    if !continues { (time, amplitude) = (nil, nil) }
    state = TrackState(newest: newest, at: instant, consecutiveFrames: continues ? frames : 1)
    let flight = Self.followed(
      &time, newest.timeOfFlightNS, newest.sigmaTimeNS, seconds, Self.timeLimits)
    let level = Self.followed(
      &amplitude, newest.amplitudeDB, newest.sigmaAmplitudeDB, seconds, Self.amplitudeLimits)
    (state.timeOfFlightNS, state.sigmaTimeNS) = (flight.value, flight.sigma)
    (state.amplitudeDB, state.sigmaAmplitudeDB) = (level.value, level.sigma)
    state.heldAmplitudeDB = hold.amplitudeDB
    return state
  }

  private static func followed(
    _ filter: inout MotionFilter?, _ value: Double, _ sigma: Double, _ seconds: Double,
    _ limits: MotionFilter.Limits
  ) -> MotionFilter {
    if var known = filter {
      known.update(value, sigma: sigma, after: seconds)
      filter = known
      return known
    }
    let begun = MotionFilter(value, sigma: sigma, limits: limits)
    filter = begun
    return begun
  }

  private mutating func forgotten(
    _ newest: FrameEstimate, at instant: DeviceInstant
  ) -> TrackState {
    (time, amplitude) = (nil, nil)
    var state = TrackState(invalid: newest, at: instant)
    state.heldAmplitudeDB = hold.amplitudeDB
    return state
  }
}

extension PeakTrack {
  /// Whether a frame below the detection threshold continues the track all the same.
  private func holds(_ newest: FrameEstimate) -> Bool {
    newest.reasons == .belowThreshold && newest.snrDB >= holdThresholdDB
      && state.isValid && state.consecutiveFrames >= Self.span
      && (newest.timeOfFlightNS - state.timeOfFlightNS).magnitude <= jumpLimitNS
  }
}

/// What the track is after a frame. Invalid means: the newest frame gave nothing to act on.
public struct TrackState: Hashable, Sendable {
  /// The newest frame, valid or not.
  public var newest: FrameEstimate
  /// When it was taken; nil before the first frame.
  public var at: DeviceInstant?
  /// Valid frames in a row on the same path, the newest included; 0 when invalid.
  public var consecutiveFrames: UInt32
  /// Tracked amplitude, dB re 1 LSB, and its standard deviation; 0 when invalid.
  public var amplitudeDB: Double
  public var sigmaAmplitudeDB: Double
  /// Tracked time of flight and its standard deviation, ns; 0 when invalid.
  public var timeOfFlightNS: Double
  public var sigmaTimeNS: Double
  /// The highest amplitude of late, sinking slowly: to look at, never to decide by.
  public var heldAmplitudeDB: Double?

  public init(newest: FrameEstimate, at: DeviceInstant?, consecutiveFrames: UInt32) {
    self.newest = newest
    self.at = at
    self.consecutiveFrames = consecutiveFrames
    amplitudeDB = newest.amplitudeDB
    sigmaAmplitudeDB = newest.sigmaAmplitudeDB
    timeOfFlightNS = newest.timeOfFlightNS
    sigmaTimeNS = newest.sigmaTimeNS
  }

  init(invalid newest: FrameEstimate, at: DeviceInstant?) {
    self.init(newest: newest, at: at, consecutiveFrames: 0)
    (amplitudeDB, sigmaAmplitudeDB, timeOfFlightNS, sigmaTimeNS) = (0, 0, 0, 0)
  }

  public var isValid: Bool { newest.isValid && consecutiveFrames > 0 }
  /// SNR of the newest frame: never smoothed, so that a failing signal shows at once (R05).
  public var snrDB: Double { newest.snrDB }
  public var reasons: InvalidReasons { newest.reasons }
}

/// A track's state as the safety core takes it: whole numbers only (R03).
public struct TrackIntegers: Hashable, Sendable {
  /// Tracked amplitude, dB re 1 LSB.
  public var amplitude: CentiDecibels
  /// SNR of the newest frame.
  public var snr: CentiDecibels
  /// Tracked time of flight.
  public var timeOfFlight: Nanoseconds

  public init(amplitude: CentiDecibels, snr: CentiDecibels, timeOfFlight: Nanoseconds) {
    self.amplitude = amplitude
    self.snr = snr
    self.timeOfFlight = timeOfFlight
  }
}

extension TrackState {
  /// The state at the boundary of the safety core, rounded to nearest, or nil if it is invalid or
  /// any value is NaN, infinite or outside its plausible range (−100 ... 200 dB; 0 ..< 1 s). Never
  /// traps, whatever the bit patterns.
  public func integers() -> TrackIntegers? {
    guard isValid, let amplitude = Self.whole(amplitudeDB * 100, from: -10_000, to: 20_000),
      let snr = Self.whole(snrDB * 100, from: -10_000, to: 20_000),
      let time = Self.whole(timeOfFlightNS, from: 0, to: 999_999_999)
    else { return nil }
    return TrackIntegers(
      amplitude: CentiDecibels(Int32(amplitude)), snr: CentiDecibels(Int32(snr)),
      timeOfFlight: Nanoseconds(Int64(time)))
  }

  /// The nearest integer if it lies within the bounds; NaN fails both comparisons.
  private static func whole(_ x: Double, from low: Double, to high: Double) -> Int? {
    let nearest = x.rounded()
    guard nearest >= low, nearest <= high else { return nil }
    return Int(nearest)
  }
}
