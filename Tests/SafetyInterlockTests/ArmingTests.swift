import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

@Suite struct ArmingTests {
  static let edgeSets = (UInt8(0)..<32).map { OperatorEdges(rawValue: $0) }

  // R19, R22: in one step, whatever else was pressed, disarm wins.
  @Test func disarmWinsOverEveryOtherEdge() {
    for edges in Self.edgeSets {
      for start in [Bench.locked(), .searched(), .armed(), .pressed(), .enabled()] {
        var bench = start
        let wasArmed = bench.interlock.machine.isArmed
        bench.step(edges)
        if edges.contains(.disarm) {
          #expect(bench.isLocked, "\(edges.rawValue)")
        } else if wasArmed {
          #expect(bench.interlock.machine.isArmed)
        } else {
          #expect(!bench.isEnabled)
          if !edges.contains(.arm) { #expect(bench.isLocked) }
        }
      }
    }
  }

  // R19: all orderings over two steps: armed only by an arm edge with no disarm with it or after it.
  @Test func armedOnlyByADeliberateEdgeThatNoDisarmFollows() {
    let searched = Bench.searched()
    var armed = 0
    for first in Self.edgeSets {
      for second in Self.edgeSets {
        var bench = searched
        bench.step(first)
        bench.step(second)
        let byFirst =
          first.contains(.arm) && !first.contains(.disarm) && !second.contains(.disarm)
        // Held through both steps it was pressed once, and a disarm then stands.
        let bySecond =
          second.contains(.arm) && !second.contains(.disarm) && !first.contains(.arm)
        if bench.interlock.machine.isArmed {
          armed += 1
          #expect(byFirst || bySecond, "\(first.rawValue), \(second.rawValue)")
        }
        #expect(!bench.isEnabled)
      }
    }
    #expect(armed > 50)
  }

  // R19: a held arm button does not arm again after a disarm.
  @Test func heldArmButtonArmsOnce() {
    var bench = Bench.searched()
    bench.step(.arm)
    #expect(bench.interlock.machine.isArmed)
    bench.step([.arm, .disarm])
    for _ in 0..<100 {
      bench.step(.arm)
      #expect(bench.isLocked)
    }
    bench.step()
    bench.step(.arm)
    #expect(bench.interlock.machine.isArmed)
  }

  // R19: to the nanosecond; arming again does not lengthen it.
  @Test func armingExpiresAfter60Seconds() {
    let good = PermitTests.report()
    let start = PermitTests.now
    for (late, expected) in [(Int64(-1), true), (0, true), (1, false)] {
      for isEnabled in [false, true] {
        var machine = PermitTests.armedMachine()
        if isEnabled { _ = machine.step(good, edges: [], acknowledged: nil, now: start) }
        let before = start + Nanoseconds.seconds(59)
        let report = isEnabled ? good : PermitTests.report([(.switchEnable, .deny)])
        _ = machine.step(report, edges: .arm, acknowledged: nil, now: before)
        #expect(machine.isArmed && machine.isEnabled == isEnabled)
        let end = start + Nanoseconds(60_000_000_000 + late)
        _ = machine.step(report, edges: .arm, acknowledged: nil, now: end)
        #expect(machine.isArmed == expected)
      }
    }
    // From the future: unknown, not fresh.
    var machine = PermitTests.armedMachine()
    _ = machine.step(good, edges: [], acknowledged: nil, now: HostInstant(nanoseconds: 999))
    #expect(machine.state == .locked)
  }

  // R19: arming is refused while any check that it needs does not permit.
  @Test func armingNeedsEveryStandingAndAlignmentCheck() {
    for id in CheckID.allCases {
      var machine = InterlockStateMachine(start: PermitTests.now)
      let good = PermitTests.report()
      _ = machine.step(good, edges: .acknowledge, acknowledged: .powerUp, now: PermitTests.now)
      let action = machine.step(
        PermitTests.report([(id, .deny)]), edges: .arm, acknowledged: nil, now: PermitTests.now)
      #expect(machine.isArmed == (id.kind == .gate), "\(id.name)")
      #expect((action == .refuse) == (id.kind != .gate))
    }
  }

  // R20: an acknowledge clears only when it names the latched cause, and it never arms.
  @Test func acknowledgeMustNameTheCauseAndNeverArms() {
    var faulted = Bench.enabled()
    faulted.step { $0.damaged = 1 }
    faulted.steps(3)
    let cause = faulted.cause
    let wrong: [FaultCause?] = [nil, .powerUp] + CheckID.allCases.map { .check($0) }
    for named in wrong where named != cause {
      var bench = faulted
      let decision = bench.step(.acknowledge, acknowledging: named)
      #expect(decision.isRefused && bench.cause == cause)
    }
    for edges in Self.edgeSets where edges.contains(.acknowledge) {
      var bench = faulted
      bench.step(edges, acknowledging: cause)
      #expect(bench.isLocked == !edges.contains(.disarm))
      #expect(!bench.interlock.machine.isArmed)
    }
    // Naming it is not enough: the edge is needed.
    faulted.step(.arm, acknowledging: cause)
    #expect(faulted.cause == cause)
  }

  // R20: early, for every cause: refused while the cause stands, accepted once it is gone.
  @Test func acknowledgeIsRefusedWhileItsCauseStands() {
    let spoils: [(CheckID, (inout InterlockInputs) -> Void)] = [
      (.linkConnected, { $0.isConnected = false }),
      (.configurationValid, { $0.isConfigurationValid = false }),
      (.journalRecording, { $0.isJournalWritable = false }),
      (.clockConsistent, { $0.bootTime = nil }), (.streamIntegrity, { $0.damaged = 1 }),
      (.consoleEstop, { $0.status?.value.flags.remove(.estopOk) }),
      (.consoleTrip, { $0.status?.value.trip = .readback }),
      (.consoleHealth, { $0.status?.value.supplyMv = 0 }),
      (.consoleSelfTest, { $0.selfTest = nil }),
      (.drivePosition, { $0.status?.value.needleDepth = Micrometres(12_001) }),
      (.signalValid, { $0.frame?.flags.insert(.clipped) }),
      (.signalAmplitude, { $0.frame?.signal = BoundaryTests.signal(amplitude: 100) }),
      (.signalSNR, { $0.frame?.signal = BoundaryTests.signal(snr: 100) }),
      (.rangeSoundSpeed, { $0.soundSpeed = nil }),
      (.rangeReach, { $0.frame?.signal = BoundaryTests.signal(flight: 100) }),
      (.alignmentPeak, { $0.frame?.signal = BoundaryTests.signal(amplitude: 4_700) }),
      (.alignmentTimeOfFlight, { $0.frame?.signal = BoundaryTests.signal(flight: 3_600) }),
    ]
    let enabled = Bench.enabled()
    for (id, spoil) in spoils {
      var bench = enabled
      bench.step(spoil: spoil)
      let cause = bench.cause
      #expect(cause != nil && bench.decision!.report[id].permits == false, "\(id.name)")
      for _ in 0..<3 {
        bench.step(.acknowledge, acknowledging: cause, spoil: spoil)
        #expect(bench.cause == cause, "\(id.name): early acknowledge")
        bench.step(spoil: spoil)
      }
      bench.steps(4)
      bench.acknowledge()
      #expect(bench.isLocked, "\(id.name): \(String(describing: bench.cause))")
    }
  }

  // R20: held down it counts once; it must be let go and pressed anew.
  @Test func heldAcknowledgeCountsOnce() {
    var bench = Bench.enabled()
    bench.step(.acknowledge, acknowledging: .check(.streamIntegrity))
    for _ in 0..<20 {
      bench.step(.acknowledge, acknowledging: .check(.streamIntegrity)) { $0.damaged = 1 }
    }
    #expect(bench.cause == .check(.streamIntegrity))
    for _ in 0..<20 {
      bench.step(.acknowledge, acknowledging: .check(.streamIntegrity))
      #expect(bench.cause == .check(.streamIntegrity))
    }
    bench.step()
    bench.step(.acknowledge, acknowledging: .check(.streamIntegrity))
    #expect(bench.isLocked)
  }

  // R20: a second one does nothing, and one that names an older fault is refused.
  @Test func doubleAndStaleAcknowledgesDoNothing() {
    var bench = Bench.enabled()
    bench.step { $0.damaged = 1 }
    bench.steps(2)
    bench.acknowledge()
    #expect(bench.isLocked)
    bench.step()
    bench.step(.acknowledge, acknowledging: .check(.streamIntegrity))
    #expect(bench.isLocked)
    bench.step { $0.isConnected = false }
    bench.steps(2)
    bench.step(.acknowledge, acknowledging: .check(.streamIntegrity))
    #expect(bench.cause == .check(.linkConnected))
  }

  // R20: the first cause stays, whatever comes later.
  @Test func firstCauseIsKept() {
    var bench = Bench.enabled()
    bench.step { $0.status?.value.flags.remove(.estopOk) }
    #expect(bench.cause == .check(.consoleEstop))
    bench.step { $0.isConnected = false }
    bench.step { $0.damaged = 3 }
    #expect(bench.cause == .check(.consoleEstop))
    // The later latch still has to be clear of its cause, and is cleared with the first.
    bench.steps(2)
    bench.acknowledge()
    #expect(bench.isLocked && bench.decision!.report[.streamIntegrity].permits == true)
  }

  // R25: doubt about the setup disarms, and does not come back by itself.
  @Test func doubtAboutTheSetupDisarms() {
    for doubt in [false, nil] as [Bool?] {
      var bench = Bench.pressed()
      bench.step { $0.isConfigurationValid = doubt }
      #expect(bench.isLocked)
      bench.steps(100)
      #expect(bench.isLocked)
      bench = Bench.searched()
      bench.step(.arm) { $0.isConfigurationValid = doubt }
      #expect(bench.decision!.isRefused == true && bench.isLocked)
      bench = Bench.enabled()
      bench.step { $0.isConfigurationValid = doubt }
      #expect(bench.cause == .check(.configurationValid))
    }
  }

  // R30
  @Test func unwritableJournalBlocksArmingAndNeverADrop() {
    for writable in [false, nil] as [Bool?] {
      var bench = Bench.searched()
      bench.step(.arm) { $0.isJournalWritable = writable }
      #expect(bench.isLocked && bench.decision!.isRefused == true)
      bench = Bench.enabled()
      bench.step { $0.isJournalWritable = writable }
      #expect(bench.cause == .check(.journalRecording))
      for edges in [OperatorEdges.disarm, [.disarm, .arm]] {
        bench = Bench.enabled()
        let decision = bench.step(edges) { $0.isJournalWritable = writable }
        #expect(!decision.isEnabled && decision.action == .withdraw)
      }
      bench = Bench.pressed()
      bench.step(.disarm) { $0.isJournalWritable = writable }
      #expect(bench.isLocked)
    }
  }
}
