import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

@Suite struct ClockTests {
  static let millisecond: Int64 = 1_000_000
  static let jumps: [Int64] = [
    1, 5, 19, 20, 21, 25, 100, 1_000, 60_000, 3_600_000, 86_400_000, 31_557_600_000,
  ].map { $0 * 1_000_000 }

  static func moved(_ clock: UInt64, _ by: Int64) -> UInt64 {
    by < 0 ? clock &- by.magnitude : clock &+ by.magnitude
  }

  static func late(_ bench: Bench = Bench()) -> Bench {
    // All clocks far enough from zero for a jump of a year back.
    let year: UInt64 = 1 << 56
    return Bench.enabled(Bench(now: year, device: year, boot: year))
  }

  // R15: a step of the console's clock, ± 1 ms … ± 1 year.
  @Test func stepOfTheDeviceClockLatches() {
    let enabled = Self.late()
    for jump in Self.jumps {
      for step in [jump, -jump] {
        var bench = enabled
        bench.device = Self.moved(bench.device, step)
        bench.step()
        // Frames are 10 ms apart: back by that much or more is running backwards.
        let isWrong = step.magnitude > 20_000_000 || step <= -10_000_000
        #expect((bench.cause == .check(.clockConsistent)) == isWrong, "\(step) ns")
        #expect(bench.isEnabled != isWrong)
      }
    }
  }

  // R15: a step of the boot-time clock against the monotonic one, as a suspend makes it.
  @Test func suspendLatches() {
    let enabled = Self.late()
    for jump in Self.jumps {
      for step in [jump, -jump] {
        var bench = enabled
        bench.boot = Self.moved(bench.boot, step)
        bench.step()
        #expect((bench.cause == .check(.clockConsistent)) == (jump > 20_000_000), "\(step) ns")
      }
    }
  }

  // R15: the host's clock back by anything latches, forward by more than a step is late.
  @Test func stepOfTheHostClockLatches() {
    let enabled = Self.late()
    for jump in Self.jumps {
      var bench = enabled
      bench.now = Self.moved(bench.now, -jump - 10_000_000)
      bench.step()
      #expect(bench.cause == .check(.clockConsistent), "back by \(jump)")
      bench = enabled
      bench.now = Self.moved(bench.now, jump)
      bench.step()
      #expect(bench.isEnabled == (jump <= 5_000_000), "forward by \(jump)")
    }
  }

  // R15: the disagreement may not add up either.
  @Test func driftLatchesOnceItAddsUp() {
    var bench = Self.late()
    for count in 1...21 {
      bench.device += 1_000_000
      bench.step()
      #expect(bench.isEnabled == (count <= 20), "\(count) ms")
    }
  }

  // R08, R15: a frame that was held up is old on the console's clock, and denies; no clock has moved.
  @Test func aFrameThatWasHeldUpDeniesAndDoesNotLatch() {
    for held in [Int64(19), 20, 21, 29, 30, 31, 200].map({ $0 * 1_000_000 }) {
      var bench = Self.late(Bench.locked())
      // Long enough for the console's clock not to run backwards.
      bench.period = 250_000_000
      bench.device -= UInt64(held)
      let decision = bench.step()
      let isOld = held > 30_000_000
      #expect((decision.report[.streamFresh].verdict == .permit) != isOld, "\(held) ns")
      #expect(decision.report[.clockConsistent].verdict == .permit, "\(held) ns")
    }
  }

  /// A console's frames at the host, one each 30 ms for some seconds, each so much too late.
  private static func monitor(
    seconds: Int, lateMS: (_ frame: Int) -> Int
  ) -> (monitor: ClockMonitor, failedAt: Int?) {
    var monitor = ClockMonitor()
    for frame in 0...(seconds * 1_000 / 30) {
      let made = UInt64(1_000 + frame * 30) * 1_000_000
      monitor.note(
        deviceTime: DeviceInstant(nanoseconds: made),
        received: HostInstant(nanoseconds: 77_000_000 + made + UInt64(lateMS(frame)) * 1_000_000))
      if monitor.hasFailed { return (monitor, frame) }
    }
    return (monitor, nil)
  }

  // R15: what stays behind for a second is a clock.
  @Test func aConsoleWhoseClockStaysBehindLatches() {
    #expect(Self.monitor(seconds: 60) { $0 < 100 ? 0 : 20 }.failedAt == nil)
    let behind = Self.monitor(seconds: 60) { $0 < 100 ? 0 : 21 }
    // Two late windows at most: the one that holds the step has frames that were in time.
    #expect(behind.failedAt.map { (101...170).contains($0) } == true, "\(behind.failedAt ?? -1)")
    #expect(behind.monitor.disagreement == .milliseconds(21))
  }

  // R15: what clocks are compared from is a frame that was in time, also when the first ones were not.
  @Test func firstFramesThatAreHeldUpMoveNoClock() {
    for late in [21, 60, 200] {
      #expect(Self.monitor(seconds: 30) { $0 < 5 ? late : 0 }.failedAt == nil, "\(late) ms")
    }
    // Held up for longer than it takes to settle, or by more: that is a clock.
    #expect(Self.monitor(seconds: 30) { $0 < 20 ? 21 : 0 }.failedAt == 20)
    #expect(Self.monitor(seconds: 30) { $0 < 5 ? 251 : 0 }.failedAt == 5)
  }

  // R15: held up again and again is no clock, however often and wherever windows begin.
  @Test func framesThatAreHeldUpNowAndThenMoveNoClock() {
    for every in 2...13 {
      let run = Self.monitor(seconds: 120) { $0 > 0 && $0 % every == 0 ? 25 : 0 }
      #expect(run.failedAt == nil, "every \(every)")
    }
  }

  // R15: windows that begin anew do not hide a drift beyond what a crystal may have.
  @Test func driftThatIsTooFastLatchesInAnyWindow() {
    #expect(Self.monitor(seconds: 300) { $0 / 100 }.failedAt == nil, "1 ms in 3 s")
    #expect(Self.monitor(seconds: 60) { $0 / 10 }.failedAt != nil, "3 ms in a second")
  }

  // R20: a clock that steps in the very moment of the acknowledge is not forgiven.
  @Test func stepDuringAnAcknowledgeIsNotForgiven() {
    for clock in 0..<3 {
      for step in [Int64(1_000_000_000), -1_000_000_000] {
        var bench = Self.late()
        bench.boot += 1_000_000_000
        bench.step()
        #expect(bench.cause == .check(.clockConsistent))
        bench.steps(3)
        var other = bench
        other.acknowledge()
        #expect(other.isLocked)
        switch clock {
        case 0: bench.device = Self.moved(bench.device, step)
        case 1: bench.boot = Self.moved(bench.boot, step)
        default: bench.now = Self.moved(bench.now, step)
        }
        bench.acknowledge()
        #expect(bench.cause == .check(.clockConsistent), "clock \(clock), \(step)")
      }
    }
  }

  // R28
  @Test func lateLoopDeniesAndVeryLateLoopLatches() {
    let cases: [(Int64, Verdict)] = [
      (14_999_999, .permit), (15_000_000, .permit), (15_000_001, .deny), (29_999_999, .deny),
      (30_000_000, .deny), (30_000_001, .latch),
    ]
    for (gap, verdict) in cases {
      for start in [Bench.locked(), Bench.enabled()] {
        var bench = start
        bench.period = gap
        let decision = bench.step()
        #expect(decision.report[.loopDeadline].verdict == verdict, "\(gap)")
        if start.isEnabled {
          #expect(bench.isEnabled == (verdict == .permit))
        } else {
          #expect(bench.isLocked == (verdict != .latch))
        }
      }
    }
  }

  // R27: differences of the wildest clocks are clamped; they neither wrap nor trap.
  @Test func wildClocksNeverTrap() {
    let wild: [UInt64] = [0, 1, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, .max - 1, .max]
    for a in wild {
      for b in wild {
        for c in wild {
          for d in wild {
            var monitor = ClockMonitor()
            monitor.note(
              now: HostInstant(nanoseconds: a), bootTime: HostInstant(nanoseconds: b))
            monitor.note(
              now: HostInstant(nanoseconds: c), bootTime: HostInstant(nanoseconds: d))
            let apart = Self.clamped(d, b) - Self.clamped(c, a)
            #expect(monitor.hasFailed == (c < a || apart.magnitude > 20_000_000))
            var device = ClockMonitor()
            device.note(
              deviceTime: DeviceInstant(nanoseconds: a), received: HostInstant(nanoseconds: b))
            device.note(
              deviceTime: DeviceInstant(nanoseconds: c), received: HostInstant(nanoseconds: d))
            if c <= a { #expect(device.hasFailed) }
            device.acknowledge()
            #expect(!device.hasFailed && device == device)
          }
        }
      }
    }
  }

  /// `a − b` as the rule says: exact, or the end of 64 bits.
  static func clamped(_ a: UInt64, _ b: UInt64) -> Int128 {
    max(-Int128(Int64.max), min(Int128(Int64.max), Int128(a) - Int128(b)))
  }
}
