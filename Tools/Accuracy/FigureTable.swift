import Foundation

/// A table of measured figures, and which of them miss what they should reach.
struct FigureTable: Encodable {
  var title: String
  var columns: [String]
  var rows: [[String]] = []
  var remarks: [String] = []
  private(set) var missed: [String] = []
  /// What is beyond its limit and has a reason, which a remark gives.
  private(set) var explained: [String] = []

  init(_ title: String, _ columns: [String]) {
    self.title = title
    self.columns = columns
  }

  /// Notes a figure that is beyond its limit; returns it as text, marked if it is.
  ///
  /// - Parameter isExplained: a remark of the table says why no estimator could do better; the figure is
  ///   marked all the same, but is no failure of the run.
  mutating func held(
    _ value: Double, to limit: ClosedRange<Double>?, _ name: String, digits: Int = 3,
    isExplained: Bool = false
  )
    -> String
  {
    let text = String(format: "%.\(digits)f", value)
    guard let limit, !limit.contains(value) else { return text }
    if isExplained {
      explained.append("\(name): \(text)")
      return text + " (!)"
    }
    missed.append("\(title): \(name) is \(text), not \(limit.lowerBound) to \(limit.upperBound)")
    return text + " (!)"
  }

  func markdown(trials: Int, seed: UInt64) -> String {
    var lines = ["", "### \(title)", ""]
    lines.append("| " + columns.joined(separator: " | ") + " |")
    lines.append("|" + String(repeating: " ---: |", count: columns.count))
    for row in rows { lines.append("| " + row.joined(separator: " | ") + " |") }
    lines.append("")
    lines += remarks
    lines.append("Command: `Tools/accuracy --trials \(trials) --seed \(seed)`.")
    return lines.joined(separator: "\n")
  }
}

/// Mean square of errors, and of errors over their stated deviations.
struct ErrorCount {
  private var count = 0.0
  private var square = 0.0
  private var normalised = 0.0
  private var sum = 0.0

  mutating func add(_ error: Double, sigma: Double) {
    count += 1
    sum += error
    square += error * error
    normalised += error * error / (sigma * sigma)
  }

  var mean: Double { sum / count }
  var rms: Double { (square / count).squareRoot() }
  /// Mean of the normalised error squared: 1 when the stated deviations are true.
  var nees: Double { normalised / count }
  /// Where that mean lies in 99 of 100 runs if errors are normal.
  var neesBand: ClosedRange<Double> {
    let half = 2.576 * (2 / count).squareRoot()
    return (1 - half)...(1 + half)
  }
}
