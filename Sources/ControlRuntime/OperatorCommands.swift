import Alignment
import HardwareSpecs
import Quantities
import SafetyInterlock

/// What an operator may ask of a bench. Everything takes effect in the next control step, and
/// whatever is refused is refused with reasons in the snapshot.
extension BenchRuntime {
  /// Connects, and keeps the connection: after a loss it is made anew, and nothing re-arms itself.
  public func connect() { wantsConnection = true }

  public func runSelfTest() { requestSelfTest() }

  /// Begins a search: forgets the maximum, and starts the guidance.
  public func beginSearch() {
    edges.insert(.beginSearch)
    guide.begin(AlignmentSearch(beam: setup.beam))
    isSearching = true
    isGuidanceOvertaken = false
    update { $0.guidance = nil }
  }

  /// Ends the search: its maximum is what alignment is held against.
  public func finishSearch() {
    edges.insert(.finishSearch)
    isSearching = false
  }

  /// What to do with the handle now; nil before a search has begun, and while it is being worked out.
  ///
  /// - Parameters: the handle's position as the console reports it, and whether it still moves.
  public func guidance(handle: HandlePosition, isMoving: Bool) -> Guidance? {
    guard let guidance = guide.next(handle: handle, isMoving: isMoving, judged: judgedPeak)
    else { return nil }
    isGuidanceOvertaken = false
    update { $0.guidance = guidance }
    return guidance
  }

  /// The interlock's own maximum, while its search goes on.
  private var judgedPeak: JudgedPeak? {
    let search = interlock.memory.search
    guard search.isActive, let maximum = search.maximum?.decibels else { return nil }
    return JudgedPeak(
      highest: HandlePosition(
        rollDeg: search.roll.degrees, levelMM: search.level.millimetres),
      isBracketed: search.flanks == .all,
      leastDB: maximum - Limits.peakDropMax.decibels)
  }

  public func arm() { edges.insert(.arm) }

  /// Ends the permit and any motion; wins over everything else in the same step (R19).
  public func disarm() {
    edges.insert(.disarm)
    advanceTarget = nil
    retractTarget = nil
    tryToSend(Disarm(decisionID: interlock.newestDecision))
  }

  /// Acknowledges the latched fault that the snapshot names (R20).
  public func acknowledge() { requestAcknowledge() }

  /// Asks for an advance; it begins once the gate is open, and is shown with its refusals.
  public func advance(to depth: Micrometres) {
    advanceTarget = min(max(depth, .zero), Limits.needleThrow)
    update { $0.advance = .idle }
    if let decision = snapshot.decision, !decision.isEnabled { noteRefusals(decision.report) }
  }

  /// Pulls the needle back; needs the held switch and the stop chain, no alignment. The console is
  /// asked again and again until the needle is there.
  public func retract(to depth: Micrometres = .zero) {
    advanceTarget = nil
    retractTarget = max(depth, .zero)
  }
}
