import HardwareSpecs
import Quantities
import SafetyInterlock

/// What must hold in every step that the interlock can ever take.
///
/// Each is about one transition and the witness's word; none asks the interlock whether it is right.
enum Invariant: String, CaseIterable, Codable, Sendable {
  case enabledOnlyByEveryPermit
  case enabledOnlyWhileHealthy
  case enabledOnlyWithFreshFrameAndStatus
  case startsFaultedAndNeedsAcknowledgeAndArming
  case enabledOnlyFromArmed
  case enabledOnlyAfterReleaseAndPress
  case enabledOnlyAfterTheDwell
  case dwellNeverCountsMoreThanGoodFrames
  case enabledOnlyAtABracketedMaximum
  case disarmWins
  case firstCauseIsKept
  case faultEndsOnlyByANamedFreshAcknowledge
  case acknowledgeNeverArms
  case armsOnlyByAFreshEdge
  case armingIsNeverRenewed
  case armingExpires
  case maximumIsResetOnlyWhileDisarmed
  case permitIsSingleUse
  case permitIsOfThisStep
  case lossWithdrawsInTheSameStep
  case latchFaultsAtOnceAndNamesTheFirst
  case newConnectionForgetsTheOldOne
  case outputThatDoesNotFollowFaults
  case refusalHasAReason
  case decisionsCountUp

  /// In words, with the requirement.
  var statement: String {
    switch self {
    case .enabledOnlyByEveryPermit: "enabled ⇒ all 30 checks were evaluated and permit (R02)"
    case .enabledOnlyWhileHealthy: "enabled ⇒ nothing was made wrong in this step (R02, R26)"
    case .enabledOnlyWithFreshFrameAndStatus: "enabled ⇒ frame and status at most 30 ms old (R08)"
    case .startsFaultedAndNeedsAcknowledgeAndArming:
      "enabled ⇒ since the newest fault, or power-up, a fresh acknowledge and then an arm (R01, R20)"
    case .enabledOnlyFromArmed: "enabled ⇒ the step before was armed or enabled (R19)"
    case .enabledOnlyAfterReleaseAndPress:
      "enabled ⇒ pressed, and seen released since arming, trip and acknowledge (R18)"
    case .enabledOnlyAfterTheDwell:
      "enabled ⇒ at least 40 healthy frames in a row over at least 500 ms (R07)"
    case .dwellNeverCountsMoreThanGoodFrames:
      "the dwell never counts more frames than were healthy in a row (R07)"
    case .enabledOnlyAtABracketedMaximum:
      "enabled ⇒ a finished search that saw all four sides, and the frame at its maximum (R04)"
    case .disarmWins: "a disarm in the step ⇒ neither armed nor enabled after it (R19, R22)"
    case .firstCauseIsKept: "faulted before and after ⇒ the same record, to the last value (R20)"
    case .faultEndsOnlyByANamedFreshAcknowledge:
      "a fault ends ⇒ a fresh acknowledge that named it, every standing check permits (R20)"
    case .acknowledgeNeverArms: "faulted before ⇒ faulted or locked after (R20)"
    case .armsOnlyByAFreshEdge:
      "armed by this step ⇒ a fresh arm edge, locked before, all but the gate checks permit (R19)"
    case .armingIsNeverRenewed: "armed before and after ⇒ armed since the same instant (R19)"
    case .armingExpires: "armed or enabled ⇒ armed for 0 to 60 s (R19)"
    case .maximumIsResetOnlyWhileDisarmed:
      "armed before, same connection ⇒ the search is as it was (R04)"
    case .permitIsSingleUse: "a permit is there exactly when enabled, and only once (R22)"
    case .permitIsOfThisStep:
      "a permit bears this decision and its newest frame, and expires 45 ms after the older of frame and "
        + "status (R16, R22)"
    case .lossWithdrawsInTheSameStep: "enabled before, not after ⇒ the lease is withdrawn (R22)"
    case .latchFaultsAtOnceAndNamesTheFirst:
      "a check latches, not faulted before ⇒ faulted now, by the first that does (R20)"
    case .newConnectionForgetsTheOldOne:
      "another connection ⇒ not enabled, no search, at most its own frame (R12)"
    case .outputThatDoesNotFollowFaults:
      "drive line on for 100 ms without a permit ⇒ faulted: lease, two statuses, 20 ms, late steps (R24)"
    case .refusalHasAReason:
      "a refusal ⇒ something was asked for, and something stands against it (R21)"
    case .decisionsCountUp: "each step has a number one above the one before (R22)"
    }
  }

  func holds(_ t: Transition) -> Bool {
    let enabled = t.isEnabledAfter
    switch self {
    case .enabledOnlyByEveryPermit: return !enabled || t.decision.report.permits()
    case .enabledOnlyWhileHealthy: return !enabled || t.witness.isHealthy(t.stimulus)
    case .enabledOnlyWithFreshFrameAndStatus:
      return !enabled || (t.witness.frameAge <= 30 && t.witness.statusAge <= 30)
    case .startsFaultedAndNeedsAcknowledgeAndArming:
      return !enabled || (t.witness.acknowledged && t.witness.armed)
    case .enabledOnlyFromArmed: return !enabled || t.before.isArmed
    case .enabledOnlyAfterReleaseAndPress:
      return !enabled
        || (t.witness.released && (t.stimulus.contacts == .pressed || !t.stimulus.readsSwitch))
    case .enabledOnlyAfterTheDwell:
      return !enabled || (t.witness.goodFrames >= 40 && t.witness.goodAge >= 500)
    case .dwellNeverCountsMoreThanGoodFrames:
      return t.after.memory.dwell.frames <= UInt32(t.witness.goodFrames)
        || t.witness.goodFrames == Witness.dwellFrames
    case .enabledOnlyAtABracketedMaximum:
      let search = t.after.memory.search
      guard enabled else { return true }
      guard search.isFinished, search.flanks == .all, let maximum = search.maximum,
        let signal = t.after.memory.frame?.signal
      else { return false }
      return (-200...150).contains(signal.amplitude.count - maximum.count)
    case .disarmWins: return !t.stimulus.edges.contains(.disarm) || !t.isArmedAfter
    case .firstCauseIsKept:
      guard t.before.isFaulted, t.isFaultedAfter else { return true }
      return t.stateAfter == t.before.machine
    case .faultEndsOnlyByANamedFreshAcknowledge:
      guard t.before.isFaulted, !t.isFaultedAfter else { return true }
      return t.freshEdges.contains(.acknowledge) && t.stimulus.press != .acknowledgeOther
        && !t.stimulus.edges.contains(.disarm)
        && t.decision.report.permits(where: { $0.kind == .standing })
    case .acknowledgeNeverArms: return !t.before.isFaulted || !t.isArmedAfter
    case .armsOnlyByAFreshEdge:
      guard t.isArmedAfter, !t.before.isArmed else { return true }
      return t.freshEdges.contains(.arm) && t.before.machine == .locked
        && t.decision.report.permits(where: { $0.kind != .gate })
    case .armingIsNeverRenewed:
      guard let before = t.before.armedSince, let after = t.armedSinceAfter else { return true }
      return before == after
    case .armingExpires:
      guard let since = t.armedSinceAfter else { return true }
      return (0...60_000_000_000).contains((t.inputs.now - since).count)
    case .maximumIsResetOnlyWhileDisarmed:
      guard t.before.isArmed, t.inputs.identity?.generation == t.before.memory.generation
      else { return true }
      let (old, new) = (t.before.memory.search, t.after.memory.search)
      return old.isActive == new.isActive && old.isFinished == new.isFinished
        && old.maximum == new.maximum && old.flanks == new.flanks
    case .permitIsSingleUse: return (t.permits[0] != nil) == enabled && t.permits[1] == nil
    case .permitIsOfThisStep:
      guard let permit = t.permits[0] else { return true }
      guard let frame = t.after.memory.frame, let status = t.inputs.status else { return false }
      let validity = permit.expires - min(frame.deviceTime, status.value.deviceTime)
      return permit.decision == t.decision.id && permit.decision == InterlockState.decisions + 1
        && permit.frameSequence == frame.sequence && validity == .milliseconds(45)
    case .lossWithdrawsInTheSameStep:
      return !t.before.isEnabled || enabled || t.decision.action == .withdraw
    case .latchFaultsAtOnceAndNamesTheFirst:
      guard !t.before.isFaulted, let first = t.decision.report.firstLatch else { return true }
      guard case .faulted(let fault) = t.stateAfter else { return false }
      return fault.cause == .check(first)
    case .newConnectionForgetsTheOldOne:
      guard t.inputs.identity?.generation != t.before.memory.generation else { return true }
      let memory = t.after.memory
      return !enabled && memory.search.maximum == nil && memory.search.flanks.isEmpty
        && memory.dwell.frames <= 1
        && (memory.frame == nil || memory.frame?.nonce == t.inputs.identity?.nonce)
    case .outputThatDoesNotFollowFaults:
      return t.witness.lineOn < Witness.lineOnLimit || t.isFaultedAfter
    case .refusalHasAReason:
      guard t.decision.isRefused else { return true }
      return !t.stimulus.edges.isDisjoint(with: [.arm, .acknowledge])
        && (t.before.isFaulted || !t.decision.report.permits(where: { $0.kind != .gate }))
    case .decisionsCountUp:
      return t.decision.id == InterlockState.decisions + 1
        && t.after.newestDecision == t.decision.id
    }
  }
}
