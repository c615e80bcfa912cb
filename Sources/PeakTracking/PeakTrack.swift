import Quantities

/// The received pulse followed from frame to frame.
///
/// Amplitude (linear, LSB) and time of flight are smoothed exponentially with a weight of 1/16 a
/// frame; the first 16 frames after a restart are averaged plainly. An invalid frame makes the
/// state invalid at once and restarts the smoothing: nothing is extrapolated over a gap. A jump of
/// the time of flight by more than `jumpLimitNS` is another path, not a moving one: smoothing
/// restarts at the new value.
///
/// A frame that misses the detection threshold, and nothing else, still counts when it lies within
/// `jumpLimitNS` of a track of at least 16 frames and above `holdThresholdDB`: where to look is known
/// by then, so that 1/30 of the cells, and of the false alarms, remain. Its SNR is reported as it is.
///
/// A value type without storage elsewhere: no allocation, no isolation of its own.
public struct PeakTrack: Sendable {
  /// Frames over which the smoothing averages.
  public static let span: UInt32 = 16

  /// Largest step between the smoothed and a new time of flight that is smoothed over.
  public var jumpLimitNS: Double
  /// Least matched-filter output (peak² ÷ variance of one quadrature) that continues a track, dB.
  /// Noise exceeds 12 dB within ±500 ns in about 0.5 % of frames at 10 MHz, 60 %.
  public var holdThresholdDB: Double
  /// The state after the newest frame.
  public private(set) var state: TrackState

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
      state = TrackState(invalid: newest, at: last)
      return state
    }
    if !newest.isFinite { newest.reasons.insert(.notFinite) }
    if holds(newest) { newest.reasons.remove(.belowThreshold) }
    guard newest.isValid else {
      state = TrackState(invalid: newest, at: instant)
      return state
    }
    let jump = newest.timeOfFlightNS - state.timeOfFlightNS
    let continues = state.isValid && jump.magnitude <= jumpLimitNS
    // Stops counting at the end of its range instead of trapping (R27).
    let frames = state.consecutiveFrames == .max ? .max : state.consecutiveFrames + 1
    var next = TrackState(newest: newest, at: instant, consecutiveFrames: continues ? frames : 1)
    if continues {
      let weight = 1 / Double(min(next.consecutiveFrames, Self.span))
      next.amplitude = state.amplitude + (newest.amplitude - state.amplitude) * weight
      next.timeOfFlightNS = state.timeOfFlightNS + jump * weight
    }
    next.amplitudeDB = ElementaryMath.decibels(power: next.amplitude * next.amplitude)
    state = next
    return next
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
  /// Smoothed amplitude, LSB, and in dB re 1 LSB; 0 when invalid.
  public var amplitude: Double
  public var amplitudeDB: Double
  /// Smoothed time of flight, ns; 0 when invalid.
  public var timeOfFlightNS: Double

  public init(newest: FrameEstimate, at: DeviceInstant?, consecutiveFrames: UInt32) {
    self.newest = newest
    self.at = at
    self.consecutiveFrames = consecutiveFrames
    amplitude = newest.amplitude
    amplitudeDB = newest.amplitudeDB
    timeOfFlightNS = newest.timeOfFlightNS
  }

  init(invalid newest: FrameEstimate, at: DeviceInstant?) {
    self.init(newest: newest, at: at, consecutiveFrames: 0)
    (amplitude, amplitudeDB, timeOfFlightNS) = (0, 0, 0)
  }

  public var isValid: Bool { newest.isValid && consecutiveFrames > 0 }
  /// SNR of the newest frame: never smoothed, so that a failing signal shows at once (R05).
  public var snrDB: Double { newest.snrDB }
  public var reasons: InvalidReasons { newest.reasons }
}

/// A track's state as the safety core takes it: whole numbers only (R03).
public struct TrackIntegers: Hashable, Sendable {
  /// Smoothed amplitude, dB re 1 LSB.
  public var amplitude: CentiDecibels
  /// SNR of the newest frame.
  public var snr: CentiDecibels
  /// Smoothed time of flight.
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
