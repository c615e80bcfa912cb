import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// The host's readback of drive and needle, at its edges. (R24)
@Suite struct ReadbackBoundaryTests {
  static func lineOn(_ inputs: inout InterlockInputs) {
    inputs.status?.value.flags.insert(.driveReadback)
  }

  static func noEcho(_ inputs: inout InterlockInputs) {
    inputs.status?.value.flags.remove(.leaseActive)
  }

  // R24: a line that is on from the first status counts from then.
  @Test func lineThatIsOnFromTheBeginningLatches() {
    var bench = Bench()
    for expected in [Verdict.permit, .permit, .latch] {
      #expect(bench.step(spoil: Self.lineOn).report[.consoleReadback].verdict == expected)
    }
  }

  // R24: 20 ms of mismatch, to the nanosecond; one that is over begins anew.
  @Test func mismatchLatchesAfterItsTime() {
    let limit = Limits.readbackMismatch.count
    for (length, expected) in [(limit - 1, false), (limit, true), (limit + 1, true)] {
      var bench = Bench.locked()
      bench.steps(5)
      bench.step(spoil: Self.lineOn)
      bench.period = length
      bench.step(spoil: Self.lineOn)
      #expect(bench.interlock.memory.readback.hasFailed == expected)
      #expect(bench.interlock.memory.readback.mismatch == Nanoseconds(length))
    }
    var bench = Bench.locked()
    for _ in 0..<10 {
      for _ in 0..<2 { bench.step(spoil: Self.lineOn) }
      bench.step()
      #expect(bench.interlock.memory.readback.mismatch == .zero)
      #expect(bench.interlock.memory.readback.disagreesSince == nil)
    }
    #expect(bench.isLocked)
  }

  // R24: 35 ms after a change, to the nanosecond, the line must have followed.
  @Test func lineHasALeaseAndTwoStatusesToFollow() {
    for extra in [Int64(0), 1] {
      var bench = Bench.enabled()
      bench.step(.disarm)
      bench.step(spoil: Self.lineOn)
      bench.period = 17_500_000
      bench.step(spoil: Self.lineOn)
      bench.period += extra
      bench.step(spoil: Self.lineOn)
      #expect(bench.interlock.memory.readback.isLineWrong == (extra == 1), "35 ms and \(extra) ns")
    }
  }

  // R24
  @Test func echoHasALeaseAndTwoStatusesToCome() {
    var bench = Bench.enabled()
    var isMissing: [Bool] = []
    for _ in 0..<5 {
      bench.step(spoil: Self.noEcho)
      isMissing.append(bench.interlock.memory.readback.disagreesSince != nil)
    }
    #expect(isMissing == [false, false, false, false, true])
  }

  // R24: the needle comes to rest in that time, wherever that is; from there a tenth is allowed.
  @Test func needleComesToRestAfterAnAdvance() {
    var bench = Bench.enabled()
    bench.step(.disarm)
    bench.step()
    bench.depth = 150
    bench.step()
    #expect(bench.interlock.memory.readback.disagreesSince == nil)
    #expect(bench.interlock.memory.readback.restDepth == Micrometres(150))
    bench.steps(5)
    for (depth, isCreeping) in [(Int32(150), false), (250, false), (251, true)] {
      bench.depth = depth
      bench.step()
      #expect((bench.interlock.memory.readback.disagreesSince != nil) == isCreeping, "\(depth)")
    }
  }

  // R20: what is over is forgotten; what still stands is not.
  @Test func acknowledgeForgetsAMismatchThatIsOver() {
    for stands in [false, true] {
      var readback = HostReadback()
      readback.hasFailed = true
      readback.mismatch = .milliseconds(21)
      readback.disagreesSince = PermitTests.now
      readback.newestDepth = Micrometres(7)
      readback.isLineWrong = stands
      readback.acknowledge()
      #expect(readback.hasFailed == stands && readback.restDepth == Micrometres(7))
      #expect(readback.mismatch == (stands ? .milliseconds(21) : .zero))
      #expect(readback.disagreesSince == (stands ? PermitTests.now : nil))
    }
  }
}
