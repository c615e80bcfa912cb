import BenchWorld
import ConsoleEmulator
import ControlRuntime
import HardwareSpecs
import ProbeHAL
import Quantities
import SafetyInterlock
import TestSupport
import Testing

@Suite struct BenchRuntimeTests {
  // R14
  @Test func theLinkComesBackByItselfAndNothingElseDoes() throws {
    let run = try RuntimeBench(seed: 71)
    #expect(run.advance(), "\(run.why)")
    let generation = run.view.identity?.generation
    run.emulator.begin(.unplug)
    run.step(300)
    #expect(run.view.identity == nil)
    #expect(run.fault != nil)
    run.emulator.end(.unplug)
    run.forgetRounds()
    // The switch is still held, and the advance was never called off.
    run.step(3_000)
    #expect(run.view.identity != nil, "connected again")
    #expect(run.view.identity?.generation != generation)
    #expect(run.fault != nil, "the fault stays until a person acknowledges it")
    #expect(run.rounds.allSatisfy { !$0.isDriveEnergised })
  }

  @Test(arguments: [200, 250, 1_000, 2_000, 5_000])
  func everyPulseRateThatIsAllowedGivesAGatedAdvance(_ rate: UInt32) throws {
    let run = try RuntimeBench(seed: 70, pulseRateHz: rate)
    #expect(run.runtime.period == Nanoseconds(1_000_000_000 / Int64(max(rate, 1_000))))
    #expect(run.advance(), "\(run.why)")
    let frames = run.view.counts.frames
    run.step(100)
    #expect(run.view.counts.frames - frames == UInt64(rate) / 10)
    #expect(run.view.counts.lost == 0)
    #expect(run.isEnabled, "\(run.why)")
    #expect(run.world.needleDepthMM > 0.3)
  }

  // R22, R16
  @Test func ofFramesThatComeTogetherTheNewestCarriesTheLease() throws {
    let run = try RuntimeBench(seed: 76)
    #expect(run.advance(), "\(run.why)")
    // Prime to the 10 steps of a renewal: some fall on a step in which frames come.
    run.link.linesEvery = 7
    let first = run.link.leases.count
    var carried: [Bool] = []
    for _ in 0..<200 {
      let before = run.link.leases.count
      run.step()
      if run.link.leases.count > before, let lease = run.link.leases.last {
        carried.append(lease.frameSequence == run.view.frame?.header.sequence)
      }
    }
    #expect(run.isEnabled, "\(run.why)")
    #expect(run.link.leases.count - first >= 12)
    #expect(!carried.contains(false))
  }

  // R28
  /// To decide on 40 lines takes 16 ms: longer than a loop may be late.
  @Test func whatAStallLeftIsWorkedOffInStepsThatAreInTime() throws {
    let bench = try RuntimeBench(seed: 62, pulseRateHz: 200)
    #expect(bench.prepare(), "\(bench.why)")
    let before = bench.view.counts
    bench.link.linesEvery = 200
    bench.journal.perRecord = .microseconds(400)
    var most: UInt64 = 0
    var longest = Nanoseconds.zero
    for _ in 0..<1_000 {
      let (frames, began) = (bench.view.counts.frames, bench.view.now)
      bench.step()
      most = max(most, bench.view.counts.frames - frames)
      longest = max(longest, bench.view.now - began)
    }
    bench.journal.perRecord = .zero
    bench.link.linesEvery = 1
    bench.step(100)
    #expect(most > 10 && most < 20, "\(most) frames in one step")
    #expect(longest < .milliseconds(8), "\(longest.milliseconds) ms from step to step")
    // None is left behind, and none is lost.
    let after = bench.view.counts
    #expect(after.frames - before.frames > 120)
    #expect(after.lost == before.lost && after.overruns == 0)
    #expect(bench.view.frame.map { $0.received >= bench.view.now + .milliseconds(-6) } == true)
  }

  // R16, R28
  @Test func noLeaseRestsOnAFrameWhileNewerOnesWaitForTheirDecision() throws {
    let run = try RuntimeBench(seed: 77, pulseRateHz: 500)
    #expect(run.advance(), "\(run.why)")
    var newest: UInt32?
    run.runtime.onLine = { header, _ in newest = header.sequence }
    // Seven lines at once, of which a step decides on six.
    run.link.linesEvery = 13
    run.journal.perRecord = .microseconds(900)
    let first = run.link.leases.count
    var (stepsBehind, leasesBehind) = (0, 0)
    for _ in 0..<300 {
      let before = run.link.leases.count
      run.step()
      guard let newest, newest != run.view.frame?.header.sequence else { continue }
      stepsBehind += 1
      leasesBehind += run.link.leases.count - before
    }
    #expect(run.isEnabled, "\(run.why)")
    #expect(stepsBehind > 5)
    #expect(leasesBehind == 0)
    #expect(run.link.leases.count - first >= 12)
  }

  // R22
  @Test func leasesStopWithTheStepOfADisarm() throws {
    let run = try RuntimeBench(seed: 72)
    #expect(run.advance(), "\(run.why)")
    for phase in 0..<12 {
      run.step(phase)
      #expect(run.isEnabled, "\(run.why)")
      run.runtime.disarm()
      let leases = run.view.counts.leases
      run.forgetRounds()
      run.step()
      #expect(run.isLocked)
      run.step(200)
      #expect(run.view.counts.leases == leases)
      // The disarm is on its way when the call returns: the console drops in its next round.
      #expect(run.rounds.dropFirst(2).allSatisfy { !$0.isDriveEnergised }, "phase \(phase)")
      run.step(600)
      guard run.open() else {
        Issue.record("phase \(phase): \(run.why)")
        return
      }
      run.runtime.advance(to: Micrometres(5_000))
      run.step(20)
    }
  }

  // R14, R16
  @Test(arguments: [
    FaultKind.unplug, .stall, .hostStall, .powerCycle, .leaseLoss, .dropFrames, .corruptFrames,
    .firmwareStall,
  ])
  func aFaultAtAnyPhaseOfAnAdvanceTurnsTheDriveOffInTime(_ kind: FaultKind) throws {
    let seed = 7_300 + UInt64(FaultKind.allCases.firstIndex(of: kind) ?? 0)
    var random = SplitMix64(seed: seed)
    for phase in 0..<10 {
      let run = try RuntimeBench(seed: seed + UInt64(phase) * 100)
      guard run.advance() else {
        Issue.record("phase \(phase), seed \(seed): \(run.why)")
        return
      }
      run.step(random.below(400))
      #expect(run.isEnabled, "phase \(phase), seed \(seed): \(run.why)")
      run.forgetRounds()
      run.emulator.begin(kind, for: 0.3)
      run.step(300)
      let on = run.rounds.filter(\.isDriveEnergised).map(\.time)
      let first = try #require(run.rounds.first).time
      if let last = on.last {
        #expect(
          last - first <= Limits.faultToDriveOff, "phase \(phase), seed \(seed): \(last - first)")
      }
      run.emulator.end(kind)
      run.forgetRounds()
      run.step(500)
      #expect(
        run.rounds.allSatisfy { !$0.isDriveEnergised }, "phase \(phase): it came back by itself")
    }
  }

  // R17
  @Test func aFirmwareLoopThatStandsLosesTheDriveToItsTimer() throws {
    let seed: UInt64 = 7_400
    for phase in 0..<10 {
      let run = try RuntimeBench(seed: seed + UInt64(phase))
      guard run.advance() else {
        Issue.record("phase \(phase), seed \(seed): \(run.why)")
        return
      }
      run.step(17 * phase)
      run.forgetRounds()
      run.emulator.begin(.firmwareStall)
      run.step(50)
      let first = try #require(run.rounds.first)
      let last = try #require(run.rounds.filter(\.isDriveEnergised).last)
      #expect(first.isDriveEnergised, "the loop left the drive on")
      // The window since the newest round, and up to a period of the timer.
      #expect(last.time - first.time <= Limits.watchdogClose + .milliseconds(1))
      #expect(last.time - first.time > .milliseconds(2), "nothing but the timer dropped it")
      run.emulator.end(.firmwareStall)
      run.forgetRounds()
      run.step(50)
      #expect(run.view.status?.value.trip == .watchdog)
      #expect(run.rounds.allSatisfy { !$0.isDriveEnergised })
    }
  }

  // R19
  @Test func aDisarmWinsOverAnArmOfTheSameStep() throws {
    let run = try RuntimeBench(seed: 74)
    #expect(run.prepare() && run.align(), "\(run.why)")
    run.runtime.arm()
    run.runtime.disarm()
    run.step(3)
    #expect(run.isLocked)
    run.runtime.arm()
    run.step(2)
    #expect(run.isArmed, "\(run.why)")
  }

  /// Counts the decisions that were denied for lateness.
  private final class LatenessJournal: Journal {
    var lost: UInt64 { 0 }
    var isWritable: Bool { true }
    private(set) var late = 0
    func record(_ inputs: InterlockInputs, _ decision: InterlockDecision) {
      if !decision.report[.loopDeadline].permits { late += 1 }
    }
    func finish() {}
  }

  // R28
  @Test func aClockThatWakesLateIsSeenByTheInterlock() throws {
    let bench = EmulatedBench(RuntimeBench.parameters, seed: 75)
    let clock = ManualClock()
    let journal = LatenessJournal()
    clock.onWait = { [emulator = bench.emulator] in emulator.advance(to: $0) }
    let runtime = try BenchRuntime(
      setup: RuntimeBench.setup, client: ConsoleClient(SimulatedTransport(bench.emulator)),
      clock: clock, trackerMode: .stepped, journal: journal, seed: 75)
    runtime.connect()
    for _ in 0..<200 { runtime.step() }
    // The very first step has none before it: unknown is late.
    #expect(journal.late == 1)
    clock.lateness = .milliseconds(13)
    runtime.step()
    #expect(journal.late == 1)
    clock.lateness = .milliseconds(16)
    runtime.step()
    // Many frames waited: the first decision of the step is the one that came late.
    #expect(journal.late == 2)
    // R15: a sleep of the machine shows as a difference of the two clocks.
    clock.lateness = .zero
    for _ in 0..<10 { runtime.step() }
    #expect(runtime.snapshot.decision?.report[.clockConsistent].permits == true)
    clock.suspended = .seconds(5)
    runtime.step()
    #expect(runtime.snapshot.decision?.report[.clockConsistent].permits == false)
  }
}
