import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock
import Testing

/// The limits of a search, at the edge and beside it, and wherever the maximum lies.
@Suite struct SearchBoundaryTests {
  static func found(_ looks: [(amplitude: Int32, roll: Int32, level: Int32)]) -> PeakSearch {
    var search = SearchTests.begun()
    for look in looks {
      SearchTests.note(
        &search, SearchTests.at(look.amplitude), roll: look.roll, level: look.level)
    }
    return search
  }

  // R04
  @Test func onlyAGainBeyondHalfADecibelMovesTheMaximum() {
    for (level, expected) in [(Int32(5_050), Int32(5_000)), (5_051, 5_051)] {
      let search = Self.found([(5_000, 0, 0), (level, 1_000, 0)])
      #expect(search.maximum == CentiDecibels(expected))
      #expect(search.roll == Millidegrees(expected == level ? 1_000 : 0))
    }
  }

  // R04: up to 2° and 0.2 mm the maximum has not moved, and keeps its flanks.
  @Test func maximumThatMovesByLittleKeepsItsFlanks() {
    for (roll, level, isKept) in [
      (2_000, 0, true), (-2_000, 0, true), (2_001, 0, false), (-2_001, 0, false),
      (0, 200, true), (0, -200, true), (0, 201, false), (0, -201, false),
    ] as [(Int32, Int32, Bool)] {
      var search = SearchTests.begun()
      SearchTests.sweep(&search)
      SearchTests.note(&search, SearchTests.at(5_100), roll: roll, level: level)
      #expect((search.flanks == .all) == isKept, "\(roll), \(level)")
      #expect(search.maximum == CentiDecibels(5_100))
    }
  }

  // R04: flanks are held against where the maximum is, not against the zero of the encoders.
  @Test func searchesAreAlikeWhereverTheMaximumLies() {
    let (roll, level) = (Int32(100_000), Int32(5_000))
    var search = SearchTests.begun()
    for (amplitude, turn, move) in [
      (5_000, 0, 0), (4_600, -5_000, 0), (4_600, 5_000, 0), (4_600, 0, -1_000), (4_600, 0, 1_000),
    ] as [(Int32, Int32, Int32)] {
      SearchTests.note(
        &search, SearchTests.at(amplitude), roll: roll + turn, level: level + move)
    }
    #expect(search.flanks == .all)
    #expect(search.roll == Millidegrees(roll) && search.level == Micrometres(level))
    // The maximum moves by less than counts.
    SearchTests.note(&search, SearchTests.at(5_100), roll: roll + 1_900, level: level + 190)
    #expect(search.flanks == .all)
    search.finish()
    #expect(search.isBracketed)
  }

  // R04: the first maximum is where flanks are held against, and not the zero of the encoders.
  @Test func firstMaximumIsTheStartOfItsFlanksEvenNearZero() {
    var search = Self.found([(5_000, 1_500, 0), (4_600, -3_500, 0)])
    #expect(search.flanks == .rollBelow)
    SearchTests.note(&search, SearchTests.at(5_100), roll: 3_000)
    #expect(search.flanks == .rollBelow && search.maximum == CentiDecibels(5_100))
  }

  // R04: how far off a flank may lie on the other axis.
  @Test func flankLiesNearTheMaximumOnTheOtherAxis() {
    for (roll, level, expected) in [
      (7_000, 500, .rollAbove), (7_000, 501, []), (-7_000, -500, .rollBelow), (7_000, -501, []),
      (6_000, 1_000, .levelAbove), (6_001, 1_000, []), (-6_000, -1_000, .levelBelow),
      (-6_001, 1_000, []),
    ] as [(Int32, Int32, PeakSearch.Flanks)] {
      let search = Self.found([(5_000, 0, 0), (4_000, roll, level)])
      #expect(search.flanks == expected, "\(roll), \(level)")
    }
  }

  // R04, R06: the shortest flight is one that three frames in a row reach, near the maximum.
  @Test func shortestFlightIsReachedByThreeFramesNearTheMaximum() {
    for length in 1...3 {
      var search = SearchTests.begun()
      SearchTests.note(&search, SearchTests.at(5_000, 3_200), frames: 5)
      SearchTests.note(&search, SearchTests.at(5_000, 3_000), frames: length)
      SearchTests.note(&search, SearchTests.at(5_000, 3_200), frames: 5)
      #expect(search.shortestFlight == Nanoseconds(length == 3 ? 3_000 : 3_200))
    }
    for (level, expected) in [(Int32(4_700), Int64(3_200)), (4_701, 3_000)] {
      var search = SearchTests.begun()
      SearchTests.note(&search, SearchTests.at(5_000, 3_200))
      SearchTests.note(&search, SearchTests.at(level, 3_000), roll: 5_000)
      #expect(search.shortestFlight == Nanoseconds(expected), "at \(level)")
    }
  }

  // R04, R06: another place has another flight.
  @Test func shortestFlightBeginsAnewWhereTheMaximumMoves() {
    var search = SearchTests.begun()
    SearchTests.note(&search, SearchTests.at(5_000, 3_000))
    SearchTests.note(&search, SearchTests.at(5_400, 3_200), level: 2_000)
    #expect(search.shortestFlight == Nanoseconds(3_200))
  }

  // R04: nothing is finished that was not begun, and nothing is bracketed without a maximum.
  @Test func searchThatWasNotBegunIsNotFinished() {
    var search = PeakSearch()
    search.finish()
    #expect(!search.isFinished && !search.isActive)
    search = SearchTests.begun()
    SearchTests.sweep(&search)
    search.finish()
    #expect(search.isBracketed && search.isFinished && !search.isActive)
    search.maximum = nil
    #expect(!search.isBracketed)
  }

  // R30: journals and screens hold sides and edges by their bits.
  @Test func sidesAndEdgesHaveBitsOfTheirOwn() {
    let sides: [PeakSearch.Flanks] = [.rollBelow, .rollAbove, .levelBelow, .levelAbove, .all]
    #expect(sides.map(\.rawValue) == [1, 2, 4, 8, 15])
    let edges: [OperatorEdges] = [.arm, .disarm, .acknowledge, .beginSearch, .finishSearch]
    #expect(edges.map(\.rawValue) == [1, 2, 4, 8, 16])
    #expect(SelfTestItems.all.rawValue == 511)
  }
}
