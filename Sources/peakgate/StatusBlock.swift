import Alignment
import ControlRuntime
import Foundation
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock
import Scenarios

/// The bench in at most twelve lines. What is stale is shown as stale, with its age (R29).
struct StatusBlock {
  /// Highest peak that was shown so far, dB.
  private var maximum: Double?

  static let height = 12
  private static let bar = (from: 20.0, to: 80.0, cells: 32)

  mutating func note(_ view: ScenarioRunner.RunView) {
    guard let amplitude = BenchWords.amplitudeDB(view.snapshot) else { return }
    maximum = max(maximum ?? amplitude, amplitude)
  }

  func lines(
    title: String, _ view: ScenarioRunner.RunView, width: Int, _ palette: Palette
  ) -> [String] {
    let snapshot = view.snapshot
    var rows = Rows(width: width, palette: palette)
    let time = BenchWords.seconds(view.seconds) + " s"
    rows.add(title.padded(to: width - time.count - 1) + " " + time, .strong)
    let state = BenchWords.state(snapshot)
    rows.add("state", "\(state.name): \(state.meaning)", state.colour)
    rows.add("guidance", guidance(snapshot))
    peak(snapshot, &rows)
    signal(view, &rows)
    rows.add("to go", toGo(snapshot))
    needle(snapshot, &rows)
    refusals(snapshot, &rows)
    return rows.lines
  }

  private func guidance(_ snapshot: BenchSnapshot) -> String {
    guard let guidance = snapshot.guidance else { return "–" }
    return "\(guidance.phase.words): \(guidance.words)"
  }

  private func peak(_ snapshot: BenchSnapshot, _ rows: inout Rows) {
    let highest = maximum.map { "max \(BenchWords.number($0, 1)) dB" } ?? "no maximum yet"
    guard let frame = snapshot.frame else { return rows.add("peak", "no frame yet", .faint) }
    let age = BenchWords.age(snapshot)
    if age > Limits.shownUnknownAfter {
      return rows.add("peak", "UNKNOWN for \(age.words)", .bad)
    }
    if age > Limits.frameStaleAfter {
      return rows.add(
        "peak",
        "STALE for \(age.words); \(highest)", .bad)
    }
    guard let amplitude = BenchWords.amplitudeDB(snapshot) else {
      let reasons = frame.track.reasons.names.joined(separator: ", ")
      return rows.add("peak", "none: \(reasons); \(highest)", .warning)
    }
    let text = BenchWords.number(amplitude, 1).leftPadded(to: 5)
    rows.add("peak", "\(text) dB \(bar(amplitude)) \(highest)")
  }

  /// Filled up to the peak, with a mark at the highest so far.
  private func bar(_ amplitude: Double) -> String {
    let scale = Self.bar
    func cell(_ value: Double) -> Int {
      let share = (value - scale.from) / (scale.to - scale.from)
      return Int((min(max(share, 0), 1) * Double(scale.cells - 1)).rounded())
    }
    let filled = cell(amplitude)
    let mark = maximum.map(cell)
    return String((0..<scale.cells).map { $0 == mark ? "┃" : $0 <= filled ? "█" : "·" })
  }

  private func signal(_ view: ScenarioRunner.RunView, _ rows: inout Rows) {
    let snapshot = view.snapshot
    guard let frame = snapshot.frame, BenchWords.age(snapshot) <= Limits.frameStaleAfter,
      frame.track.isValid
    else { return rows.add("signal", "no SNR, no distance", .faint) }
    let distance = frame.track.timeOfFlightNS * view.soundSpeedMPerS * 1e-6
    rows.add(
      "signal",
      "SNR \(BenchWords.number(frame.track.snrDB, 1)) dB   "
        + "distance \(BenchWords.number(distance, 2)) mm   "
        + "frame \(frame.header.sequence), \(BenchWords.number(BenchWords.age(snapshot).milliseconds, 1)) ms old"
    )
  }

  private func toGo(_ snapshot: BenchSnapshot) -> String {
    guard let estimate = snapshot.guidance?.estimate else { return "not known yet" }
    return "roll \(BenchWords.signed(estimate.rollToGoDeg, 1))° "
      + "±\(BenchWords.number(estimate.sigmaRollDeg, 1))   "
      + "level \(BenchWords.signed(estimate.levelToGoMM, 2)) mm "
      + "±\(BenchWords.number(estimate.sigmaLevelMM, 2))"
  }

  private func needle(_ snapshot: BenchSnapshot, _ rows: inout Rows) {
    guard let status = snapshot.status else {
      return rows.add("needle", "unknown: no status from the console", .faint)
    }
    let age = status.age(at: snapshot.now)
    let depth = "\(BenchWords.number(status.value.needleDepth.millimetres, 2)) mm"
    if age > Limits.shownUnknownAfter {
      return rows.add("needle", "UNKNOWN for \(age.words)", .bad)
    }
    if age > Limits.statusStaleAfter {
      return rows.add("needle", "STALE for \(age.words); was at \(depth)", .bad)
    }
    let flags = status.value.flags
    let drive = flags.contains(.driveReadback) ? "drive ON" : "drive off"
    let lease =
      flags.contains(.leaseActive)
      ? "lease \(status.value.leaseLeft.words) left" : "no lease"
    let permit = snapshot.decision?.isEnabled == true ? "permit given" : "no permit"
    var parts = [depth + advance(snapshot), drive, lease, permit]
    if status.value.trip != .none { parts.append("trip \(status.value.trip)") }
    rows.add(
      "needle", parts.joined(separator: "   "), flags.contains(.driveReadback) ? .good : nil)
  }

  private func advance(_ snapshot: BenchSnapshot) -> String {
    switch snapshot.advance {
    case .idle: ""
    case .waiting(let target): " (waits to go to \(BenchWords.number(target.millimetres, 2)))"
    case .moving(let target): " (moves to \(BenchWords.number(target.millimetres, 2)))"
    case .reached: " (reached)"
    }
  }

  /// The first of them, as many as there is room for.
  private func refusals(_ snapshot: BenchSnapshot, _ rows: inout Rows) {
    guard let report = snapshot.decision?.report else { return rows.add("refuses", "–", .faint) }
    let refusing = report.refusing()
    guard !refusing.isEmpty else { return rows.add("refuses", "nothing", .good) }
    var hidden = refusing.count
    for id in refusing {
      let lines = RefusalText.lines(id, report[id], width: rows.textWidth)
      // The last line is kept for what finds no room, unless this is all.
      let spare = hidden > 1 ? 1 : 0
      guard rows.lines.count + lines.count + spare <= Self.height else { break }
      for line in lines {
        rows.add(hidden == refusing.count && line == lines[0] ? "refuses" : "", line)
      }
      hidden -= 1
    }
    if hidden > 0 { rows.add("", "+\(hidden) more", .faint) }
  }
}

/// Lines of one width: a label, then text that is cut where the line ends.
private struct Rows {
  let width: Int
  let palette: Palette
  private(set) var lines: [String] = []

  init(width: Int, palette: Palette) {
    self.width = width
    self.palette = palette
  }

  var textWidth: Int { width - 10 }

  mutating func add(_ text: String, _ colour: Palette.Colour) {
    lines.append(palette.paint(text.cut(to: width), colour))
  }

  mutating func add(_ label: String, _ text: String, _ colour: Palette.Colour? = nil) {
    let text = text.cut(to: textWidth)
    let head = label.padded(to: 10)
    lines.append(palette.paint(head, .faint) + (colour.map { palette.paint(text, $0) } ?? text))
  }
}

extension String {
  /// At most so many characters, with an ellipsis where something is missing.
  func cut(to width: Int) -> String {
    count <= max(width, 1) ? self : prefix(max(width, 1) - 1) + "…"
  }

  /// Exactly so many characters, blanks after.
  func padded(to width: Int) -> String {
    let text = cut(to: width)
    return text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// At least so many characters, blanks before.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
