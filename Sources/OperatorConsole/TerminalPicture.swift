import ControlRuntime
import Foundation
import HardwareSpecs
import Quantities
import SafetyInterlock

/// The bench as a terminal shows it: the same state that the page gets, in 24 lines of 80.
package struct TerminalPicture {
  /// What the person did last, and what became of it.
  package var message = ""
  package init() {}
  package var hasControl = false
  /// Until control goes back for want of a key.
  var timeLeft = PersonWatch.patience
  /// Which part of the checks that do not pass is shown, from 0; begins anew at the end.
  private var page = 0

  package mutating func turnPage() { page += 1 }

  package func screen(_ view: BenchView, width: Int = 80, height: Int = 24) -> TerminalScreen {
    let state = ConsoleState(view)
    var screen = TerminalScreen(width: width, height: height)
    let device = state.device?.serial ?? "no device"
    screen.add(
      "PEAKGATE  \(device)\(view.isSimulated ? " (simulated)" : "")  "
        + "link \(state.connection.state)  "
        + "control \(hasControl ? "here" : state.control.holder ?? "nobody")", .strong)
    addState(state, view, &screen)
    screen.add("Guidance  \(guidance(state))", .strong)
    addSignal(state, &screen)
    screen.add("Needle    \(needle(state))", state.needle?.driveOn == true ? .warning : .plain)
    screen.add("Handle    \(handle(state))")
    screen.add(
      "Record    \(state.recording.state)   spec \(state.device?.specHash ?? "UNKNOWN")",
      view.recording.isFailing ? .bad : .plain)
    addChecks(state, &screen)
    let said = Self.wrapped(words.isEmpty ? "" : "> \(words)", width: width, lines: 2)
    while screen.lines.count < height - 3 - said.count { screen.add("") }
    let entry = view.log.entries.last
    screen.add("Log       \(entry?.text ?? "–")", entry?.level == .fault ? .bad : .faint)
    for line in said { screen.add(line, .warning) }
    screen.add(
      "SPACE stop  z reset stop  t control  c connect  x self-test  b/f search  a arm", .faint)
    screen.add(
      view.isSimulated
        ? "e hold  v advance  r retract  d disarm  k ack  g guide  ←→↑↓ rig  n more  q quit"
        : "v advance  r retract  d disarm  k acknowledge  n more checks  q quit", .faint)
    return screen
  }

  /// What was said last, or what has to be said more urgently.
  private var words: String {
    guard hasControl, timeLeft < PersonWatch.warns else { return message }
    let seconds = Int(timeLeft.seconds.rounded(.up))
    return "no key comes: control goes back in \(seconds) s; any key keeps it"
  }

  private func addState(_ state: ConsoleState, _ view: BenchView, _ screen: inout TerminalScreen) {
    if let time = view.standsStillFor {
      let seconds = String(format: "%.1f", time.seconds)
      screen.add(
        "UNKNOWN   for \(seconds) s \(BenchView.standsStill): \(BenchView.standsStillRemedy)", .bad)
      return
    }
    if state.stop.active {
      screen.add("STOPPED   \(state.stop.id ?? "") by \(state.stop.by ?? "?"): z resets it", .bad)
      return
    }
    switch state.interlock.state {
    case "faulted":
      let fault = state.interlock.fault
      let text = "FAULT     \(fault?.id ?? "?"): \(fault?.remedy ?? "")"
      for line in Self.wrapped(text, width: screen.width, lines: 2) { screen.add(line, .bad) }
    case "enabled": screen.add("ENABLED   the gate is open", .good)
    case "armed":
      let seconds = Int((state.interlock.armedForMs ?? 0) / 1_000)
      screen.add("ARMED     for \(seconds) s; hold to enable", .warning)
    case "locked": screen.add("LOCKED    healthy, not armed", .warning)
    default: screen.add("UNKNOWN   nothing is decided yet", .bad)
    }
  }

  private func guidance(_ state: ConsoleState) -> String {
    guard let guidance = state.guidance else {
      if state.stop.active { return "none while stopped" }
      if state.searching {
        return (state.handle?.ageMs ?? .infinity) <= state.limits.unknownAfterMs
          ? "working it out" : "UNKNOWN: no frame"
      }
      return state.fit == nil ? "begin a search" : "the search is finished"
    }
    return "\(guidance.words)   (\(guidance.phase))"
  }

  private func addSignal(_ state: ConsoleState, _ screen: inout TerminalScreen) {
    guard let signal = state.signal else { return screen.add("Peak      UNKNOWN: no frame", .bad) }
    guard signal.ageMs <= state.limits.unknownAfterMs else {
      return screen.add("Peak      UNKNOWN for \(Int(signal.ageMs)) ms", .bad)
    }
    let maximum = signal.maximumDB.map { String(format: "max %.1f dB", $0) } ?? "no maximum"
    guard let peak = signal.amplitudeDB else {
      let held = signal.heldDB.map { String(format: "held %.1f dB, ", $0) } ?? ""
      return screen.add("Peak      none heard; \(held)\(maximum)", .warning)
    }
    let bar = Self.bar(peak, held: signal.heldDB)
    screen.add(
      String(format: "Peak      %5.1f dB [%@] ", peak, bar) + maximum
        + String(
          format: "  SNR %.0f dB  %.2f mm", signal.snrDB ?? .nan, signal.distanceMM ?? .nan))
  }

  /// 20 to 80 dB in 24 places, filled up to the peak, with a mark at the highest of late.
  package static func bar(_ peak: Double, held: Double?) -> String {
    func places(_ decibels: Double) -> Int { min(max(Int((decibels - 20) / 60 * 24), 0), 24) }
    let (filled, mark) = (places(peak), held.map { max(places($0), 1) - 1 })
    return String((0..<24).map { $0 == mark ? "|" : $0 < filled ? "#" : "." })
  }

  private func needle(_ state: ConsoleState) -> String {
    guard let needle = state.needle else { return "UNKNOWN: no status from the device" }
    let lease = needle.leaseMs > 0 ? String(format: "lease %.0f ms", needle.leaseMs) : "no lease"
    return String(format: "%.2f mm  ", needle.depthMM)
      + "drive \(needle.driveOn ? "ON" : "off")  \(lease)  "
      + "switch \(needle.switchHeld ? "held" : "released")  \(needle.progress ?? "")"
  }

  private func handle(_ state: ConsoleState) -> String {
    guard let handle = state.handle, handle.ageMs <= state.limits.unknownAfterMs else {
      return "UNKNOWN"
    }
    let fit =
      state.fit.map {
        String(
          format: "   to go %+.1f° ±%.1f, %+.2f mm ±%.2f", $0.rollDeg - handle.rollDeg,
          $0.sigmaRollDeg, $0.levelMM - handle.levelMM, $0.sigmaLevelMM)
      } ?? ""
    return String(format: "%+.1f°  %+.2f mm  ", handle.rollDeg, handle.levelMM)
      + (handle.moving ? "moving" : "still") + fit
  }

  /// Checks that do not pass, each with its whole remedy; as many as there is room for, and the
  /// others on further pages.
  private func addChecks(_ state: ConsoleState, _ screen: inout TerminalScreen) {
    let open = state.interlock.checks.filter { $0.state != "pass" }
    let total = state.interlock.checks.count
    guard !open.isEmpty else { return screen.add("Checks    all \(total) pass", .good) }
    // Below them stand the log, what was said in two lines, and two lines of keys.
    let pages = Self.pages(
      open.map { Self.lines($0, width: screen.width) }, room: screen.height - 6 - screen.lines.count
    )
    let shown = page % pages.count
    screen.add(
      "Checks    \(open.count) of \(total) do not pass"
        + (pages.count > 1 ? ", page \(shown + 1) of \(pages.count): n shows the next" : ":"),
      .warning)
    for line in pages[shown] { screen.add(line) }
  }

  private static func lines(_ check: ConsoleState.Check, width: Int) -> [String] {
    let text =
      "  \(check.state == "unknown" ? "?" : "x") \(check.id) \(check.value ?? "unknown")"
      + (check.limit.isEmpty ? "" : " (limit \(check.limit))") + ": \(check.remedy)"
    return wrapped(text, width: width, lines: 3)
  }

  /// Whole checks on each page, at least one.
  private static func pages(_ checks: [[String]], room: Int) -> [[String]] {
    var pages: [[String]] = []
    for lines in checks {
      if let last = pages.last, last.count + lines.count <= room {
        pages[pages.count - 1] += lines
      } else {
        pages.append(lines)
      }
    }
    return pages
  }

  /// Text over several lines, broken between words, the further ones set in.
  static func wrapped(_ text: String, width: Int, lines most: Int) -> [String] {
    let inset = "      "
    var lines: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      guard let line = lines.last else {
        lines = [String(word)]
        continue
      }
      if line.count + 1 + word.count <= width || lines.count == most {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(inset + word)
      }
    }
    return lines
  }
}
