import Quantities

/// Leave to advance, once: made only by the interlock, cannot be copied, expires at both ends.
///
/// Every lease and every needle move consumes one (R22).
public struct AdvancePermit: ~Copyable, Sendable {
  public let decision: UInt64
  public let frameSequence: UInt32
  public let frameTime: DeviceInstant
  /// On the console's clock, `Limits.permitExpires` after the older of the frame and the status that were
  /// decided on: whatever stalls first, and whoever stops next, the lease ends in time (R16).
  public let expires: DeviceInstant

  init(
    decision: UInt64, frameSequence: UInt32, frameTime: DeviceInstant, expires: DeviceInstant
  ) {
    self.decision = decision
    self.frameSequence = frameSequence
    self.frameTime = frameTime
    self.expires = expires
  }
}
