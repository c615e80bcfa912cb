import Quantities

/// One round of the console as it really was: for the judge of a run, never for the host.
public struct RoundObservation: Sendable {
  public var time: HostInstant
  /// The drive is energised outward: stage on and relay closed.
  public var isDriveEnergised: Bool
  public var needleSpeed: Double
  public var hands: BenchHands
  public var faults: ActiveFaults
  /// The receiver's gain is off by this much, whoever knows it.
  public var gainErrorDB: Double
  /// The needle is under way where no advance was permitted.
  public var isPowered: Bool
}
