import Alignment
import ControlRuntime
import SafetyInterlock
import Scenarios

/// Shows runs as they go: in a terminal a block that is redrawn in place, elsewhere plain lines.
///
/// Used by one thread at a time: while a run is under way by its feed's, if it has one.
final class RunDisplay: @unchecked Sendable {
  private let descriptor: Int32
  private let isLive: Bool
  private let palette: Palette
  private let speed: BenchAssembly.Speed
  private let total: Int
  private var title = ""
  private var block = StatusBlock()
  private var plain = PlainProgress()
  private var drawnLines = 0
  private var newest: ScenarioRunner.RunView?
  private var drawnAt: UInt64 = 0

  /// Nanoseconds between two drawings: faster than an eye, slower than a terminal.
  private static let drawPeriod: UInt64 = 50_000_000

  init(descriptor: Int32, speed: BenchAssembly.Speed, of total: Int) {
    self.descriptor = descriptor
    self.speed = speed
    self.total = total
    isLive = Terminal.isTerminal(descriptor)
    palette = Palette(isOn: Terminal.hasColour(descriptor))
  }

  func begin(_ scenario: Scenario, number: Int, seed: UInt64?) {
    title = total > 1 ? "\(scenario.name)  (\(number) of \(total))" : scenario.name
    block = StatusBlock()
    plain = PlainProgress()
    newest = nil
    drawnAt = 0
    if !isLive {
      let seed = seed ?? ScenarioRunner.defaultSeed
      Terminal.write("\(title): begins, seed \(seed)\n", to: descriptor)
    }
  }

  @Sendable func show(_ view: ScenarioRunner.RunView) {
    newest = view
    block.note(view)
    guard isLive else {
      for line in plain.lines(for: view, isPaced: speed == .real) {
        Terminal.write(line + "\n", to: descriptor)
      }
      return
    }
    let now = MonotonicTime.nanoseconds()
    guard now &- drawnAt >= Self.drawPeriod else { return }
    drawnAt = now
    draw(view)
  }

  /// The last state of a single run stays on the screen; of several only the verdicts do.
  func end(_ result: ScenarioResult) {
    if isLive, let newest {
      if total > 1 { erase() } else { draw(newest) }
    }
    drawnLines = 0
    Terminal.write(VerdictText(result, palette, last: newest?.snapshot).text, to: descriptor)
  }

  private func draw(_ view: ScenarioRunner.RunView) {
    let width = min(Terminal.columns(descriptor) - 1, 80)
    let lines = block.lines(title: title, view, width: width, palette)
    var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A\r" : ""
    // One write, and no clearing of what is about to be overwritten: nothing flickers.
    for line in lines { text += line + "\u{1B}[K\n" }
    text += "\u{1B}[J"
    drawnLines = lines.count
    Terminal.write(text, to: descriptor)
  }

  private func erase() {
    guard drawnLines > 0 else { return }
    Terminal.write("\u{1B}[\(drawnLines)A\r\u{1B}[J", to: descriptor)
  }
}

/// Decides when a run is worth a line in a log.
struct PlainProgress {
  private var shown = ""
  private var pending = ""
  private var pendingSince = 0.0
  private var shownAt = 0.0

  /// A change is reported once it has lasted this long, so that what flickers fills no log.
  private static let settle = 0.3

  private var faultsShown = 0

  /// Every latched fault with its evidence, and then what the run looks like, if that is news.
  mutating func lines(for view: ScenarioRunner.RunView, isPaced: Bool) -> [String] {
    let faults = view.snapshot.counts.faults.dropFirst(faultsShown)
    faultsShown += faults.count
    return faults.map { fault in
      "\(BenchWords.seconds(view.seconds)) s  latched: \(RefusalText.evidence(fault))"
    } + (line(for: view, isPaced: isPaced).map { [$0] } ?? [])
  }

  private mutating func line(for view: ScenarioRunner.RunView, isPaced: Bool) -> String? {
    let state = BenchWords.state(view.snapshot)
    let phase = view.snapshot.guidance.map { $0.phase.words } ?? "–"
    let refusal =
      view.snapshot.decision.flatMap { $0.report.refusing().first }
      .map { $0.name.description } ?? "nothing"
    let key = "\(state.name)|\(phase)|\(refusal)"
    if key != pending {
      pending = key
      pendingSince = view.seconds
    }
    let changed = key != shown && view.seconds - pendingSince >= Self.settle
    let due = isPaced && view.seconds - shownAt >= 2
    guard changed || due else { return nil }
    shown = key
    shownAt = view.seconds
    let peak = BenchWords.peak(view.snapshot).map { "peak \($0)" } ?? "no peak"
    return
      "\(BenchWords.seconds(view.seconds)) s  \(state.name.padded(to: 8))  \(phase.padded(to: 14))  \(peak.padded(to: 12))  "
      + "refuses: \(refusal)"
  }
}
