import Foundation

/// A campaign as a table for a terminal: shares with their 95 % Wilson intervals.
public struct CampaignTable: CustomStringConvertible, Sendable {
  public var summary: CampaignSummary

  public init(_ summary: CampaignSummary) { self.summary = summary }

  /// Of the anatomies that count as reachable. The limits of reach are drawn with a margin, so that
  /// a few cross from beyond them.
  public var crossedReachable: Int { max(summary.crossed - crossedBeyond, 0) }

  private var beyond: Int { summary.trials - summary.reachable }

  private var crossedBeyond: Int {
    let failed = summary.failures.reduce(0) {
      $0 + ($1.key.hasPrefix(TrialResult.unreachablePrefix) ? $1.value : 0)
    }
    return max(beyond - failed, 0)
  }

  public var description: String {
    var rows = [["", "count", "of", "share", "95 % interval"]]
    rows.append(row("reachable anatomies", summary.reachable, of: summary.trials))
    rows.append(row("aligned and crossed", crossedReachable, of: summary.reachable))
    if crossedBeyond > 0 {
      rows.append(row("crossed from beyond reach", crossedBeyond, of: beyond))
    }
    rows.append(row("gate opened", summary.opened, of: summary.trials))
    rows.append(row("opened with needle in vein", summary.openedInVein, of: summary.opened))
    rows.append(["unsafe enables", "\(summary.unsafeEnables)", "", "", ""])
    rows.append(["time to align, median", seconds(summary.timeToAlign.p50), "", "", ""])
    rows.append(["time to align, 95 %", seconds(summary.timeToAlign.p95), "", "", ""])
    for (reason, count) in summary.failures.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) })
    {
      rows.append(row("not crossed: \(reason)", count, of: summary.trials))
    }
    return Self.aligned(rows) + "\n"
  }

  private func row(_ name: String, _ count: Int, of total: Int) -> [String] {
    // More crossed than reachable would be a wrong judge: shown as counts, not as a share.
    guard count <= total else { return [name, "\(count)", "\(total)", "?", ""] }
    let wilson = WilsonInterval(successes: count, trials: total)
    return [
      name, "\(count)", "\(total)", wilson.share.map(percent) ?? "–",
      wilson.share == nil ? "" : "\(percent(wilson.low)) to \(percent(wilson.high))",
    ]
  }

  private func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }

  private func seconds(_ value: Double?) -> String {
    value.map { String(format: "%.1f s", $0) } ?? "–"
  }

  /// First column to the left, the rest to the right, two blanks between.
  static func aligned(_ rows: [[String]]) -> String {
    let widths = (0..<(rows.first?.count ?? 0)).map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      let cells = zip(row, widths).enumerated().map { index, cell in
        let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 0 ? cell.0 + blanks : blanks + cell.0
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
