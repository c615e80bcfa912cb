import HardwareSpecs
import Quantities

extension InterlockStateMachine {
  /// What must be true whenever the gate is open, asserted in release builds too.
  ///
  /// It says again, in one place, what the steps to this state have already seen to. If it does not
  /// hold, the machine is wrong, and nothing that it has proved counts: it falls back to where a
  /// reset begins (R01), with value 1 in the record, and the lease is withdrawn.
  ///
  /// - Returns: the action to carry out.
  package mutating func assure(
    _ action: Action, _ report: CheckReport, hasFrame: Bool, edges: OperatorEdges, now: HostInstant
  ) -> Action {
    guard case .enabled(let since) = state else { return action }
    let holds =
      report.permits() && hasFrame && !edges.contains(.disarm)
      && Self.armingIsFresh(since, at: now)
    if holds { return action }
    state = .faulted(FaultRecord(cause: .powerUp, at: now, value: 1, limit: 0))
    return .withdraw
  }
}
