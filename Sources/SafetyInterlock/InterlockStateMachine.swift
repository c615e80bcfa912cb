import HardwareSpecs
import Quantities

/// Where the interlock stands. Data that exists in one state lives in that case.
///
/// Pure: facts of one step go in, a small action comes out, and nothing else happens.
public struct InterlockStateMachine: Sendable {
  public enum State: Hashable, Sendable {
    /// Starts here (R01). Leaves only by a fresh acknowledge that names the cause, once the cause
    /// is gone and every standing check passes (R20).
    case faulted(FaultRecord)
    /// Healthy, not armed.
    case locked
    case armed(since: HostInstant)
    /// Every check permits; the drive may be advanced.
    case enabled(armedSince: HostInstant)
  }

  /// What the driver of the machine has to do.
  public enum Action: Equatable, Sendable {
    case none
    /// An old press of the enable switch no longer counts (R18).
    case demandRelease
    /// End the lease now: the permit is gone, and the switch must be released.
    case withdraw
    /// Clear what the acknowledged fault had latched.
    case clearLatches
    /// An arm or acknowledge edge was refused; the report holds the reasons.
    case refuse
  }

  public package(set) var state: State

  public init(start: HostInstant) {
    state = .faulted(FaultRecord(cause: .powerUp, at: start, value: 0, limit: 0))
  }

  public var isArmed: Bool {
    switch state {
    case .armed, .enabled: true
    case .faulted, .locked: false
    }
  }

  public var isEnabled: Bool {
    if case .enabled = state { true } else { false }
  }

  /// Whether an arming that began at `since` is still good.
  public static func armingIsFresh(_ since: HostInstant, at now: HostInstant) -> Bool {
    let age = now - since
    return age >= .zero && age <= Limits.armingExpires
  }

  /// One step. A fault wins over everything, then disarm over every other edge (R19, R22).
  public mutating func step(
    _ report: CheckReport, edges: OperatorEdges, acknowledged: FaultCause?, now: HostInstant
  ) -> Action {
    switch state {
    case .faulted(let fault):
      guard edges.contains(.acknowledge), !edges.contains(.disarm) else {
        return edges.contains(.arm) ? .refuse : .none
      }
      guard acknowledged == fault.cause, Self.isGone(fault.cause, report) else { return .refuse }
      state = .locked
      return .clearLatches

    case .locked:
      if let fault = latched(report, now) { return fall(fault) }
      if edges.contains(.arm), !edges.contains(.disarm) {
        guard report.permits(where: { $0.kind != .gate }) else { return .refuse }
        state = .armed(since: now)
        return .demandRelease
      }
      return .none

    case .armed(let since):
      if let fault = latched(report, now) { return fall(fault) }
      // Any doubt about the setup disarms (R25).
      if edges.contains(.disarm) || !Self.armingIsFresh(since, at: now)
        || !report[.configurationValid].permits
      {
        state = .locked
        return .withdraw
      }
      if report.permits() { state = .enabled(armedSince: since) }
      return .none

    case .enabled(let since):
      if let fault = latched(report, now) { return fall(fault) }
      if edges.contains(.disarm) || !Self.armingIsFresh(since, at: now) {
        state = .locked
        return .withdraw
      }
      if report.permits() { return .none }
      // Letting go of the switch is how an advance ends. Anything else is a fault.
      if let denial = report.firstDenial(where: { $0 != .switchEnable }) {
        return fall(record(denial, report, now))
      }
      state = .armed(since: since)
      return .withdraw
    }
  }

  /// The cause is gone when its own check permits again, and with it every standing check.
  private static func isGone(_ cause: FaultCause, _ report: CheckReport) -> Bool {
    // What is latched in a monitor still shows as `latch` until the acknowledge clears it, so the
    // driver evaluates the report as if it were cleared.
    if case .check(let id) = cause, id.kind != .gate, !report[id].permits { return false }
    return report.permits { $0.kind == .standing } && report[.switchEnable].verdict != .latch
  }

  private func latched(_ report: CheckReport, _ now: HostInstant) -> FaultRecord? {
    report.firstLatch.map { record($0, report, now) }
  }

  private func record(_ id: CheckID, _ report: CheckReport, _ now: HostInstant) -> FaultRecord {
    FaultRecord(
      cause: .check(id), at: now, value: report[id].value, limit: report[id].limit)
  }

  private mutating func fall(_ fault: FaultRecord) -> Action {
    state = .faulted(fault)
    return .withdraw
  }
}
