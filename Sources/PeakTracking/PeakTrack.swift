import Quantities

/// The received pulse followed from frame to frame.
///
/// Amplitude (dB) and time of flight each go through a `MotionFilter`, weighed by the deviations that
/// the estimates state, so that the track states its own. The state is valid only after a frame that was
/// itself measured and weighed in: nothing that was foreseen ever stands for a frame.
///
/// A valid frame that lies more than seven deviations from what is foreseen, and farther than the edge of a
/// shadow may throw it (`stepLimitNS`, `stepLimitDB`), is *unconfirmed*: its state is invalid, with that
/// reason, and the track is not moved by it. Three in a row that agree with one another are a path of
/// their own: the track begins anew on it, valid with the third. So does every track begin. Within the
/// step limits the filter begins anew at once, on what that frame measured. An invalid frame forgets the
/// track, and so does `gapLimit` without a frame that it could take: nothing is extrapolated over a gap.
///
/// A frame that misses the detection threshold, and nothing else, still counts when a track of at least 16
/// frames takes it and it is above `holdThresholdDB`: where to look is known by then, so that 1/30 of the
/// cells, and of the false alarms, remain. Its SNR is reported as it is.
///
/// A value type without storage elsewhere: no allocation, no isolation of its own.
public struct PeakTrack: Sendable {
  /// Frames after which a track knows where to look.
  public static let span: UInt32 = 16
  /// Frames that agree with one another before any of them is believed.
  public static let confirming: UInt32 = 3
  /// Innovation squared over its variance beyond which a frame is another path, not noise: 7 deviations.
  /// An unconfirmed frame ends an advance, so that noise alone must hardly ever make one: 3e-12 a frame
  /// and number, and 1e-8 at an SNR of 20 dB, where decibels are skewed.
  static let gate = 49.0
  /// What may change from one frame to the next without another path: which part of the emitter calcium
  /// leaves to be heard shifts the flight by 41 ns at the most, and a step of more than 3 dB leads out of
  /// what an alignment may be off by anyway.
  public static let stepLimitNS = 50.0
  public static let stepLimitDB = 3.0

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
  /// Longest time between two frames of one track; as long as a frame counts as fresh (R08).
  public var gapLimit: Nanoseconds
  /// The state after the newest frame.
  public private(set) var state: TrackState
  private var hold = PeakHold()
  /// What is followed, and what contradicts it.
  private var path: Path?
  private var other: Path?

  public init(
    jumpLimitNS: Double = 500, holdThresholdDB: Double = 12,
    gapLimit: Nanoseconds = .milliseconds(30)
  ) {
    self.jumpLimitNS = jumpLimitNS
    self.holdThresholdDB = holdThresholdDB
    self.gapLimit = gapLimit
    state = TrackState(invalid: FrameEstimate(invalid: .noFrame), at: nil)
  }

  /// Takes the newest frame's estimate and its device time, and returns the state after it.
  @discardableResult
  public mutating func update(_ estimate: FrameEstimate, at instant: DeviceInstant) -> TrackState {
    var newest = estimate
    let last = state.at
    if let last, instant <= last {
      newest.reasons.insert(.outOfOrder)
      (path, other) = (nil, nil)
      // The latest time seen stays the reference, or one wild clock value would be forgiven.
      return note(newest, at: last, after: 0)
    }
    if let known = path, instant - known.at > gapLimit { path = nil }
    if let known = other, instant - known.at > gapLimit { other = nil }
    if !newest.isFinite { newest.reasons.insert(.notFinite) }
    let isHeld = holds(newest)
    if isHeld { newest.reasons.remove(.belowThreshold) }
    var isContradicted = false
    if newest.isValid {
      if !follow(newest, at: instant) {
        isContradicted = (path?.frames ?? 0) >= Self.confirming
        newest.reasons.insert(isHeld ? [.unconfirmed, .belowThreshold] : .unconfirmed)
      }
    } else {
      (path, other) = (nil, nil)
    }
    note(newest, at: instant, after: last.map { Double((instant - $0).count) * 1e-9 } ?? 0)
    state.isContradicted = isContradicted
    return state
  }

  /// Takes a valid frame into the track, or into what contradicts it. Whether the track stands on it.
  private mutating func follow(_ newest: FrameEstimate, at instant: DeviceInstant) -> Bool {
    if path?.takes(newest, at: instant, within: jumpLimitNS) == true {
      other = nil
    } else {
      if other?.takes(newest, at: instant, within: jumpLimitNS) != true {
        other = Path(newest, at: instant)
      }
      // What is not confirmed itself does not stand against what contradicts it.
      let stands = (path?.frames ?? 0) >= Self.confirming
      guard let risen = other, !stands || risen.frames >= Self.confirming else { return false }
      (path, other) = (risen, nil)
    }
    return (path?.frames ?? 0) >= Self.confirming
  }

  @discardableResult
  private mutating func note(
    _ newest: FrameEstimate, at instant: DeviceInstant, after seconds: Double
  ) -> TrackState {
    hold.update(newest.isValid ? newest.amplitudeDB : nil, after: seconds)
    if let path, newest.isValid {
      state = TrackState(newest: newest, at: instant, frames: path.frames)
      (state.timeOfFlightNS, state.sigmaTimeNS) = (path.time.value, path.time.sigma)
      (state.amplitudeDB, state.sigmaAmplitudeDB) = (path.amplitude.value, path.amplitude.sigma)
    } else {
      state = TrackState(invalid: newest, at: instant)
    }
    state.heldAmplitudeDB = hold.amplitudeDB
    return state
  }

  /// Whether a frame below the detection threshold continues the track all the same.
  private func holds(_ newest: FrameEstimate) -> Bool {
    guard let path, state.isValid else { return false }
    return newest.reasons == .belowThreshold && newest.snrDB >= holdThresholdDB
      && path.frames >= Self.span
      && (newest.timeOfFlightNS - path.time.value).magnitude <= jumpLimitNS
  }
}

/// Frames that belong to one way of the sound, and how time and amplitude move on it.
private struct Path: Sendable {
  var time: MotionFilter
  var amplitude: MotionFilter
  /// Frames that it rests on; stops counting at the end of its range instead of trapping (R27).
  var frames: UInt32 = 1
  /// When the newest of them was taken.
  var at: DeviceInstant

  init(_ first: FrameEstimate, at instant: DeviceInstant) {
    time = MotionFilter(
      first.timeOfFlightNS, sigma: first.sigmaTimeNS, limits: PeakTrack.timeLimits)
    amplitude = MotionFilter(
      first.amplitudeDB, sigma: first.sigmaAmplitudeDB, limits: PeakTrack.amplitudeLimits)
    at = instant
  }

  /// Weighs a frame in if it lies where it is foreseen to, or begins anew on it if it is near; else
  /// nothing changes. Whether it was taken.
  mutating func takes(
    _ newest: FrameEstimate, at instant: DeviceInstant, within jumpLimitNS: Double
  ) -> Bool {
    let seconds = Double((instant - at).count) * 1e-9
    let flight = Self.followed(
      time, newest.timeOfFlightNS, newest.sigmaTimeNS, seconds, PeakTrack.timeLimits,
      step: PeakTrack.stepLimitNS)
    let level = Self.followed(
      amplitude, newest.amplitudeDB, newest.sigmaAmplitudeDB, seconds, PeakTrack.amplitudeLimits,
      step: PeakTrack.stepLimitDB)
    guard let flight, let level,
      (newest.timeOfFlightNS - time.value).magnitude <= jumpLimitNS
    else { return false }
    (time, amplitude, at) = (flight, level, instant)
    if frames < .max { frames += 1 }
    return true
  }

  /// A filter after a measurement; nil where that is neither foreseen nor near.
  private static func followed(
    _ filter: MotionFilter, _ value: Double, _ sigma: Double, _ seconds: Double,
    _ limits: MotionFilter.Limits, step: Double
  ) -> MotionFilter? {
    var next = filter
    // Written so that NaN is neither.
    if next.update(value, sigma: sigma, after: seconds) <= PeakTrack.gate { return next }
    guard (value - filter.value).magnitude <= step else { return nil }
    return MotionFilter(value, sigma: sigma, limits: limits)
  }
}

/// What the track is after a frame. Invalid means: the newest frame gave nothing to act on, and no older
/// one stands for it.
public struct TrackState: Hashable, Sendable {
  /// The newest frame, valid or not.
  public var newest: FrameEstimate
  /// When it was taken; nil before the first frame.
  public var at: DeviceInstant?
  /// Frames that the track rests on, the newest included; 0 when invalid.
  public var frames: UInt32
  /// Tracked amplitude, dB re 1 LSB, the newest frame weighed in, and its standard deviation; 0 when
  /// invalid.
  public var amplitudeDB: Double
  public var sigmaAmplitudeDB: Double
  /// Tracked time of flight, the newest frame weighed in, and its standard deviation, ns; 0 when invalid.
  public var timeOfFlightNS: Double
  public var sigmaTimeNS: Double
  /// The highest amplitude of late, sinking slowly: to look at, never to decide by.
  public var heldAmplitudeDB: Double?
  /// The newest frame is unconfirmed because a track that stands foresees something else, and not because
  /// none has begun yet.
  public var isContradicted = false

  public init(newest: FrameEstimate, at: DeviceInstant?, frames: UInt32) {
    self.newest = newest
    self.at = at
    self.frames = frames
    amplitudeDB = newest.amplitudeDB
    sigmaAmplitudeDB = newest.sigmaAmplitudeDB
    timeOfFlightNS = newest.timeOfFlightNS
    sigmaTimeNS = newest.sigmaTimeNS
  }

  init(invalid newest: FrameEstimate, at: DeviceInstant?) {
    self.init(newest: newest, at: at, frames: 0)
    (amplitudeDB, sigmaAmplitudeDB, timeOfFlightNS, sigmaTimeNS) = (0, 0, 0, 0)
  }

  public var isValid: Bool { newest.isValid && frames > 0 }
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
