import HardwareSpecs
import Quantities
import SafetyInterlock

extension ConditionPair {
  static var search: [ConditionPair] {
    searchFrames + searchMoves + searchFlanks
  }

  private typealias Look = (amplitude: Int32?, roll: Int32, level: Int32, flight: Int64)

  private static func searched(_ looks: [Look], begun: Bool = true) -> PeakSearch {
    var search = PeakSearch()
    if begun { search.begin() }
    for look in looks {
      let signal = look.amplitude.map {
        SignalObservation(
          amplitude: CentiDecibels($0), snr: CentiDecibels(3_000),
          timeOfFlight: Nanoseconds(look.flight))
      }
      search.note(signal, roll: Millidegrees(look.roll), level: Micrometres(look.level))
    }
    return search
  }

  private static func at(
    _ amplitude: Int32?, roll: Int32 = 0, level: Int32 = 0, flight: Int64 = 3_200, _ count: Int = 3
  ) -> [Look] {
    [Look](repeating: (amplitude, roll, level, flight), count: count)
  }

  private static func maximum(_ search: PeakSearch) -> String {
    search.maximum.map { "\($0.count)" } ?? "none"
  }

  private static let file = "Monitors/PeakSearch"

  private static var searchFrames: [ConditionPair] {
    func bracketed(_ change: (inout PeakSearch) -> Void) -> String {
      var search = searched(
        at(5_000) + at(4_600, roll: -5_000) + at(4_600, roll: 5_000) + at(4_600, level: -1_000)
          + at(4_600, level: 1_000))
      search.finish()
      change(&search)
      return search.isBracketed ? "bracketed" : "not bracketed"
    }
    return [
      ConditionPair(file, "bracketed: finished") { holds in
        bracketed { $0.isFinished = holds }
      },
      ConditionPair(file, "bracketed: a maximum") { holds in
        bracketed { if !holds { $0.maximum = nil } }
      },
      ConditionPair(file, "bracketed: all four flanks") { holds in
        bracketed { if !holds { $0.flanks.remove(.rollBelow) } }
      },
      ConditionPair(file, "finish: a search is under way") { holds in
        var search = searched([], begun: holds)
        search.finish()
        return search.isFinished ? "finished" : "not finished"
      },
      ConditionPair(file, "a search is under way") { maximum(searched(at(5_000), begun: $0)) },
      ConditionPair(file, "this frame has a signal") {
        maximum(searched(at(5_000, 2) + at($0 ? 5_000 : nil, 1)))
      },
      ConditionPair(file, "the frame before has one") {
        maximum(searched(at(5_000, 1) + at($0 ? 5_000 : nil, 1) + at(5_000, 1)))
      },
      ConditionPair(file, "the one before that has one") {
        maximum(searched(at($0 ? 5_000 : nil, 1) + at(5_000, 2)))
      },
      ConditionPair(file, "a maximum is known") { holds in
        maximum(searched((holds ? at(5_000) : []) + at(4_000)))
      },
      ConditionPair(file, "no better than the maximum by more than 0.5 dB") {
        maximum(searched(at(5_000) + at($0 ? 5_050 : 5_051)))
      },
    ]
  }

  private static var searchMoves: [ConditionPair] {
    func flanks(_ search: PeakSearch) -> String { search.flanks.isEmpty ? "begun anew" : "kept" }
    let flank = at(5_000) + at(4_600, roll: 5_000)
    func flight(_ search: PeakSearch) -> String {
      search.shortestFlight.map { "\($0.count)" } ?? "none"
    }
    return [
      ConditionPair(file, "the first maximum is a move") { holds in
        var search = searched([])
        search.flanks = .rollAbove
        search.maximum = holds ? nil : CentiDecibels(4_000)
        for look in at(5_000) {
          search.note(
            SignalObservation(
              amplitude: CentiDecibels(look.amplitude ?? 0), snr: .zero,
              timeOfFlight: Nanoseconds(look.flight)), roll: .zero, level: .zero)
        }
        return flanks(search)
      },
      ConditionPair(file, "the maximum turned by more than 2°") {
        flanks(searched(flank + at(5_100, roll: $0 ? 2_001 : 2_000)))
      },
      ConditionPair(file, "the maximum moved by more than 0.2 mm") {
        flanks(searched(flank + at(5_100, level: $0 ? 201 : 200)))
      },
      ConditionPair(file, "near the maximum, for the shortest flight") {
        flight(searched(at(5_000) + at($0 ? 4_701 : 4_700, roll: 5_000, flight: 3_000)))
      },
      ConditionPair(file, "a maximum is known, for the shortest flight") {
        flight(searched(at(5_000, $0 ? 3 : 2)))
      },
      ConditionPair(file, "a shortest flight is known") {
        flight(searched(at(5_000, flight: $0 ? 3_000 : 3_200) + at(5_000, flight: 3_200)))
      },
    ]
  }

  private static var searchFlanks: [ConditionPair] {
    [
      ConditionPair(file, "3 dB below the maximum") {
        "\(flanks(roll: 5_000, drop: $0 ? 300 : 299))"
      },
      ConditionPair(file, "roll flank: farther off on roll") {
        "\(flanks(roll: $0 ? 4_001 : 4_000, level: 400))"
      },
      ConditionPair(file, "roll flank: near the level of the maximum") {
        "\(flanks(roll: 7_000, level: $0 ? 500 : 501))"
      },
      ConditionPair(file, "roll flank: at least 2° away") { "\(flanks(roll: $0 ? 2_000 : 1_999))" },
      ConditionPair(file, "roll flank: at most 60° away") {
        "\(flanks(roll: $0 ? 60_000 : 60_001))"
      },
      ConditionPair(file, "roll flank: below") { "\(flanks(roll: $0 ? -5_000 : 5_000))" },
      ConditionPair(file, "level flank: farther off on level") {
        "\(flanks(roll: 4_000, level: $0 ? 401 : 400))"
      },
      ConditionPair(file, "level flank: near the roll of the maximum") {
        "\(flanks(roll: $0 ? 6_000 : 6_001, level: 1_000))"
      },
      ConditionPair(file, "level flank: at least 0.2 mm away") {
        "\(flanks(roll: 0, level: $0 ? 200 : 199))"
      },
      ConditionPair(file, "level flank: at most 4 mm away") {
        "\(flanks(roll: 0, level: $0 ? 4_000 : 4_001))"
      },
      ConditionPair(file, "level flank: below") {
        "\(flanks(roll: 0, level: $0 ? -1_000 : 1_000))"
      },
    ]
  }
}
