import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// What a report says of its checks, and the answers at the far ends of the values.
@Suite struct ReportTests {
  // R20: the first in the order of blame, whatever else denies.
  @Test func firstDenialIsTheFirstInTheOrderOfBlame() {
    #expect(CheckReport().firstDenial() == .linkConnected)
    #expect(PermitTests.report().firstDenial() == nil)
    let report = PermitTests.report([(.alignmentPeak, .deny), (.streamFresh, .deny)])
    #expect(report.firstDenial() == .streamFresh)
    #expect(report.firstDenial(where: { $0.kind == .alignment }) == .alignmentPeak)
  }

  // R02: what is unknown denies, and is shown as such.
  @Test func unknownIsNoValue() {
    var bench = Bench()
    let decision = bench.step { $0.frame = nil }
    let result = decision.report[.streamFresh]
    #expect(!result.isKnown && result.verdict == .deny)
    bench.step()
    #expect(bench.decision!.report[.streamFresh].isKnown)
  }

  // R12: a console that is the right one, and has sent no frame yet.
  @Test func identityWithoutAFrameIsNotProved() {
    var bench = Bench()
    let decision = bench.step { $0.frame = nil }
    #expect(decision.report[.linkIdentity].verdict == .deny)
    #expect(!decision.report[.linkIdentity].isKnown)
  }

  // R08, R27: an age and a lateness whose sum 64 bits do not hold is as old as can be.
  @Test func ageBeyond64BitsIsClamped() {
    for late in [UInt64(0), 5_000_000] {
      var bench = Bench(now: 1 << 60, device: 1 << 60, boot: 1 << 60)
      bench.steps(2)
      bench.device -= late
      bench.step()
      #expect(bench.interlock.memory.clocks.lateness == Nanoseconds(Int64(late)))
      let decision = bench.step {
        $0.now = HostInstant(nanoseconds: .max)
        $0.frame = nil
      }
      #expect(decision.report[.streamFresh].verdict == .deny)
      #expect(decision.report[.streamFresh].value == .max)
    }
  }

  // R03, R27: what 64 bits do not hold is as far off as can be, to the side on which it lies.
  @Test func differencesBeyondTheirTypeKeepTheirSign() {
    let far = Nanoseconds(Int64.max)
    for (a, b, expected) in [
      (far, .zero - far, .max), (.zero - far, far, -.max), (far, .zero, .max),
      (.zero - far, .milliseconds(1), -.max),
    ] as [(Nanoseconds, Nanoseconds, Int64)] {
      #expect(apart(a, b) == expected, "\(a.count) \(b.count)")
    }
  }

  // R04: angles are compared the shorter way round, from either side.
  @Test func turnsGoTheShorterWayRound() {
    for (from, to, expected) in [
      (0, 179_999, 179_999), (0, 180_000, -180_000), (0, -180_000, -180_000),
      (0, -180_001, 179_999), (0, 359_000, -1_000), (0, -359_000, 1_000),
      (.min, .max, 167_295), (.max, .min, -167_295),
    ] as [(Int32, Int32, Int64)] {
      #expect(turned(from: Millidegrees(from), to: Millidegrees(to)) == expected, "\(from) \(to)")
    }
  }
}
