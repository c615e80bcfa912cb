/// One frame as the alignment sees it: where the handle was, and what the receiver heard.
///
/// Roll is in degrees, any real number (turns are counted, not wrapped). Level is in millimetres,
/// positive = distal (advance). Amplitude and signal-to-noise ratio are those of the matched
/// filter's output, in dB; the amplitude is relative to one converter step. Time of flight is in
/// nanoseconds, time in seconds.
public struct AlignmentSample: Hashable, Sendable {
  public var time: Double
  public var rollDeg: Double
  public var levelMM: Double
  public var amplitudeDB: Double
  public var timeOfFlightNS: Double
  public var snrDB: Double
  /// Whether the detector found a signal in this frame. Amplitude and time of flight of a frame
  /// that is not valid are never fitted.
  public var isValid: Bool

  public init(
    time: Double, rollDeg: Double, levelMM: Double, amplitudeDB: Double, timeOfFlightNS: Double,
    snrDB: Double, isValid: Bool
  ) {
    self.time = time
    self.rollDeg = rollDeg
    self.levelMM = levelMM
    self.amplitudeDB = amplitudeDB
    self.timeOfFlightNS = timeOfFlightNS
    self.snrDB = snrDB
    self.isValid = isValid
  }

  /// Whether every number is one that can be computed with (not NaN, not infinite).
  public var isFinite: Bool {
    time.isFinite && rollDeg.isFinite && levelMM.isFinite && amplitudeDB.isFinite
      && timeOfFlightNS.isFinite && snrDB.isFinite
  }

  func position(on axis: AlignmentAxis) -> Double { axis == .roll ? rollDeg : levelMM }
}

/// The two motions of the send catheter.
public enum AlignmentAxis: Hashable, Sendable {
  /// About its own axis, in degrees.
  case roll
  /// Along its own axis, in millimetres.
  case level

  var other: AlignmentAxis { self == .roll ? .level : .roll }
}

/// Where the handle of the send catheter is: roll in degrees, counted over turns; level in mm.
public struct HandlePosition: Hashable, Sendable {
  public var rollDeg: Double
  public var levelMM: Double

  public init(rollDeg: Double, levelMM: Double) {
    self.rollDeg = rollDeg
    self.levelMM = levelMM
  }
}
