import HardwareSpecs
import Quantities
public import SafetyInterlock

/// A second interlock, written from the safety table and the page of the rules, not from the core.
///
/// Where the core keeps conclusions, the oracle keeps what happened and concludes afresh; that is
/// slower, and easy to read beside the rules. It is no part of a product: it exists to disagree with
/// the core. Same inputs, same decision, or one of them is wrong.
public struct InterlockOracle: Sendable {
  let setup: InterlockSetup
  var history = OracleHistory()
  var heldEdges: OperatorEdges = []
  public private(set) var state: OracleState = .faulted(.powerUp)

  public init(setup: InterlockSetup) { self.setup = setup }

  public mutating func step(_ given: InterlockInputs) -> OracleDecision {
    var inputs = given
    inputs.edges = given.edges.subtracting(heldEdges)
    heldEdges = given.edges.subtracting(.disarm)

    var table = VerdictTable()
    let next: OracleState
    let action: OracleAction
    if case .faulted(let cause) = state {
      (next, action, table) = stepWhileFaulted(cause, inputs)
    } else {
      history.take(inputs, isArmed: state.armedSince != nil, isEnabled: state.isEnabled)
      table = judge(inputs, &history)
      (next, action) = transition(inputs, table)
    }
    if action == .demandRelease || action == .withdraw {
      history.contacts.demandRelease()
      history.dwell = OracleDwell()
    }
    state = next
    history.previousNow = inputs.now
    return OracleDecision(
      state: state, action: action, permit: permit(inputs.status?.value), table: table)
  }

  private func judge(_ inputs: InterlockInputs, _ history: inout OracleHistory) -> VerdictTable {
    var table = VerdictTable()
    let rules = OracleRules(inputs, history, setup)
    rules.standing(into: &table)
    rules.alignment(into: &table)
    rules.gate(state, into: &table)
    if !table.allPermit({ $0.kind != .gate }) {
      history.dwell = OracleDwell()
    } else if let frame = inputs.frame, let signal = frame.signal {
      history.dwell.take(frame, signal)
    }
    table[.alignmentDwell] = history.dwell.isComplete ? .permit : .deny
    return table
  }

  /// An acknowledge is judged as if what it forgives had not happened; refused, it changes nothing
  /// but the dwell (R20).
  private mutating func stepWhileFaulted(
    _ cause: FaultCause, _ inputs: InterlockInputs
  ) -> (OracleState, OracleAction, VerdictTable) {
    guard inputs.edges.contains(.acknowledge) else {
      history.take(inputs, isArmed: false, isEnabled: false)
      let table = judge(inputs, &history)
      return (state, inputs.edges.contains(.arm) ? .refuse : .none, table)
    }
    var forgiven = history.forgiven()
    forgiven.take(inputs, isArmed: false, isEnabled: false)
    let table = judge(inputs, &forgiven)
    if !inputs.edges.contains(.disarm), inputs.acknowledged == cause, isGone(cause, table) {
      history = forgiven
      return (.locked, .clearLatches, table)
    }
    history.take(inputs, isArmed: false, isEnabled: false)
    history.dwell = OracleDwell()
    let isAsked = !inputs.edges.contains(.disarm) || inputs.edges.contains(.arm)
    return (state, isAsked ? .refuse : .none, table)
  }

  private func isGone(_ cause: FaultCause, _ table: VerdictTable) -> Bool {
    guard table.first({ $1 == .latch }) == nil, table.allPermit({ $0.kind == .standing })
    else { return false }
    if case .check(let id) = cause, id.kind == .alignment { return table[id] == .permit }
    return true
  }

  private func transition(
    _ inputs: InterlockInputs, _ table: VerdictTable
  ) -> (OracleState, OracleAction) {
    if let latched = table.first({ $1 == .latch }) { return (.faulted(.check(latched)), .withdraw) }
    guard let since = state.armedSince else {
      guard inputs.edges.contains(.arm), !inputs.edges.contains(.disarm) else {
        return (.locked, .none)
      }
      return table.allPermit { $0.kind != .gate }
        ? (.armed(since: inputs.now), .demandRelease) : (.locked, .refuse)
    }
    if inputs.edges.contains(.disarm) || !state.isArmingGood(since: since, at: inputs.now) {
      return (.locked, .withdraw)
    }
    guard state.isEnabled else {
      if table[.configurationValid] != .permit { return (.locked, .withdraw) }
      return table.allPermit { _ in true } ? (.enabled(since: since), .none) : (state, .none)
    }
    if let denied = table.first({ $1 != .permit && $0 != .switchEnable }) {
      return (.faulted(.check(denied)), .withdraw)
    }
    return table[.switchEnable] == .permit ? (state, .none) : (.armed(since: since), .withdraw)
  }

  private func permit(_ status: SafetyStatus?) -> OraclePermit? {
    guard state.isEnabled, let frame = history.newest, let status else { return nil }
    let oldest = min(frame.deviceTime, status.deviceTime).nanoseconds
    let (expires, overflow) = oldest.addingReportingOverflow(UInt64(Limits.permitExpires.count))
    guard !overflow else { return nil }
    return OraclePermit(
      frameSequence: frame.sequence, frameTime: frame.deviceTime,
      expires: DeviceInstant(nanoseconds: expires))
  }
}
