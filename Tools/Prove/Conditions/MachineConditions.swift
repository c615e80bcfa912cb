import HardwareSpecs
import Quantities
import SafetyInterlock

extension ConditionPair {
  private static let machineFile = "InterlockStateMachine"
  private static let now = HostInstant(nanoseconds: 1 << 40)

  private static func report(_ spoiled: [(CheckID, Verdict)] = []) -> CheckReport {
    var report = CheckReport()
    for id in CheckID.allCases { report[id] = CheckResult(.permit, value: 1, limit: 1) }
    for (id, verdict) in spoiled { report[id] = CheckResult(verdict, value: 0, limit: 1) }
    return report
  }

  private static func answer(
    _ state: InterlockStateMachine.State, _ report: CheckReport = report(),
    _ edges: OperatorEdges = [], naming cause: FaultCause? = nil
  ) -> String {
    var machine = InterlockStateMachine(start: now)
    machine.state = state
    let action = machine.step(report, edges: edges, acknowledged: cause, now: now)
    let word =
      switch machine.state {
      case .faulted(let fault): "faulted by \(fault.cause.name)"
      case .locked: "locked"
      case .armed: "armed"
      case .enabled: "enabled"
      }
    return "\(word), \(action)"
  }

  private static func faulted(_ cause: FaultCause) -> InterlockStateMachine.State {
    var machine = InterlockStateMachine(start: now)
    guard case .check(let id) = cause else { return machine.state }
    machine.state = .locked
    _ = machine.step(report([(id, .latch)]), edges: [], acknowledged: nil, now: now)
    return machine.state
  }

  private static func since(_ age: Int64) -> HostInstant { now + Nanoseconds(-age) }
  private static let minute = Limits.armingExpires.count

  static var machine: [ConditionPair] {
    faultedState + lockedState + armedState + enabledState + assertion
  }

  private static var faultedState: [ConditionPair] {
    let file = machineFile
    let powerUp = faulted(.powerUp)
    let live = FaultCause.check(.streamLive)
    return [
      ConditionPair(file, "faulted: acknowledge") {
        answer(powerUp, report(), $0 ? .acknowledge : [], naming: .powerUp)
      },
      ConditionPair(file, "faulted: no disarm") {
        answer(
          powerUp, report(), $0 ? .acknowledge : [.acknowledge, .disarm], naming: .powerUp)
      },
      ConditionPair(file, "faulted: arm, for a refusal") {
        answer(powerUp, report(), $0 ? .arm : [])
      },
      ConditionPair(file, "faulted: the cause is named") {
        answer(powerUp, report(), .acknowledge, naming: $0 ? .powerUp : live)
      },
      ConditionPair(file, "faulted: the cause is gone") {
        answer(
          powerUp, report($0 ? [] : [(.streamFresh, .deny)]), .acknowledge, naming: .powerUp)
      },
      ConditionPair(file, "gone: the cause is a check") { holds in
        // An alignment check that denies keeps its own fault, and no other.
        let cause: FaultCause = holds ? .check(.signalSNR) : .powerUp
        return answer(
          faulted(cause), report([(.signalSNR, .deny)]), .acknowledge, naming: cause)
      },
      ConditionPair(file, "gone: its check is no gate check") { holds in
        let id: CheckID = holds ? .signalSNR : .switchEnable
        return answer(
          faulted(.check(id)), report([(id, .deny)]), .acknowledge, naming: .check(id))
      },
      ConditionPair(file, "gone: its check permits") {
        answer(
          faulted(.check(.signalSNR)), report($0 ? [] : [(.signalSNR, .deny)]), .acknowledge,
          naming: .check(.signalSNR))
      },
      ConditionPair(file, "gone: every standing check permits") {
        answer(
          faulted(live), report($0 ? [] : [(.consoleHealth, .deny)]), .acknowledge, naming: live)
      },
      ConditionPair(file, "gone: the switch is not latched") {
        answer(
          faulted(live), report([(.switchEnable, $0 ? .deny : .latch)]), .acknowledge, naming: live)
      },
    ]
  }

  private static var lockedState: [ConditionPair] {
    let file = machineFile
    return [
      ConditionPair(file, "locked: a check latches") {
        answer(.locked, report([(.streamLive, $0 ? .latch : .deny)]))
      },
      ConditionPair(file, "locked: arm") { answer(.locked, report(), $0 ? .arm : []) },
      ConditionPair(file, "locked: no disarm") {
        answer(.locked, report(), $0 ? .arm : [.arm, .disarm])
      },
      ConditionPair(file, "locked: all but the gate checks permit") {
        answer(.locked, report([($0 ? .alignmentDwell : .alignmentPeak, .deny)]), .arm)
      },
    ]
  }

  private static var armedState: [ConditionPair] {
    let file = machineFile
    let armed = InterlockStateMachine.State.armed(since: now)
    return [
      ConditionPair(file, "armed: a check latches") {
        answer(armed, report([(.streamLive, $0 ? .latch : .deny)]))
      },
      ConditionPair(file, "armed: disarm") { answer(armed, report(), $0 ? .disarm : []) },
      ConditionPair(file, "armed: armed for at most 60 s") {
        answer(.armed(since: since($0 ? minute : minute + 1)))
      },
      ConditionPair(file, "armed: armed no later than now") {
        answer(.armed(since: since($0 ? 0 : -1)))
      },
      ConditionPair(file, "armed: the setup is valid") {
        answer(armed, report([($0 ? .alignmentPeak : .configurationValid, .deny)]))
      },
      ConditionPair(file, "armed: every check permits") {
        answer(armed, report($0 ? [] : [(.alignmentDwell, .deny)]))
      },
    ]
  }

  private static var enabledState: [ConditionPair] {
    let file = machineFile
    let enabled = InterlockStateMachine.State.enabled(armedSince: now)
    return [
      ConditionPair(file, "enabled: a check latches") {
        answer(enabled, report([(.linkConnected, .deny), (.streamLive, $0 ? .latch : .permit)]))
      },
      ConditionPair(file, "enabled: disarm") { answer(enabled, report(), $0 ? .disarm : []) },
      ConditionPair(file, "enabled: armed for at most 60 s") {
        answer(.enabled(armedSince: since($0 ? minute : minute + 1)))
      },
      ConditionPair(file, "enabled: every check permits") {
        answer(enabled, report($0 ? [] : [(.switchEnable, .deny)]))
      },
      ConditionPair(file, "enabled: another check than the switch denies") {
        answer(enabled, report([(.switchEnable, .deny), (.signalSNR, $0 ? .deny : .permit)]))
      },
    ]
  }

  private static var assertion: [ConditionPair] {
    func assured(
      _ state: InterlockStateMachine.State = .enabled(armedSince: now),
      report: CheckReport = report(), hasFrame: Bool = true, edges: OperatorEdges = []
    ) -> String {
      var machine = InterlockStateMachine(start: now)
      machine.state = state
      return "\(machine.assure(.none, report, hasFrame: hasFrame, edges: edges, now: now))"
    }
    let file = "InterlockAssertion"
    return [
      ConditionPair(file, "the gate is closed") {
        assured($0 ? .armed(since: now) : .enabled(armedSince: now), hasFrame: false)
      },
      ConditionPair(file, "every check permits") {
        assured(report: report($0 ? [] : [(.signalSNR, .deny)]))
      },
      ConditionPair(file, "a frame is known") { assured(hasFrame: $0) },
      ConditionPair(file, "no disarm") { assured(edges: $0 ? [] : .disarm) },
      ConditionPair(file, "the arming is fresh") {
        assured(.enabled(armedSince: since($0 ? minute : minute + 1)))
      },
    ]
  }
}
