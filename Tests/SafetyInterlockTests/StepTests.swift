import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// What one step leaves for the next, and what it does not.
@Suite struct StepTests {
  /// Faulted by damage, with the cause gone: a refused acknowledge names another cause.
  static func faulted() -> Bench {
    var bench = Bench.enabled()
    bench.step { $0.damaged = 1 }
    bench.isPressed = false
    bench.steps(10)
    return bench
  }

  // R02: what nobody has told is not so.
  @Test func inputsBeginUnknown() {
    let inputs = InterlockInputs(now: HostInstant(nanoseconds: 7))
    #expect(!inputs.isConnected && inputs.damaged == 0 && inputs.edges.isEmpty)
    #expect(Bench().interlock.newestDecision == 0)
    var bench = Bench()
    #expect(bench.step().id == 1 && bench.step().id == 2)
  }

  // R20: with nothing latched there is nothing to acknowledge.
  @Test func acknowledgeOfNothingChangesNothing() {
    for start in [Bench.locked(), .armed(), .enabled()] {
      var bench = start
      let frames = bench.interlock.memory.dwell.frames
      let decision = bench.step(.acknowledge, acknowledging: .powerUp)
      #expect(decision.action == .none)
      #expect(bench.interlock.memory.dwell.frames >= frames)
      bench.steps(3)
      #expect(bench.isEnabled == start.isEnabled && bench.isLocked == start.isLocked)
    }
  }

  // R20: a refused acknowledge ends the dwell, and nothing else.
  @Test func refusedAcknowledgeEndsTheDwellOnly() {
    var bench = Self.faulted()
    #expect(bench.interlock.memory.dwell.frames > 5)
    let decision = bench.step([.acknowledge, .beginSearch], acknowledging: .powerUp)
    #expect(decision.isRefused && bench.interlock.memory.dwell.frames == 0)
    #expect(bench.interlock.memory.search.isActive)
  }

  // R20, R24: nor does it hide a line that is stuck.
  @Test func refusedAcknowledgeHidesNoStuckLine() {
    var bench = Self.faulted()
    var verdicts: [Verdict] = []
    for count in 0..<3 {
      let decision = bench.step(count == 1 ? .acknowledge : [], acknowledging: .powerUp) {
        $0.status?.value.flags.insert(.driveReadback)
      }
      verdicts.append(decision.report[.consoleReadback].verdict)
    }
    #expect(verdicts == [.permit, .permit, .latch])
  }

  // R12: frames of this connection's nonce, and the newest one too.
  @Test func anotherNonceLatchesWithoutANewFrame() {
    var bench = Bench.locked()
    let decision = bench.step {
      $0.identity?.nonce &+= 1
      $0.frame = nil
    }
    #expect(decision.report[.linkIdentity].verdict == .latch)
  }

  // R28: two steps at one instant are not late; a step before the last one is.
  @Test func stepsAtOneInstantAreNotLate() {
    for (gap, verdict) in [(UInt64(0), Verdict.permit), (1, .deny)] {
      var bench = Bench.locked()
      let before = bench.now
      let decision = bench.step { $0.now = HostInstant(nanoseconds: before - gap) }
      #expect(decision.report[.loopDeadline].verdict == verdict)
    }
  }

  // R08, R12: what the status would have told is unknown with it, to the nanosecond.
  @Test func staleStatusTellsNothing() {
    let limit = UInt64(Limits.statusStaleAfter.count)
    for (age, isKnown) in [(UInt64(0), true), (limit, true), (limit + 1, false)] {
      var bench = Bench.locked()
      bench.steps(10)
      let decision = bench.step {
        $0.status?.since = HostInstant(nanoseconds: $0.now.nanoseconds - age)
      }
      for id in [CheckID.consoleEstop, .consoleTrip, .consoleHealth, .drivePosition] {
        #expect(decision.report[id].isKnown == isKnown, "\(id.name), \(age)")
      }
    }
    var bench = Bench.locked()
    bench.identity.generation &+= 1
    let before = bench.instant
    let decision = bench.step { $0.status?.since = before }
    #expect(!decision.report[.consoleEstop].isKnown)
    #expect(bench.step().report[.consoleEstop].isKnown)
  }

  // R12, R18: the switch of a new connection is read anew, even in the same instant.
  @Test func newConnectionReadsTheSwitchAnew() {
    var bench = Bench.locked()
    bench.step()
    bench.period = 0
    bench.identity.generation &+= 1
    bench.step()
    bench.period = 10_000_000
    bench.isPressed = true
    bench.step()
    #expect(bench.interlock.memory.enableSwitch.isHeld)
  }

  // R09, R12: samples of an old connection are not repeated by a new one.
  @Test func newConnectionCountsItsOwnRepeats() {
    var bench = Bench.locked()
    for _ in 0..<2 { bench.step { $0.frame?.payloadCRC = 5 } }
    #expect(bench.interlock.memory.frozen.repeats == 1)
    bench.identity.generation &+= 1
    let decision = bench.step { $0.frame?.payloadCRC = 5 }
    #expect(decision.report[.streamLive].permits)
    #expect(bench.interlock.memory.frozen.repeats == 0)
  }
}
