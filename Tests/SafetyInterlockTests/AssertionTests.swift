import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// What the core holds itself to in release builds, and what it does when arithmetic would end.
@Suite struct AssertionTests {
  static func enabled() -> InterlockStateMachine {
    var machine = PermitTests.armedMachine()
    _ = machine.step(PermitTests.report(), edges: [], acknowledged: nil, now: PermitTests.now)
    return machine
  }

  // R01, R22: an open gate that its own proofs do not bear falls back to power-up, and withdraws.
  @Test func openGateWithoutItsProofsFallsBackToPowerUp() {
    let good = PermitTests.report()
    let now = PermitTests.now
    let later = HostInstant(nanoseconds: now.nanoseconds + UInt64(Limits.armingExpires.count) + 1)
    for (report, hasFrame, edges, at) in [
      (PermitTests.report([(.alignmentPeak, .deny)]), true, [], now),
      (PermitTests.report([(.alignmentDwell, .notEvaluated)]), true, [], now),
      (good, false, [], now), (good, true, .disarm, now), (good, true, [], later),
    ] as [(CheckReport, Bool, OperatorEdges, HostInstant)] {
      var machine = Self.enabled()
      let action = machine.assure(.none, report, hasFrame: hasFrame, edges: edges, now: at)
      #expect(action == .withdraw)
      guard case .faulted(let fault) = machine.state else {
        Issue.record("still \(machine.state)")
        continue
      }
      #expect(fault.cause == .powerUp && fault.at == at && fault.value == 1)
    }
  }

  @Test func soundOutcomesAreLeftAlone() {
    var machine = Self.enabled()
    let action = machine.assure(
      .none, PermitTests.report(), hasFrame: true, edges: .arm, now: PermitTests.now)
    #expect(action == .none && machine.isEnabled)
    // A gate that is not open needs no proof.
    var armed = PermitTests.armedMachine()
    let kept = armed.assure(
      .demandRelease, CheckReport(), hasFrame: false, edges: .disarm, now: PermitTests.now)
    #expect(kept == .demandRelease && armed.isArmed)
  }

  // R01: even if the state were made to say enabled, the next step judges it anew.
  @Test func forgedStateIsJudgedAnew() {
    let start = Bench()
    var machine = InterlockStateMachine(start: start.instant)
    machine.state = .enabled(armedSince: start.instant)
    var bench = start
    bench.interlock = Interlock(
      Bench.goodSetup, machine: machine, memory: start.interlock.memory, heldEdges: [],
      decisions: 7)
    bench.isPressed = true
    let decision = bench.step()
    #expect(!decision.isEnabled && bench.cause == .check(.loopDeadline) && decision.id == 8)
  }

  // R09: a counter that stands still is a frozen source, whatever else the frames carry.
  @Test func stillCounterLatches() {
    for start in [Bench.locked(), .armed()] {
      var bench = start
      for count in 1...2 {
        bench.step {
          $0.frame?.sequence = start.sequence
          $0.frame?.payloadCRC = UInt32(count)
        }
        let isLatched = bench.cause == .check(.streamLive)
        #expect(isLatched == (count == 2), "still for \(count)")
      }
      // R20: it goes on, and the acknowledge is refused.
      bench.step(.acknowledge, acknowledging: bench.cause) { $0.frame?.sequence = start.sequence }
      #expect(bench.cause == .check(.streamLive))
    }
  }

  // R09: one repeated frame is no news, and no fault by itself; the next live one begins anew.
  @Test func oneRepeatedFrameOnlyDenies() {
    var bench = Bench.locked()
    let newest = bench.sequence
    let decision = bench.step { $0.frame?.sequence = newest }
    #expect(bench.isLocked && decision.report[.streamSequence].verdict == .deny)
    bench.sequence = newest
    bench.step()
    #expect(bench.interlock.memory.frozen.repeats == 0)
  }

  // R27: counters that have run for ever stay at their end.
  @Test func countersSaturate() {
    var frozen = FrozenMonitor()
    frozen.note(payloadCRC: 1)
    frozen.repeats = .max - 1
    for _ in 0..<3 { frozen.note(payloadCRC: 1) }
    #expect(frozen.repeats == .max)
    frozen.noteStillCounter()
    #expect(frozen.repeats == .max)
    var dwell = Dwell()
    dwell.noteGood(flight: .zero, at: PermitTests.now)
    dwell.frames = .max - 1
    for _ in 0..<3 { dwell.noteGood(flight: .zero, at: PermitTests.now) }
    #expect(dwell.frames == .max)
  }

  // R13, R27: at the very end of the console's clock there is no lease, and no trap.
  @Test func leaseAtTheEndOfTheClockIsRefused() {
    let last = UInt64.max - UInt64(Limits.lease.count)
    for (now, expected) in [(last, LeaseGuard.Answer.granted), (last + 1, .expired)] {
      var lease = LeaseGuard()
      let answer = lease.request(
        LeaseGuard.Request(
          decision: 1, lease: 1, frameTime: GuardTests.at(now), expires: GuardTests.at(.max)),
        now: GuardTests.at(now), depth: .zero)
      #expect(answer == expected)
    }
  }
}
