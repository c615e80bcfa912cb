import Dispatch
import Glibc
import Scenarios
import Synchronization

/// Turns Ctrl-C and SIGTERM into an interrupt of the run, which ends with the drive off.
final class StopSignals {
  let interrupt: ScenarioRunner.Interrupt
  private let sources: [any DispatchSourceSignal]

  /// - Parameter interrupt: set by the first signal; further ones are answered with a line.
  init(_ interrupt: ScenarioRunner.Interrupt = ScenarioRunner.Interrupt()) {
    self.interrupt = interrupt
    let seen = SignalCount()
    let queue = DispatchQueue(label: "peakgate.signals")
    // A reader that has gone, as `| head` does, must not kill a run.
    signal(SIGPIPE, SIG_IGN)
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if seen.isFirst() {
          interrupt.set()
        } else {
          Terminal.complain("already stopping: the drive goes off and the results are written")
        }
      }
      source.resume()
      return source
    }
  }
}

private final class SignalCount: Sendable {
  private let seen = Atomic<Bool>(false)
  func isFirst() -> Bool { !seen.exchange(true, ordering: .acquiringAndReleasing) }
}
