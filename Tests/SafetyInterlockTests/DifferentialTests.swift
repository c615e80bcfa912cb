import HardwareSpecs
import InterlockBench
import InterlockOracle
import Quantities
import SafetyInterlock
import Testing

/// The core against the oracle; `Prove differential` goes on for longer.
@Suite struct DifferentialTests {
  static let steps = 20_000

  // R02, R04 to R12, R15, R18 to R20, R22, R24 to R28
  @Test func coreAndOracleDecideAlikeInEveryStep() {
    var tally = DifferentialTally()
    for seed in UInt64(20_270)..<20_330 {
      let session = DifferentialSession(seed: seed)
      if let found = session.run(steps: Self.steps, tally: &tally) {
        Issue.record("session \(seed), step \(found.step): \(found.what)")
        return
      }
    }
    #expect(tally.steps >= 1_000_000)
    #expect(tally.enabledShare >= 0.20, "enabled \(tally.enabledShare)")
    #expect(tally.neverAlone.isEmpty, "never alone: \(tally.neverAlone)")
    print(
      "differential: sessions 20270 to 20329, \(tally.steps) steps, "
        + "enabled \(tally.enabledShare), faults \(tally.faults)")
  }

  // R09: a number that stands still is a fault, whatever the samples are.
  @Test(arguments: [1, 2, 3]) func stillCounterLatchesAtTheThirdFrame(arrivals: Int) {
    var bench = Bench.locked()
    for _ in 1..<arrivals {
      let still = bench.sequence
      bench.step { $0.frame?.sequence = still }
      bench.sequence = still
    }
    #expect((bench.cause == .check(.streamLive)) == (arrivals >= 3))
  }

  // R09: a whole frame that is sent again and again is frozen, not merely out of order.
  @Test func replayOfOneFrameLatches() {
    var bench = Bench.locked()
    let frame = bench.goodInputs.frame
    for _ in 0..<2 { bench.step { $0.frame = frame } }
    #expect(bench.cause == .check(.streamLive))
  }

  // R07: time in which no frame came is no dwell.
  @Test func dwellEndsWithItsNewestFrame() {
    var bench = Bench.pressed()
    while bench.interlock.memory.dwell.lasted.count < 480_000_000 { bench.step() }
    for _ in 0..<2 {
      let decision = bench.step { $0.frame = nil }
      #expect(!decision.isEnabled && !decision.report[.alignmentDwell].permits)
      bench.sequence &-= 1
    }
    #expect(bench.step().isEnabled)
  }

  // R12: what an older connection told of the console is not known of this one.
  @Test func statusOfAnOlderConnectionIsUnknown() {
    var bench = Bench.locked()
    bench.identity.generation &+= 1
    let before = bench.instant
    let decision = bench.step { $0.status?.since = before }
    #expect(!decision.report[.consoleFresh].isKnown)
    #expect(bench.step().report[.consoleFresh].permits)
  }

  // R04: while the gain settles an amplitude means nothing, neither for the gate nor for a search.
  @Test func settlingGainDeniesAndTeachesNothing() {
    var bench = Bench.enabled()
    let decision = bench.step { $0.frame?.flags = .gainSettling }
    #expect(!decision.report[.signalValid].permits && bench.cause == .check(.signalValid))

    var searching = Bench.locked()
    searching.step(.beginSearch)
    for _ in 0..<5 { searching.step { $0.frame?.flags = .gainSettling } }
    #expect(searching.interlock.memory.search.maximum == nil)
  }
}
