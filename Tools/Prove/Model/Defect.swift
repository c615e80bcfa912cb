import HardwareSpecs
import Quantities
import SafetyInterlock

/// A way for the interlock to be wrong: put round the real one, to show that an invariant sees it.
enum Defect: String, CaseIterable, Codable, Sendable {
  case oneCheckForgotten, illnessUnseen, staleUnseen, acknowledgeSkipped, armingSkipped
  case releaseForgotten, dwellShort, dwellKept, searchUnfinished, disarmIgnored, causeOverwritten
  case anyNameAccepted, acknowledgeArms, heldEdgesForgotten, armingRenewed, armingForEver
  case maximumResetWhileArmed, permitTwice, permitOfTheStepBefore, lossNotWithdrawn, latchIgnored
  case connectionRemembered, lineUnseen, refusalWithoutReason, decisionRepeated

  /// The invariant that must see it.
  var breaks: Invariant {
    switch self {
    case .oneCheckForgotten: .enabledOnlyByEveryPermit
    case .illnessUnseen: .enabledOnlyWhileHealthy
    case .staleUnseen: .enabledOnlyWithFreshFrameAndStatus
    case .acknowledgeSkipped: .startsFaultedAndNeedsAcknowledgeAndArming
    case .armingSkipped: .enabledOnlyFromArmed
    case .releaseForgotten: .enabledOnlyAfterReleaseAndPress
    case .dwellShort: .enabledOnlyAfterTheDwell
    case .dwellKept: .dwellNeverCountsMoreThanGoodFrames
    case .searchUnfinished: .enabledOnlyAtABracketedMaximum
    case .disarmIgnored: .disarmWins
    case .causeOverwritten: .firstCauseIsKept
    case .anyNameAccepted: .faultEndsOnlyByANamedFreshAcknowledge
    case .acknowledgeArms: .acknowledgeNeverArms
    case .heldEdgesForgotten: .armsOnlyByAFreshEdge
    case .armingRenewed: .armingIsNeverRenewed
    case .armingForEver: .armingExpires
    case .maximumResetWhileArmed: .maximumIsResetOnlyWhileDisarmed
    case .permitTwice: .permitIsSingleUse
    case .permitOfTheStepBefore: .permitIsOfThisStep
    case .lossNotWithdrawn: .lossWithdrawsInTheSameStep
    case .latchIgnored: .latchFaultsAtOnceAndNamesTheFirst
    case .connectionRemembered: .newConnectionForgetsTheOldOne
    case .lineUnseen: .outputThatDoesNotFollowFaults
    case .refusalWithoutReason: .refusalHasAReason
    case .decisionRepeated: .decisionsCountUp
    }
  }

  /// The slice in which it shows.
  var slice: Slice {
    switch self {
    case .illnessUnseen, .staleUnseen, .acknowledgeSkipped, .latchIgnored, .lineUnseen:
      Slices.statuses
    case .connectionRemembered: Slices.hosts
    default: Slices.operatorSlice
    }
  }

  /// Before the step: what the interlock is kept from seeing, or made to remember.
  func spoil(_ interlock: inout Interlock, _ inputs: inout InterlockInputs, _ stimulus: Stimulus) {
    var memory = interlock.memory
    var edges = interlock.heldEdges
    switch self {
    case .illnessUnseen: inputs.status?.value.supplyMv = 5_000
    case .staleUnseen:
      inputs.status?.since = inputs.now
      if let since = memory.frame?.received { memory.frame?.received = max(since, inputs.now) }
    case .releaseForgotten: memory.enableSwitch.wasReleased = true
    case .dwellShort:
      if memory.dwell.frames > 0 {
        memory.dwell.frames += 1
        memory.dwell.since = memory.dwell.since?.earlier
      }
    case .searchUnfinished:
      if interlock.machine.isArmed { memory.search.flanks.remove(.levelAbove) }
    case .lineUnseen:
      if !interlock.machine.isEnabled { inputs.status?.value.flags.remove(.driveReadback) }
    case .disarmIgnored: inputs.edges.remove(.disarm)
    case .anyNameAccepted:
      if case .faulted(let fault) = interlock.machine.state { inputs.acknowledged = fault.cause }
    case .heldEdgesForgotten: edges = []
    default: break
    }
    interlock = Interlock(
      interlock.setup, machine: interlock.machine, memory: memory, heldEdges: edges,
      decisions: interlock.decisions - (self == .permitOfTheStepBefore ? 1 : 0))
  }

  /// After the step: what the interlock is made to have decided.
  func spoil(
    after interlock: inout Interlock, _ decision: inout InterlockDecision, before: InterlockState,
    inputs: InterlockInputs
  ) {
    var machine = interlock.machine
    var memory = interlock.memory
    switch self {
    case .oneCheckForgotten:
      if case .armed(let since) = machine.state, before.isArmed,
        decision.report.permits(where: { $0 != .alignmentDwell })
      {
        machine.state = .enabled(armedSince: since)
      }
    case .searchUnfinished:
      if case .armed(let since) = machine.state, before.isArmed,
        decision.report.permits(where: { $0 != .alignmentBracketed && $0 != .alignmentDwell })
      {
        machine.state = .enabled(armedSince: since)
      }
    case .acknowledgeSkipped:
      if case .faulted(let fault) = machine.state, fault.cause != .powerUp, before.isFaulted,
        inputs.edges.contains(.acknowledge)
      {
        machine.state = .locked
      }
    case .armingSkipped:
      if machine.state == .locked,
        decision.report.permits(where: { $0 != .armingArmed && $0 != .switchEnable })
      {
        machine.state = .enabled(armedSince: inputs.now)
      }
    case .dwellKept:
      memory.dwell.frames = max(memory.dwell.frames, before.memory.dwell.frames)
    case .causeOverwritten:
      if before.isFaulted, case .faulted(var fault) = machine.state,
        let newer = decision.report.firstLatch
      {
        fault.cause = .check(newer)
        machine.state = .faulted(fault)
      }
    case .acknowledgeArms:
      if before.isFaulted, machine.state == .locked { machine.state = .armed(since: inputs.now) }
    case .armingRenewed:
      if case .armed = machine.state, inputs.edges.contains(.arm) {
        machine.state = .armed(since: inputs.now)
      }
    case .armingForEver:
      if before.isArmed, machine.state == .locked, !inputs.edges.contains(.disarm),
        let since = before.armedSince
      {
        machine.state = .armed(since: since)
      }
    case .maximumResetWhileArmed:
      if inputs.edges.contains(.beginSearch) { memory.search.begin() }
    case .lossNotWithdrawn: if decision.action == .withdraw { decision.action = .none }
    case .latchIgnored:
      if case .faulted(let fault) = machine.state, fault.cause == .check(.consoleEstop),
        !before.isFaulted
      {
        machine.state = before.machine
      }
    case .connectionRemembered: memory.search = before.memory.search
    case .refusalWithoutReason: if decision.action == .demandRelease { decision.action = .refuse }
    default: break
    }
    guard
      machine.state != interlock.machine.state || memory != interlock.memory
        || self == .decisionRepeated
    else { return }
    if self == .decisionRepeated { decision.id -= 1 }
    decision.state = machine.state
    interlock = Interlock(
      interlock.setup, machine: machine, memory: memory, heldEdges: interlock.heldEdges,
      decisions: decision.id)
  }
}

extension HostInstant {
  fileprivate var earlier: HostInstant { self + .milliseconds(-20) }
}
