import HardwareSpecs
import InterlockBench
import InterlockOracle
import Quantities
import SafetyInterlock
import Testing

@Suite struct StartTests {
  /// ns
  private static let permitExpires = UInt64(Limits.permitExpires.count)

  @Test func goodBenchReachesEnabledAndGivesPermit() {
    var bench = Bench.enabled()
    #expect(bench.isEnabled)
    #expect(bench.decision!.report.permits() == true)
    let permit = bench.interlock.takePermit()
    switch consume permit {
    case .some(let permit): #expect(permit.frameSequence == bench.sequence)
    case .none: Issue.record("no permit")
    }
  }

  // R01
  @Test func startsFaultedAndStaysSoWithoutAcknowledge() {
    var bench = Bench()
    #expect(bench.cause == .powerUp)
    bench.isPressed = true
    for _ in 0..<1_000 {
      let decision = bench.step(.arm)
      #expect(!decision.isEnabled && bench.cause == .powerUp)
      let permit = bench.interlock.takePermit()
      let isNone =
        switch consume permit {
        case .some: false;
        case .none: true
        }
      #expect(isNone)
    }
  }

  // R01: a reset at any moment of the way begins at the beginning.
  @Test func resetAtRandomPhasesNeverEnables() {
    var random = SeededStream(seed: 1)
    let enabled = Bench.enabled()
    for phase in 0..<1_000 {
      var bench = enabled
      bench.period = 1 + Int64(random.below(10_000_000))
      bench.steps(Int(random.below(5)))
      bench.interlock = Interlock(Bench.goodSetup, start: bench.instant)
      for _ in 0..<5 { #expect(!bench.step(.arm).isEnabled, "phase \(phase), seed 1") }
      #expect(bench.cause == .powerUp)
    }
  }

  // R27
  @Test(arguments: [UInt64(1) << 31, 1 << 32, 1 << 53, 1 << 63])
  func clocksMayCrossAnyPowerOfTwo(edge: UInt64) {
    let before = edge - 700_000_000
    #expect(Bench.enabled(Bench(now: before, device: before, boot: before)).isEnabled)
    #expect(Bench.enabled(Bench(now: before, device: 1, boot: before)).isEnabled)
    #expect(Bench.enabled(Bench(now: 1, device: before, boot: 1)).isEnabled)
  }

  // R27: at the very end of the device's clock there is no permit, and no trap: not a nanosecond too early,
  // and not one too late. Frames come every 10 ms, so that one of them leaves just as long as this.
  @Test(arguments: [UInt64(0), permitExpires, permitExpires - 1])
  func deviceClockAtItsEndGivesNoPermit(left: UInt64) {
    var bench = Bench.enabled(Bench(device: .max - 2_000_000_000 - left))
    #expect(bench.isEnabled)
    var refused = false
    while bench.device < .max - 10_000_000 {
      bench.step()
      let isNear = bench.device > .max - Self.permitExpires
      let permit = bench.interlock.takePermit()
      let isNone =
        switch consume permit {
        case .some: false;
        case .none: true
        }
      #expect(isNone == isNear)
      refused = refused || isNone
    }
    #expect(refused)
  }

  // R10, R27: the frame counter's wrap is like any other step.
  @Test func frameCounterMayWrapOnTheWay() {
    for start in [UInt32.max - 120, .max - 60, .max - 3, (1 << 31) - 50] as [UInt32] {
      #expect(Bench.enabled(Bench(sequence: start)).isEnabled, "start \(start)")
    }
  }
}
