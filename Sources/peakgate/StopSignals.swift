import Dispatch
import Glibc
import Scenarios
import Synchronization

/// Turns Ctrl-C and SIGTERM into an interrupt of the run, which ends with the drive off.
///
/// Thread-safe: nothing of it changes once it is made.
final class StopSignals: @unchecked Sendable {
  let interrupt: ScenarioRunner.Interrupt
  private let sources: [any DispatchSourceSignal]
  private let asked: DispatchSemaphore

  /// - Parameter interrupt: set by the first signal; further ones are answered with a line.
  init(_ interrupt: ScenarioRunner.Interrupt = ScenarioRunner.Interrupt()) {
    self.interrupt = interrupt
    let seen = SignalCount()
    let asked = DispatchSemaphore(value: 0)
    self.asked = asked
    let queue = DispatchQueue(label: "peakgate.signals")
    // A reader that has gone, as `| head` does, must not kill a run.
    signal(SIGPIPE, SIG_IGN)
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if seen.isFirst() {
          interrupt.set()
          asked.signal()
        } else {
          Terminal.complain("already stopping: the drive goes off and the results are written")
        }
      }
      source.resume()
      return source
    }
  }
}

extension StopSignals {
  /// For a program that does nothing but serve: waits for the first signal.
  func waitForInterrupt() {
    while !interrupt.isSet { asked.wait() }
  }

  /// Makes who waits look again, after `interrupt` was set by something else than a signal.
  func wake() { asked.signal() }
}

private final class SignalCount: Sendable {
  private let seen = Atomic<Bool>(false)
  func isFirst() -> Bool { !seen.exchange(true, ordering: .acquiringAndReleasing) }
}
