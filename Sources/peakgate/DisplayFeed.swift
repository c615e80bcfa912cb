import ControlRuntime
import Dispatch
import Scenarios
import Synchronization

/// Between a run and its display: views are drawn on a queue of their own, so that neither the drawing
/// nor a terminal that takes nothing holds up the control loop.
///
/// Views that come faster than they are drawn are overtaken by newer ones; what a display must not miss,
/// such as latched faults, is in each view whole.
final class DisplayFeed: Sendable {
  private let draw: @Sendable (ScenarioRunner.RunView) -> Void
  private let queue = DispatchQueue(label: "peakgate.display", qos: .utility)
  private let newest = Mutex<ScenarioRunner.RunView?>(nil)

  /// - Parameter draw: called on the feed's queue, one view at a time.
  init(_ draw: @escaping @Sendable (ScenarioRunner.RunView) -> Void) { self.draw = draw }

  /// Control loop: leaves the view to be drawn, and waits for no drawing.
  func show(_ view: ScenarioRunner.RunView) {
    let isFirst = newest.withLock { waiting in
      defer { waiting = view }
      return waiting == nil
    }
    guard isFirst else { return }
    queue.async { [self] in
      // A thread that Dispatch makes now has the priority of the one that asks.
      RealTimeThread.lower()
      if let view = newest.withLock({ $0.take() }) { draw(view) }
    }
  }

  /// Waits until everything that was shown is drawn.
  func finish() { queue.sync {} }
}
