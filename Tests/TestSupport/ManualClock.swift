public import ControlRuntime
public import Quantities

/// A clock that a test turns by hand: waiting is over at once, at the instant asked for plus
/// whatever lateness the test has ordered.
public final class ManualClock: BenchClock {
  public private(set) var now: HostInstant
  /// What the boot-time clock shows beyond the monotonic one; nil takes that clock away.
  public var suspended: Nanoseconds? = .zero
  /// The next waits wake so much too late.
  public var lateness = Nanoseconds.zero
  /// Sees every wait, after the time has been set: where a simulation is moved along.
  public var onWait: ((HostInstant) -> Void)?

  public init(_ now: HostInstant = HostInstant(nanoseconds: 0)) { self.now = now }

  public var bootTime: HostInstant? { suspended.map { now + $0 } }

  public func wait(until instant: HostInstant) -> HostInstant {
    now = max(now, instant) + lateness
    onWait?(now)
    return now
  }

  public func advance(by length: Nanoseconds) { now = now + length }
}
