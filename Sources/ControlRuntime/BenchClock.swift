import Foundation
import Quantities

/// The one place where time is read and waited for.
///
/// Simulated runs step it; live runs obey it. Nothing else in the project sleeps or asks the time.
public protocol BenchClock: AnyObject {
  /// Now, on the monotonic clock of this run.
  var now: HostInstant { get }

  /// Now on the clock that counts through suspend; nil where there is none (R15).
  var bootTime: HostInstant? { get }

  /// Waits until an instant. Returns when it really woke, which may be later.
  func wait(until instant: HostInstant) -> HostInstant
}

/// Simulated time: waiting runs the simulation, as fast as the machine can, or paced to real time.
///
/// The simulation is the same in both cases: a machine that is too slow makes a paced run longer.
public final class SteppedClock: BenchClock {
  public private(set) var now = HostInstant(nanoseconds: 0)
  public var bootTime: HostInstant? { now }

  private let advance: (HostInstant) -> HostInstant
  private let isPaced: Bool
  private var wallStart: UInt64?

  /// - Parameters:
  ///   - isPaced: one simulated second takes at least a real one.
  ///   - advance: runs the simulation to an instant, and returns when the host wakes.
  public init(isPaced: Bool, advance: @escaping (HostInstant) -> HostInstant) {
    self.isPaced = isPaced
    self.advance = advance
  }

  public func wait(until instant: HostInstant) -> HostInstant {
    if isPaced {
      let start = wallStart ?? MonotonicTime.nanoseconds() &- now.nanoseconds
      wallStart = start
      MonotonicTime.sleep(until: start &+ instant.nanoseconds)
    }
    now = max(now, advance(instant))
    return now
  }
}

/// The machine's own clocks, for a console that is really there.
public final class MonotonicClock: BenchClock {
  public init() {}

  public var now: HostInstant { HostInstant(nanoseconds: MonotonicTime.nanoseconds()) }

  public var bootTime: HostInstant? {
    HostInstant(nanoseconds: MonotonicTime.nanoseconds(CLOCK_BOOTTIME))
  }

  public func wait(until instant: HostInstant) -> HostInstant {
    MonotonicTime.sleep(until: instant.nanoseconds)
    return now
  }
}

/// A clock whose owner can be kept from waking: a host that stalls.
public final class StallingClock: BenchClock {
  private let base: any BenchClock
  private var stallEnds: HostInstant?

  public init(_ base: any BenchClock) { self.base = base }

  public var now: HostInstant { base.now }
  public var bootTime: HostInstant? { base.bootTime }

  /// The next wait ends so much later than now, if it would not anyway.
  public func stall(for length: Nanoseconds) { stallEnds = now + length }

  public func wait(until instant: HostInstant) -> HostInstant {
    let target = stallEnds.map { max($0, instant) } ?? instant
    stallEnds = nil
    return base.wait(until: target)
  }
}

/// The kernel's clocks, never wall-clock time.
public enum MonotonicTime {
  public static func nanoseconds(_ clock: clockid_t = CLOCK_MONOTONIC) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  static func sleep(until instant: UInt64) {
    var time = timespec(
      tv_sec: Int(instant / 1_000_000_000), tv_nsec: Int(instant % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }
}
