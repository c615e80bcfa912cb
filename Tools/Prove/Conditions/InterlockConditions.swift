import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock

extension ConditionPair {
  private static func word(_ bench: Bench) -> String {
    switch bench.state {
    case .faulted(let fault): "faulted by \(fault.cause.name)"
    case .locked: "locked"
    case .armed: "armed"
    case .enabled: "enabled"
    }
  }

  private static func takes(_ bench: Bench) -> String {
    var interlock = bench.interlock
    let permit = interlock.takePermit()
    return switch consume permit {
    case .some: "a permit"
    case .none: "none"
    }
  }

  static var interlock: [ConditionPair] {
    let file = "Interlock"
    func faulted() -> Bench {
      var bench = enabled
      bench.step { $0.damaged = 1 }
      return bench
    }
    return [
      ConditionPair(file, "the button was up before") { holds in
        var bench = Bench.searched()
        bench.step(holds ? [] : .arm) {
          $0.soundSpeed = nil
        }
        bench.step(.arm)
        return word(bench)
      },
      ConditionPair(file, "disarm works as a level") { holds in
        var bench = Bench.searched()
        bench.step(.disarm)
        bench.step(holds ? [.disarm, .arm] : .arm)
        return word(bench)
      },
      ConditionPair(file, "faulted, for an acknowledge that clears") { holds in
        // Only in a fault does an acknowledge forget the dwell.
        var bench = holds ? faulted() : Bench.pressed()
        bench.steps(4)
        let before = bench.interlock.memory.dwell.frames
        bench.step(.acknowledge, acknowledging: bench.cause)
        return bench.interlock.memory.dwell.frames > before ? "kept" : "begun anew"
      },
      ConditionPair(file, "an acknowledge edge, for latches that are cleared") { holds in
        var bench = faulted()
        bench.step { $0.damaged = 1 }
        bench.step(holds ? .acknowledge : [], acknowledging: bench.cause)
        return "\(bench.interlock.memory.integrity.isSecond)"
      },
      ConditionPair(file, "the acknowledge was accepted") { holds in
        var bench = faulted()
        bench.step { $0.damaged = 1 }
        bench.step(.acknowledge, acknowledging: holds ? bench.cause : .powerUp)
        return "\(bench.interlock.memory.integrity.isSecond)"
      },
      ConditionPair(file, "the action demands a release") { holds in
        var bench = Bench.searched()
        bench.step(holds ? .arm : .acknowledge)
        bench.isPressed = true
        bench.step()
        return bench.interlock.memory.enableSwitch.isHeld ? "held" : "not held"
      },
      ConditionPair(file, "enabled, for a permit") { takes($0 ? enabled : Bench.pressed()) },
      ConditionPair(file, "the permit is there still") { holds in
        var bench = enabled
        if !holds { bench.step(.disarm) }
        return takes(bench)
      },
      ConditionPair(file, "the console's clock has room for an expiry") { holds in
        let whole = Bench.enabled(Bench(device: .max - 3_000_000_000))
        var bench = whole
        while bench.device < .max - (holds ? 80_000_000 : 30_000_000) { bench.step() }
        return takes(bench)
      },
      ConditionPair(file, "armed, and the arming is fresh, for the check") { holds in
        "\((holds ? Bench.armed() : Bench.searched()).advanced.report[.armingArmed].verdict)"
      },
      ConditionPair(file, "a good frame: all but the gate checks permit") { holds in
        var bench = Bench.pressed()
        bench.steps(3)
        bench.step { if !holds { $0.isJournalWritable = false } }
        return bench.interlock.memory.dwell.frames == 0 ? "begun anew" : "goes on"
      },
      ConditionPair(file, "a good frame: one came in this step") { holds in
        var bench = Bench.pressed()
        bench.step()
        let before = bench.interlock.memory.dwell.frames
        bench.step { if !holds { $0.frame = nil } }
        return "\(bench.interlock.memory.dwell.frames - before)"
      },
    ]
  }

  static var memory: [ConditionPair] {
    let file = "InterlockMemory"
    func newConnection(_ inputs: inout InterlockInputs) { inputs.identity?.generation = 2 }
    return [
      ConditionPair(file, "another connection") { holds in
        var bench = Bench.searched()
        bench.step { if holds { newConnection(&$0) } }
        return bench.interlock.memory.search.isBracketed ? "searched" : "forgotten"
      },
      ConditionPair(file, "a connection, as against none") { holds in
        var bench = Bench.locked()
        bench.step { if holds { newConnection(&$0) } else { $0.identity = nil } }
        return bench.interlock.memory.connectedSince == nil ? "none" : "known"
      },
      ConditionPair(file, "not armed, for a search") { holds in
        var bench = holds ? Bench.searched() : Bench.armed()
        bench.step(.beginSearch)
        return bench.interlock.memory.search.isActive ? "begun" : "as it was"
      },
      ConditionPair(file, "begin-search edge") { holds in
        var bench = Bench.searched()
        bench.step(holds ? .beginSearch : [])
        return bench.interlock.memory.search.isActive ? "begun" : "as it was"
      },
      ConditionPair(file, "finish-search edge") { holds in
        var bench = Bench.searched()
        bench.step(.beginSearch)
        bench.step(holds ? .finishSearch : [])
        return bench.interlock.memory.search.isFinished ? "finished" : "under way"
      },
      ConditionPair(file, "a status is known") { holds in
        var bench = Bench.pressed()
        bench.step { if !holds { $0.status = nil } }
        return bench.interlock.memory.enableSwitch.isHeld ? "held" : "not held"
      },
      ConditionPair(file, "the status is of this connection") { holds in
        var bench = Bench.locked()
        let decision = bench.step {
          newConnection(&$0)
          $0.status?.since = $0.now + Nanoseconds(holds ? 0 : -1)
        }
        return "\(decision.report[.consoleEstop].verdict)"
      },
      ConditionPair(file, "a connection is known, for a status") { holds in
        var bench = Bench.locked()
        return "\(bench.step { if !holds { $0.identity = nil } }.report[.consoleEstop].verdict)"
      },
      ConditionPair(file, "the status is fresh") { holds in
        var bench = Bench.locked()
        bench.steps(5)
        let decision = bench.step {
          $0.status?.since = $0.now + Nanoseconds(holds ? -30_000_000 : -30_000_001)
        }
        return "\(decision.report[.consoleEstop].verdict)"
      },
      ConditionPair(file, "the status is a new one, for the switch") { holds in
        var bench = Bench.armed()
        let old = Fresh(bench.status, since: bench.instant)
        bench.step { if !holds { $0.status = old } }
        bench.isPressed = true
        bench.step()
        return bench.interlock.memory.enableSwitch.isHeld ? "held" : "not held"
      },
      ConditionPair(file, "a frame came") { holds in
        var bench = Bench.locked()
        bench.step { if !holds { $0.frame = nil } }
        return "\(bench.interlock.memory.sequence.newest == bench.sequence)"
      },
      ConditionPair(file, "the frame is of this connection") { holds in
        var bench = Bench.locked()
        bench.step { if !holds { $0.frame?.nonce = 1 } }
        return "\(bench.interlock.memory.sequence.newest == bench.sequence)"
      },
      ConditionPair(file, "the frame is ahead") { holds in
        var bench = Bench.locked()
        let old = bench.interlock.memory.frame
        bench.step { if !holds { $0.frame?.sequence &-= 2 } }
        return bench.interlock.memory.frame == old ? "the one before" : "this one"
      },
      ConditionPair(file, "the counter stands still") { holds in
        var bench = Bench.locked()
        bench.step { $0.frame?.sequence &-= (holds ? 1 : 2) }
        return "\(bench.interlock.memory.frozen.repeats)"
      },
      ConditionPair(file, "not clipped, for a search") { holds in
        var bench = Bench.locked()
        bench.step(.beginSearch)
        for _ in 0..<3 { bench.step { if !holds { $0.frame?.flags.insert(.clipped) } } }
        return bench.interlock.memory.search.maximum == nil ? "no maximum" : "a maximum"
      },
    ]
  }

  static var values: [ConditionPair] {
    func valid(_ level: @escaping (Int) -> Int32) -> String {
      LinkBudget { CentiDecibels(level($0)) }.isValid ? "valid" : "implausible"
    }
    func known(_ budget: LinkBudget, _ range: Int32) -> String {
      budget.level(at: Micrometres(range)).map { "\($0.count)" } ?? "unknown"
    }
    let slope = LinkBudget { CentiDecibels(6_000 - 100 * Int32($0)) }
    func report(_ verdict: Verdict) -> CheckReport {
      var report = CheckReport()
      for id in CheckID.allCases { report[id] = CheckResult(.permit, value: 1, limit: 1) }
      report[.streamLive] = CheckResult(verdict, value: 0, limit: 1)
      return report
    }
    return [
      ConditionPair("InterlockSetup", "level ≥ 0") { holds in valid { _ in holds ? 0 : -1 } },
      ConditionPair("InterlockSetup", "level ≤ 120 dB") { holds in
        valid { _ in holds ? 12_000 : 12_001 }
      },
      ConditionPair("InterlockSetup", "rises by at most 12 dB at first") { holds in
        valid { $0 == 1 ? 1_000 : (holds ? 2_200 : 2_201) }
      },
      ConditionPair("InterlockSetup", "rises by at most 3 dB later") { holds in
        valid { $0 < 3 ? 1_000 : (holds ? 1_300 : 1_301) }
      },
      ConditionPair("InterlockSetup", "the first step, as against a later one") { holds in
        valid { $0 < (holds ? 2 : 3) ? 1_000 : 2_000 }
      },
      ConditionPair("InterlockSetup", "the table is valid") { holds in
        known(holds ? slope : LinkBudget { _ in CentiDecibels(-1) }, 2_000)
      },
      ConditionPair("InterlockSetup", "range ≥ 1 mm") { known(slope, $0 ? 1_000 : 999) },
      ConditionPair("InterlockSetup", "range ≤ 16 mm") { known(slope, $0 ? 16_000 : 16_001) },
      ConditionPair("InterlockSetup", "between two knots") { known(slope, $0 ? 1_500 : 1_000) },
      ConditionPair("InterlockSetup", "two tables are alike") { holds in
        "\(slope == LinkBudget { CentiDecibels((holds ? 6_000 : 6_001) - 100 * Int32($0)) })"
      },
      ConditionPair("CheckReport", "every check permits") {
        "\(report($0 ? .permit : .deny).permits())"
      },
      ConditionPair("CheckReport", "the check is asked about") { holds in
        "\(report(.deny).permits(where: { holds || $0 != .streamLive }))"
      },
      ConditionPair("CheckReport", "first denial: it does not permit") {
        "\(report($0 ? .deny : .permit).firstDenial() == .streamLive)"
      },
      ConditionPair("CheckReport", "first denial: it is asked about") { holds in
        "\(report(.deny).firstDenial(where: { holds || $0 != .streamLive }) == .streamLive)"
      },
      ConditionPair("CheckReport", "first latch") {
        "\(report($0 ? .latch : .deny).firstLatch == .streamLive)"
      },
      ConditionPair("CheckReport", "value ≥ limit") { holds in
        var bench = enabled
        let decision = bench.step { $0.frame?.signal?.snr = CentiDecibels(holds ? 1_200 : 1_199) }
        return "\(decision.report[.signalSNR].verdict)"
      },
      ConditionPair("CheckReport", "value ≤ limit") { holds in
        var bench = enabled
        let decision = bench.step { $0.damaged = holds ? 0 : 1 }
        return "\(decision.report[.streamIntegrity].verdict)"
      },
      ConditionPair("CheckReport", "the condition of a yes or no holds") { holds in
        var bench = enabled
        return "\(bench.step { $0.isConnected = holds }.report[.linkConnected].verdict)"
      },
    ]
  }
}

extension Bench {
  /// One step on, with its decision.
  fileprivate var advanced: InterlockDecision {
    var bench = self
    return bench.step()
  }
}
