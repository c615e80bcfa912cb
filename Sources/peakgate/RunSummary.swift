import ControlRuntime
import SafetyInterlock
import Scenarios

/// What one run came to: two lines, and one more for each expectation that did not hold. Of a rig that did
/// not become ready, also which of its checks refuse, and what to do about that.
struct VerdictText {
  var text: String

  /// - Parameter last: what the bench showed when the run ended.
  init(_ result: ScenarioResult, _ palette: Palette, last: BenchSnapshot? = nil) {
    let word = result.outcome.rawValue.uppercased()
    let depth = result.needle.depth.map { BenchWords.number($0, 1) } ?? "?"
    let place = result.needle.inVein ? "in the vein" : "not in the vein"
    let times =
      "\(BenchWords.number(result.simulated ?? 0, 1)) s simulated in "
      + "\(BenchWords.number(result.wall ?? 0, 1)) s"
    text =
      "\(palette.paint(word, result.outcome.colour)) \(result.scenario)\n"
      + "  needle at \(depth) mm, \(place); "
      + "\(result.interlock.unsafeEnables) unsafe enables; \(times)\n"
    for failure in result.failures { text += "  \(failure)\n" }
    guard result.outcome == .aborted, let report = last?.decision?.report else { return }
    for id in report.refusing(where: { $0.kind == .standing }) {
      text += "  \(RefusalText.lines(id, report[id], width: .max)[0])\n"
    }
  }
}

extension ScenarioOutcome {
  var colour: Palette.Colour {
    switch self {
    case .passed: .good
    case .interrupted: .warning
    case .failed, .error, .unsafe, .aborted: .bad
    }
  }
}

/// All runs of one command at its end, and where the results lie.
struct RunSummary {
  var text: String

  init(_ session: RunSession, places: [String], colour: Bool) {
    let palette = Palette(isOn: colour)
    var lines: [String] = []
    if session.scenarios.count > 1 { lines += ["", Self.table(session)] }
    let counts = ScenarioOutcome.allCases.compactMap { outcome -> String? in
      let count = session.results.count { $0.outcome == outcome }
      return count > 0 ? palette.paint("\(count) \(outcome.rawValue)", outcome.colour) : nil
    }
    let left = session.notRun
    let missing = left.isEmpty ? [] : ["\(left.count) not run (\(left.joined(separator: ", ")))"]
    lines.append((counts + missing).joined(separator: ", "))
    if !places.isEmpty { lines.append("results: \(places.joined(separator: ", "))") }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func table(_ session: RunSession) -> String {
    var rows = [["scenario", "outcome", "gate", "needle", "unsafe", "off ms", "first fault"]]
    for result in session.results {
      rows.append([
        result.scenario.cut(to: 30), result.outcome.rawValue,
        result.interlock.permits > 0 ? "opened" : "shut",
        (result.needle.depth.map { BenchWords.number($0, 1) } ?? "?") + " mm "
          + (result.needle.inVein ? "vein" : "–"),
        "\(result.interlock.unsafeEnables)",
        result.interlock.maxFaultToOff.map { BenchWords.number($0, 0) } ?? "–",
        result.interlock.faults.first ?? "–",
      ])
    }
    for name in session.notRun { rows.append([name.cut(to: 30), "not run", "", "", "", "", ""]) }
    return TextTable(rows).text
  }
}

/// Columns of text, two blanks between; the first row is the head.
struct TextTable {
  var text: String

  /// - Parameter numeric: columns that are set to the right.
  init(_ rows: [[String]], numeric: Set<Int> = []) {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    text = rows.map { row in
      let cells = row.enumerated().map { index, cell in
        numeric.contains(index)
          ? cell.leftPadded(to: widths[index]) : cell.padded(to: widths[index])
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
