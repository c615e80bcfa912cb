import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

@Suite struct SearchTests {
  static func at(_ amplitude: Int32, _ flight: Int64 = 3_200) -> SignalObservation {
    BoundaryTests.signal(amplitude: amplitude, flight: flight)
  }

  static func note(
    _ search: inout PeakSearch, _ signal: SignalObservation?, roll: Int32 = 0, level: Int32 = 0,
    frames: Int = 3
  ) {
    for _ in 0..<frames {
      search.note(signal, roll: Millidegrees(roll), level: Micrometres(level))
    }
  }

  static func sweep(_ search: inout PeakSearch, peak: Int32 = 5_000, roll: Int32 = 0) {
    note(&search, at(peak), roll: roll)
    note(&search, at(peak - 400), roll: roll - 5_000)
    note(&search, at(peak - 400), roll: roll + 5_000)
    note(&search, at(peak - 400), roll: roll, level: -1_000)
    note(&search, at(peak - 400), roll: roll, level: 1_000)
    note(&search, at(peak), roll: roll)
  }

  static func begun() -> PeakSearch {
    var search = PeakSearch()
    search.begin()
    return search
  }

  // R04: with every set of flanks but the full one, arming is refused.
  @Test func armingNeedsFlanksOnAllFourSides() {
    let locked = Bench.locked()
    for raw in UInt8(0)...15 {
      var bench = locked
      bench.search(PeakSearch.Flanks(rawValue: raw))
      let decision = bench.step(.arm)
      #expect(decision.report[.alignmentBracketed].permits == (raw == 15), "flanks \(raw)")
      #expect(bench.interlock.machine.isArmed == (raw == 15))
    }
  }

  // R04
  @Test func unfinishedSearchNeverArms() {
    var bench = Bench.searched()
    bench.step(.beginSearch)
    bench.steps(60)
    #expect(bench.step(.arm).isRefused && bench.isLocked)
  }

  // R04: right after the reset of the maximum, peak over maximum would be 1 by itself.
  @Test func firstFramesAfterAResetNeverArm() {
    for frames in 0..<6 {
      var bench = Bench.searched()
      bench.step(.beginSearch)
      bench.steps(frames)
      bench.step(.finishSearch)
      #expect(bench.step(.arm).isRefused)
    }
  }

  // R04
  @Test func maximumIsResetOnlyWhileDisarmed() {
    for start in [Bench.armed(), Bench.pressed(), Bench.enabled()] {
      var bench = start
      let before = bench.interlock.memory.search
      bench.step([.beginSearch, .finishSearch])
      #expect(bench.interlock.memory.search.maximum == before.maximum)
      #expect(bench.interlock.memory.search.isBracketed)
    }
    var bench = Bench.searched()
    bench.step(.beginSearch)
    #expect(bench.interlock.memory.search.maximum == nil)
  }

  // R04
  @Test func spikeOfOneOrTwoFramesIsNoMaximum() {
    for length in 1...2 {
      var search = Self.begun()
      Self.note(&search, Self.at(5_000), frames: 5)
      Self.note(&search, Self.at(9_000), frames: length)
      Self.note(&search, Self.at(5_000), frames: 5)
      #expect(search.maximum == CentiDecibels(5_000))
    }
  }

  // R04: a lost or clipped signal is unknown, not low: it is no flank, however long it lasts.
  @Test func invalidFramesAreNoFlank() {
    var search = Self.begun()
    Self.note(&search, Self.at(5_000))
    for (roll, level) in [(-5_000, 0), (5_000, 0), (0, -1_000), (0, 1_000)] as [(Int32, Int32)] {
      Self.note(&search, nil, roll: roll, level: level, frames: 50)
    }
    search.finish()
    #expect(search.flanks == [] && !search.isBracketed)
  }

  // R04
  @Test func clippedFramesTeachTheSearchNothing() {
    var bench = Bench.locked()
    bench.step(.beginSearch)
    for _ in 0..<20 { bench.step { $0.frame?.flags.insert(.clipped) } }
    #expect(bench.interlock.memory.search.maximum == nil)
    let decision = bench.step { $0.frame?.flags.insert(.clipped) }
    #expect(!decision.report[.signalValid].permits)
  }

  // R04: one or two low frames in a dropout are no flank.
  @Test func dropoutOfTwoFramesIsNoFlank() {
    var search = Self.begun()
    Self.note(&search, Self.at(5_000))
    Self.note(&search, Self.at(3_000), roll: 5_000, frames: 2)
    #expect(search.flanks == [])
    Self.note(&search, Self.at(3_000), roll: 5_000, frames: 1)
    #expect(search.flanks == .rollAbove)
  }

  // R04
  @Test func maximumThatMovesNeedsItsFlanksAnew() {
    var search = Self.begun()
    Self.sweep(&search)
    #expect(search.flanks == .all)
    Self.note(&search, Self.at(5_600), roll: 2_001)
    #expect(search.flanks == [])
  }

  // R04: many small moves are a large one.
  @Test func maximumThatCreepsNeedsItsFlanksAnew() {
    var search = Self.begun()
    Self.sweep(&search)
    for step in Int32(1)...4 { Self.note(&search, Self.at(5_000 + step * 60), roll: step * 1_000) }
    search.finish()
    #expect(!search.isBracketed)
    search = Self.begun()
    Self.sweep(&search)
    for step in Int32(1)...4 { Self.note(&search, Self.at(5_000 + step * 60), level: step * 100) }
    #expect(search.flanks != .all)
  }

  // R04: distance and depth of a flank, at the edge and beside it.
  @Test func flankCountsOnlyWhereItCanBeOne() {
    func flank(_ drop: Int32, roll: Int32, level: Int32) -> PeakSearch.Flanks {
      var search = Self.begun()
      Self.note(&search, Self.at(5_000))
      Self.note(&search, Self.at(5_000 - drop), roll: roll, level: level)
      return search.flanks
    }
    #expect(flank(300, roll: 2_000, level: 0) == .rollAbove)
    #expect(flank(299, roll: 2_000, level: 0) == [])
    #expect(flank(300, roll: 1_999, level: 0) == [])
    #expect(flank(300, roll: -60_000, level: 0) == .rollBelow)
    #expect(flank(300, roll: -60_001, level: 0) == [])
    #expect(flank(300, roll: 2_000, level: 501) == .levelAbove)
    #expect(flank(300, roll: 6_001, level: 501) == [])
    #expect(flank(300, roll: 0, level: 200) == .levelAbove)
    #expect(flank(300, roll: 0, level: 199) == [])
    #expect(flank(300, roll: 0, level: -4_000) == .levelBelow)
    #expect(flank(300, roll: 0, level: -4_001) == [])
    #expect(flank(300, roll: 358_000, level: 0) == .rollBelow)
  }

  // R04: what is off on both axes owes its fall to one of them: it is a flank of the one on which it is
  // farther off, in 2° and 0.2 mm, and of neither when it is equally far.
  @Test func placeIsAFlankOfOneAxisAtTheMost() {
    for (roll, level, expected) in [
      (4_000, 399, .rollAbove), (4_000, 400, []), (4_000, 401, .levelAbove),
      (4_001, 400, .rollAbove), (3_999, 400, .levelAbove),
      (-4_001, 400, .rollBelow), (-4_000, 401, .levelAbove), (-4_000, 400, []),
      (4_001, -400, .rollAbove), (4_000, -401, .levelBelow), (4_000, -400, []),
    ] as [(Int32, Int32, PeakSearch.Flanks)] {
      var search = Self.begun()
      Self.note(&search, Self.at(5_000))
      Self.note(&search, Self.at(4_000), roll: roll, level: level)
      #expect(search.flanks == expected, "\(roll), \(level)")
    }
  }

  // R04: a turn to and fro with a wobble of the level shows two sides, however deep it falls.
  @Test(arguments: [0, 1, 250, 450, 600] as [Int32]) func diagonalSweepBracketsNothing(
    wobble: Int32
  ) {
    var search = Self.begun()
    Self.note(&search, Self.at(5_000))
    for _ in 0..<4 {
      Self.note(&search, Self.at(4_000), roll: -5_000, level: -wobble)
      Self.note(&search, Self.at(4_000), roll: 5_000, level: wobble)
    }
    search.finish()
    #expect(!search.isBracketed)
    #expect(
      search.flanks == (wobble > 500 ? [.levelBelow, .levelAbove] : [.rollBelow, .rollAbove]))
  }

  // R04: zero signal makes a search that nothing can pass.
  @Test func zeroSignalNeverArms() {
    var bench = Bench.locked()
    bench.step(.beginSearch)
    bench.look(roll: 0, level: 0, Self.at(0))
    for (roll, level) in [(-5_000, 0), (5_000, 0), (0, -1_000), (0, 1_000)] as [(Int32, Int32)] {
      bench.look(roll: roll, level: level, Self.at(-400))
    }
    bench.look(roll: 0, level: 0, Self.at(0))
    bench.step(.finishSearch)
    #expect(bench.interlock.memory.search.isBracketed)
    #expect(bench.step(.arm).isRefused && bench.isLocked)
  }
}
