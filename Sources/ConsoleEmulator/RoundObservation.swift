import Quantities

/// One round of the console as it really was: for the judge of a run, never for the host.
public struct RoundObservation: Sendable {
  public var time: HostInstant
  /// The drive is energised outward: stage on and relay closed, or the needle is driven out anyway.
  public var isDriveEnergised: Bool
  /// As the world drives the needle, mm/s, outward positive.
  public var needleSpeed: Double
  public var hands: BenchHands
  public var faults: ActiveFaults
  /// The receiver's gain is off by this much, whoever knows it.
  public var gainErrorDB: Double

  public init(
    time: HostInstant, isDriveEnergised: Bool, needleSpeed: Double, hands: BenchHands,
    faults: ActiveFaults, gainErrorDB: Double
  ) {
    self.time = time
    self.isDriveEnergised = isDriveEnergised
    self.needleSpeed = needleSpeed
    self.hands = hands
    self.faults = faults
    self.gainErrorDB = gainErrorDB
  }
}
