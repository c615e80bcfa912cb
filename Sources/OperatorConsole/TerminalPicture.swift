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
  var hasControl = false

  package func screen(_ view: BenchView, width: Int = 80, height: Int = 24) -> TerminalScreen {
    let state = ConsoleState(view)
    var screen = TerminalScreen(width: width, height: height)
    let device = state.device?.serial ?? "no device"
    screen.add(
      "PEAKGATE  \(device)\(view.isSimulated ? " (simulated)" : "")  "
        + "link \(state.connection.state)  "
        + "control \(hasControl ? "here" : state.control.holder ?? "nobody")", .strong)
    addState(state, &screen)
    screen.add("Guidance  \(guidance(state))", .strong)
    addSignal(state, &screen)
    screen.add("Needle    \(needle(state))", state.needle?.driveOn == true ? .warning : .plain)
    screen.add("Handle    \(handle(state))")
    addChecks(state, &screen)
    while screen.lines.count < height - 4 { screen.add("") }
    let entry = view.log.entries.last
    screen.add("Log       \(entry?.text ?? "–")", entry?.level == .fault ? .bad : .faint)
    screen.add(message.isEmpty ? "" : "> \(message)", .warning)
    screen.add(
      "SPACE stop  z reset stop  t control  c connect  x self-test  b/f search  a arm", .faint)
    screen.add(
      view.isSimulated
        ? "e hold  v advance  r retract  d disarm  k ack  g as guided  arrows handle  q quit"
        : "v advance  r retract  d disarm  k acknowledge  q quit", .faint)
    return screen
  }

  private func addState(_ state: ConsoleState, _ screen: inout TerminalScreen) {
    if state.stop.active {
      screen.add("STOPPED   \(state.stop.id ?? "") by \(state.stop.by ?? "?"): z resets it", .bad)
      return
    }
    switch state.interlock.state {
    case "faulted":
      let fault = state.interlock.fault
      screen.add("FAULT     \(fault?.id ?? "?"): \(fault?.remedy ?? "")", .bad)
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

  private func addChecks(_ state: ConsoleState, _ screen: inout TerminalScreen) {
    let open = state.interlock.checks.filter { $0.state != "pass" }
    let total = state.interlock.checks.count
    guard !open.isEmpty else { return screen.add("Checks    all \(total) pass", .good) }
    screen.add("Checks    \(open.count) of \(total) do not pass:", .warning)
    let room = screen.height - 4 - screen.lines.count
    for (index, check) in open.enumerated() {
      if index == room - 1, open.count > room {
        return screen.add("  +\(open.count - index) more", .faint)
      }
      screen.add(
        "  \(check.state == "unknown" ? "?" : "x") \(check.id) \(check.value ?? "unknown")"
          + (check.limit.isEmpty ? "" : " (limit \(check.limit))") + ": \(check.remedy)")
    }
  }
}
