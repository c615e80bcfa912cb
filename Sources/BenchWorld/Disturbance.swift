/// What a fault plan does to the analogue path. All fields neutral by default.
public struct Disturbance: Sendable, Equatable {
  /// Noise added to the thermal noise, standard deviation in LSB at 0 dB gain.
  public var extraNoiseSigmaLSB = 0.0
  /// An electrosurgical generator runs near by: bursts of 0.3–5 MHz with weak harmonics above.
  public var electrosurgery = false
  /// Gain added in front of the converter, so that it clips.
  public var saturationGainDB = 0.0
  /// Gain that has drifted away from what was commanded.
  public var gainDriftDB = 0.0
  /// The record starts so much early against the transmit pulse: every arrival seems later by it.
  public var triggerSkewNS = 0.0
  /// The receive line is open: noise, and neither signal nor feed-through.
  public var muted = false
  public init() {}
}
