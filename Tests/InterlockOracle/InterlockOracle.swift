import HardwareSpecs
import Quantities
public import SafetyInterlock

/// A second interlock, written from the safety table and the page of the rules alone.
///
/// Where the core has monitors that keep conclusions, the oracle keeps what happened and concludes
/// afresh in every step; that is slow, and easy to read beside the rules. It is no part of a
/// product: it exists to disagree with the core. Same inputs, same decision, or one of them is wrong.
public struct InterlockOracle: Sendable {
  let setup: InterlockSetup
  var history = OracleHistory()
  public internal(set) var state: OracleState = .faulted(.powerUp)

  public init(setup: InterlockSetup) { self.setup = setup }

  public mutating func step(_ inputs: InterlockInputs) -> OracleDecision {
    takeSearchEdges(inputs)
    history.take(inputs)
    var table = VerdictTable()
    standing(inputs, into: &table)
    alignment(inputs, into: &table)
    takeFrameIntoSearch(inputs, table)
    if inputs.frame != nil {
      history.frames[history.frames.count - 1].isGood = table.allPermit { $0.kind != .gate }
    } else if !table.allPermit({ $0.kind != .gate }), !history.frames.isEmpty {
      history.frames[history.frames.count - 1].isGood = false
    }
    gate(inputs, into: &table)

    let next = transition(inputs, table)
    noteWhatAsksForRelease(from: state, to: next)
    state = next
    history.previousNow = inputs.now
    return OracleDecision(state: state, permit: permit(table), table: table)
  }

  private mutating func takeSearchEdges(_ inputs: InterlockInputs) {
    guard state.armedSince == nil else { return }
    if inputs.edges.contains(.beginSearch) { history.search.begin() }
  }

  /// A search takes a sample only from a frame whose signal stands on its own (R04).
  private mutating func takeFrameIntoSearch(_ inputs: InterlockInputs, _ table: VerdictTable) {
    if let frame = inputs.frame, let signal = history.signal,
      table[.signalAmplitude] == .permit, table[.signalSNR] == .permit
    {
      history.search.take(frame, signal)
    }
    if inputs.edges.contains(.finishSearch), state.armedSince == nil { history.search.finish() }
  }

  private func transition(_ inputs: InterlockInputs, _ table: VerdictTable) -> OracleState {
    if case .faulted(let cause) = state { return whileFaulted(cause, inputs, table) }
    if let latched = table.first({ $1 == .latch }) { return .faulted(.check(latched)) }
    if inputs.edges.contains(.disarm) { return .locked }
    if let since = state.armedSince, inputs.now - since >= Limits.armingExpires { return .locked }
    switch state {
    case .faulted: return state
    case .locked:
      let ready = table.allPermit { $0.kind != .gate }
      return ready && inputs.edges.contains(.arm) ? .armed(since: inputs.now) : .locked
    case .armed(let since):
      return table.allPermit { _ in true } ? .enabled(since: since) : state
    case .enabled(let since):
      if let denied = table.first({ $1 != .permit && $0 != .switchEnable }) {
        return .faulted(.check(denied))
      }
      return table[.switchEnable] == .permit ? state : .armed(since: since)
    }
  }

  private func whileFaulted(
    _ cause: FaultCause, _ inputs: InterlockInputs, _ table: VerdictTable
  ) -> OracleState {
    guard inputs.edges.contains(.acknowledge), !inputs.edges.contains(.disarm),
      inputs.acknowledged == cause,
      table.first({ $1 == .latch }) == nil, table.allPermit({ $0.kind == .standing })
    else { return state }
    if case .check(let id) = cause, id.kind == .alignment, table[id] != .permit { return state }
    return .locked
  }

  private mutating func noteWhatAsksForRelease(from old: OracleState, to new: OracleState) {
    switch (old, new) {
    case (.locked, .armed), (.locked, .faulted), (.armed, .faulted), (.enabled, .faulted):
      history.releaseAskedAt = history.step
    case (.faulted, .locked):
      history.releaseAskedAt = history.step
      history.clocks.forget()
    default: break
    }
  }

  private func permit(_ table: VerdictTable) -> OraclePermit? {
    guard state.isEnabled, let frame = history.newest else { return nil }
    return OraclePermit(
      frameSequence: frame.sequence, frameTime: frame.deviceTime,
      expires: frame.deviceTime + Limits.lease)
  }
}
