import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

@Suite struct PermitTests {
  static let permit = CheckResult(.permit, value: 1, limit: 1)

  static func report(_ spoiled: [(CheckID, Verdict)] = []) -> CheckReport {
    var report = CheckReport()
    for id in CheckID.allCases { report[id] = permit }
    for (id, verdict) in spoiled { report[id] = CheckResult(verdict, value: 0, limit: 1) }
    return report
  }

  static let now = HostInstant(nanoseconds: 1_000)

  static func armedMachine() -> InterlockStateMachine {
    var machine = InterlockStateMachine(start: now)
    _ = machine.step(report(), edges: .acknowledge, acknowledged: .powerUp, now: now)
    _ = machine.step(report(), edges: .arm, acknowledged: nil, now: now)
    return machine
  }

  static func enables(_ report: CheckReport, _ start: InterlockStateMachine) -> Bool {
    var machine = start
    _ = machine.step(report, edges: [], acknowledged: nil, now: now)
    return machine.isEnabled
  }

  // R02
  @Test func everyCheckIsEvaluatedInEveryStep() {
    let decision = Bench.enabled().decision
    for id in CheckID.allCases {
      #expect(decision!.report[id].verdict == .permit, "\(id.name)")
    }
    #expect(CheckID.count == CheckID.allCases.count)
    #expect(!CheckReport().permits())
  }

  // R02
  @Test func onlyTheFullSetOfPermitsEnables() {
    let armed = Self.armedMachine()
    #expect(armed.isArmed)
    #expect(Self.enables(Self.report(), armed))
    let bad: [Verdict] = [.notEvaluated, .deny, .latch]
    for one in CheckID.allCases {
      for verdict in bad {
        #expect(!Self.enables(Self.report([(one, verdict)]), armed), "\(one.name) \(verdict)")
        for other in CheckID.allCases where other.rawValue > one.rawValue {
          for second in bad {
            #expect(!Self.enables(Self.report([(one, verdict), (other, second)]), armed))
          }
        }
      }
    }
  }

  // R02: all 2²⁰ combinations of permit and deny over the first 20 checks, then over the last 20.
  @Test func exactlyOneOfAllCombinationsEnables() {
    let armed = Self.armedMachine()
    for first in [0, 10] {
      var enabled = 0
      var report = Self.report()
      for word in 0..<(1 << 20) {
        // Gray code: one check changes at a time.
        if word > 0 {
          let id = CheckID.allCases[first + word.trailingZeroBitCount]
          report[id] =
            report[id].permits ? CheckResult(.deny, value: 0, limit: 1) : Self.permit
        }
        if Self.enables(report, armed) { enabled += 1 }
      }
      #expect(enabled == 1)
    }
  }

  // R02, R22: once enabled, the loss of any permit ends it in the same step.
  @Test func lossOfAnyPermitEndsTheEnableInTheSameStep() {
    var enabled = Self.armedMachine()
    _ = enabled.step(Self.report(), edges: [], acknowledged: nil, now: Self.now)
    #expect(enabled.isEnabled)
    for id in CheckID.allCases {
      for verdict in [Verdict.notEvaluated, .deny, .latch] {
        var machine = enabled
        let action = machine.step(
          Self.report([(id, verdict)]), edges: [], acknowledged: nil, now: Self.now)
        #expect(!machine.isEnabled && action == .withdraw)
        // Letting go of the switch is no fault; everything else is, and names itself.
        if id == .switchEnable, verdict != .latch {
          #expect(machine.state == .armed(since: Self.now))
        } else if case .faulted(let fault) = machine.state {
          #expect(fault.cause == .check(id))
        } else {
          Issue.record("\(id.name) \(verdict) did not latch")
        }
      }
    }
  }

  // R22
  @Test func permitIsSingleUseAndDiesWithItsStep() {
    var bench = Bench.enabled()
    func taken(_ bench: inout Bench) -> Bool {
      let permit = bench.interlock.takePermit()
      return switch consume permit {
      case .some: true;
      case .none: false
      }
    }
    #expect(taken(&bench))
    #expect(!taken(&bench))
    bench.step()
    #expect(taken(&bench))
    bench.step()
    bench.step(.disarm)
    #expect(!taken(&bench))
  }

  // R16, R22: what is decided on has an age, and the permit ends by the older of the two.
  @Test func permitEndsByTheOlderOfFrameAndStatus() {
    func end(frame: UInt64, status: UInt64) -> UInt64? {
      var bench = Bench.enabled()
      let now = bench.device + UInt64(bench.period)
      bench.step {
        $0.frame?.deviceTime = DeviceInstant(nanoseconds: now - frame)
        $0.status?.value.deviceTime = DeviceInstant(nanoseconds: now - status)
      }
      let permit = bench.interlock.takePermit()
      return switch consume permit {
      case .some(let permit): permit.expires.nanoseconds - now
      case .none: nil
      }
    }
    #expect(end(frame: 0, status: 0) == 45_000_000)
    #expect(end(frame: 0, status: 29_000_000) == 16_000_000)
    #expect(end(frame: 5_000_000, status: 0) == 40_000_000)
    #expect(end(frame: 5_000_000, status: 7_000_000) == 38_000_000)
    // A status that is ahead of its frame lengthens nothing.
    #expect(end(frame: 5_000_000, status: 1_000_000) == 40_000_000)
  }

  // R12, R25, R26, R14, R08, R03: what is unknown denies, one input at a time.
  @Test func everyUnknownInputDenies() {
    let enabled = Bench.enabled()
    let unknown: [(CheckID, (inout InterlockInputs) -> Void)] = [
      (.linkConnected, { $0.isConnected = false }), (.linkIdentity, { $0.identity = nil }),
      (.configurationValid, { $0.isConfigurationValid = nil }),
      (.journalRecording, { $0.isJournalWritable = nil }),
      (.clockConsistent, { $0.bootTime = nil }), (.consoleFresh, { $0.status = nil }),
      (.consoleEstop, { $0.status = nil }), (.switchEnable, { $0.status = nil }),
      (.consoleReadback, { $0.status = nil }), (.consoleTrip, { $0.status = nil }),
      (.consoleHealth, { $0.status = nil }), (.drivePosition, { $0.status = nil }),
      (.consoleSelfTest, { $0.selfTest = nil }), (.rangeSoundSpeed, { $0.soundSpeed = nil }),
      (.rangeReach, { $0.soundSpeed = nil }), (.alignmentLinkBudget, { $0.soundSpeed = nil }),
      (.signalValid, { $0.frame?.signal = nil }), (.signalAmplitude, { $0.frame?.signal = nil }),
      (.signalSNR, { $0.frame?.signal = nil }), (.rangeStable, { $0.frame?.signal = nil }),
      (.alignmentPeak, { $0.frame?.signal = nil }),
      (.alignmentTimeOfFlight, { $0.frame?.signal = nil }),
      (.alignmentDwell, { $0.frame?.signal = nil }),
    ]
    for (id, forget) in unknown {
      var bench = enabled
      let decision = bench.step(spoil: forget)
      #expect(!decision.report[id].permits, "\(id.name)")
      #expect(!decision.isEnabled && bench.cause != nil, "\(id.name)")
    }
  }
}
