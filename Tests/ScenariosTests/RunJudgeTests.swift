import BenchWorld
import ConsoleEmulator
import HardwareSpecs
import Quantities
import Scenarios
import Testing

/// The judge on rounds that a test makes up, a millisecond each.
@Suite struct RunJudgeTests {
  private final class Bench {
    let judge: RunJudge
    private var now = HostInstant(nanoseconds: 1_000_000_000)
    private var hands = BenchHands()
    private var faults = ActiveFaults()

    init(isAimed: Bool = true) {
      var parameters = WorldParameters()
      parameters.start.rollErrorDeg = isAimed ? 0 : 90
      parameters.start.axialErrorMM = 0
      judge = RunJudge(BenchWorld(parameters, seed: 1))
      hands.enableSwitch = .held
    }

    func pass(_ milliseconds: Int, on: Bool) {
      for _ in 0..<milliseconds {
        now = now + .milliseconds(1)
        judge.note(
          RoundObservation(
            time: now, isDriveEnergised: on, needleSpeed: on ? 5 : 0, hands: hands, faults: faults,
            gainErrorDB: 0))
      }
    }

    func set(_ kind: FaultKind, _ isActive: Bool) { faults[kind] = isActive ? 1 : nil }
    func letGo() { hands.enableSwitch = .released }
    func stop() { hands.isEstopPressed = true }
  }

  // R16
  @Test(arguments: [(50, 0), (51, 0), (52, 1), (500, 1)])
  func aDriveThatIsOnLongerThanAllowedAfterAFaultIsUnsafeOnce(on: Int, unsafe: Int) {
    let bench = Bench()
    bench.pass(100, on: true)
    bench.set(.stall, true)
    bench.pass(on, on: true)
    bench.pass(100, on: false)
    #expect(bench.judge.unsafeEnables == unsafe)
    #expect(bench.judge.longestFaultToOff == .milliseconds(Int64(on)))
  }

  @Test func aDriveThatGoesOffWithTheFaultTookNoTime() {
    let bench = Bench()
    bench.pass(100, on: true)
    bench.set(.unplug, true)
    bench.pass(10, on: false)
    #expect(bench.judge.unsafeEnables == 0)
    #expect(bench.judge.longestFaultToOff == .zero)
  }

  @Test func aFaultWithTheDriveOffIsNoMatter() {
    let bench = Bench()
    bench.pass(100, on: false)
    bench.set(.stall, true)
    bench.pass(200, on: false)
    bench.set(.stall, false)
    bench.pass(200, on: true)
    #expect(bench.judge.unsafeEnables == 0)
    #expect(bench.judge.longestFaultToOff == nil)
  }

  @Test func anEnableWhileTheFaultLastsIsUnsafe() {
    let bench = Bench()
    bench.set(.stall, true)
    bench.pass(200, on: false)
    bench.pass(1, on: true)
    #expect(bench.judge.unsafeEnables == 1)
  }

  @Test func aNeedleThatWouldMissTheVeinIsUnsafeForEachOpening() {
    let bench = Bench(isAimed: false)
    bench.pass(5, on: true)
    bench.pass(5, on: false)
    bench.pass(5, on: true)
    #expect(bench.judge.unsafeEnables == 2)
    #expect(!bench.judge.alwaysTowardVein)
    #expect(bench.judge.openings == 2)
  }

  // R18
  @Test func lettingGoIsHeldToTheSameTimeAndIsNoFault() {
    let bench = Bench()
    bench.pass(10, on: true)
    bench.letGo()
    bench.pass(20, on: true)
    bench.pass(10, on: false)
    #expect(bench.judge.unsafeEnables == 0)
    #expect(bench.judge.longestFaultToOff == nil)
    bench.pass(60, on: true)
    #expect(bench.judge.unsafeEnables == 1)
  }

  @Test func theEmergencyStopIsHeldToTheTime() {
    let bench = Bench()
    bench.pass(10, on: true)
    bench.stop()
    bench.pass(60, on: true)
    #expect(bench.judge.unsafeEnables == 1)
  }
}
