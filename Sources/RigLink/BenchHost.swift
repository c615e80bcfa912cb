import ControlRuntime
import Dispatch
import Foundation
import Quantities
import Synchronization

/// Serves emulated consoles: lets their time pass, on a thread of its own or when it is asked to.
public final class BenchHost: Sendable {
  /// How the consoles' time passes.
  public enum Pace: Sendable {
    /// With the machine's monotonic clock.
    case real
    /// Only when the rig's link says so: tests own time.
    case stepped
  }

  /// As many as one process serves.
  static let consolesMax = 8

  public let consoles: [HostedConsole]
  public let pace: Pace
  /// Rounds of a millisecond that began later than a whole period after their time.
  public var lateRounds: UInt64 { late.load(ordering: .relaxed) }

  private let late = Atomic<UInt64>(0)
  private let stepped = Mutex(HostInstant(nanoseconds: 0))
  private let isStopping = Atomic<Bool>(false)
  private let hasEnded = DispatchSemaphore(value: 0)
  private let onState = Mutex(Listener())

  /// A function in a `Mutex` of its own would be wrapped anew each time that it is looked at, and every
  /// call would go through all of the wrappings: a member of a structure is not.
  private struct Listener {
    var body: (@Sendable () -> Void)?
  }

  public init(pace: Pace, makeConsoles: (_ now: HostInstant) -> [HostedConsole]) {
    self.pace = pace
    consoles = makeConsoles(pace == .real ? MonotonicClock().now : HostInstant(nanoseconds: 0))
  }

  /// Called every `RigState.interval` while time passes by itself.
  package func whenStatesAreDue(_ body: @escaping @Sendable () -> Void) {
    onState.withLock { $0.body = body }
  }

  /// Calls whoever waits for states.
  package func tellStatesAreDue() { onState.withLock { $0.body }?() }

  /// Now, on the clock that the consoles run by.
  var now: HostInstant { pace == .real ? MonotonicClock().now : stepped.withLock { $0 } }

  public func start() {
    guard pace == .real else { return }
    let thread = Thread { [self] in
      RealTimeThread.raise()
      keepTime()
      hasEnded.signal()
    }
    thread.name = "peakgate.bench"
    thread.start()
  }

  public func stop() {
    guard pace == .real, !isStopping.exchange(true, ordering: .acquiringAndReleasing) else {
      return
    }
    hasEnded.wait()
  }

  /// Lets time pass, where it does not pass by itself.
  /// - Returns: why it cannot be done; nil when it was.
  func pass(milliseconds: Int) -> String? {
    guard pace == .stepped else { return "time passes by itself here" }
    guard (0...60_000).contains(milliseconds) else { return "0 to 60000 ms at a time" }
    stepped.withLock { now in
      for _ in 0..<milliseconds {
        now = now + .milliseconds(1)
        for console in consoles { console.advance(to: now) }
      }
    }
    return nil
  }

  private func keepTime() {
    let clock = MonotonicClock()
    var next = clock.now
    var rounds = 0
    while !isStopping.load(ordering: .acquiring) {
      next = next + .milliseconds(1)
      let now = clock.wait(until: next)
      if now - next > .milliseconds(1) { late.add(1, ordering: .relaxed) }
      for console in consoles { console.advance(to: now) }
      rounds += 1
      if rounds.isMultiple(of: RigState.interval) { tellStatesAreDue() }
    }
  }
}
