import ControlRuntime
import HardwareSpecs
import Quantities
import SafetyInterlock

/// The bench in OpenMetrics text, as a scraper reads it.
struct Metrics {
  static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"
  private(set) var text = ""

  init(_ view: BenchView, observers: Int, connectionsRefused: UInt64) {
    let snapshot = view.snapshot
    let counts = snapshot.counts
    counter("peakgate_frames", "A-lines that were decided on", counts.frames)
    counter("peakgate_frames_lost", "A-lines missing in the sequence", counts.lost)
    counter("peakgate_tracker_late", "results that missed the deadline", counts.late)
    counter("peakgate_tracker_overruns", "A-lines that found the ring full", counts.overruns)
    counter("peakgate_messages_damaged", "messages with a wrong checksum", counts.damaged)
    counter("peakgate_permits", "times that the gate opened", counts.permits)
    counter("peakgate_leases", "leases asked for", counts.leases)
    counter(
      "peakgate_commands_refused", "commands that the device did not carry out",
      counts.refusedCommands)
    counter("peakgate_faults", "latched faults", UInt64(counts.faults.count))
    family("peakgate_refusals", "counter", "times that a check stood against what was asked for")
    for id in CheckID.allCases {
      line("peakgate_refusals_total{check=\"\(id.name)\"}", "\(counts.refusals[id] ?? 0)")
    }
    gauge("peakgate_gate_open", "1 while the gate is open", snapshot.decision?.isEnabled == true)
    gauge("peakgate_stop_pressed", "1 while the stop is pressed", view.stop.isActive)
    counter(
      "peakgate_stop_presses", "presses of the stop, also while it is pressed", view.stopPresses)
    counter("peakgate_records_lost", "journal records that were not written", view.recording.lost)
    gauge(
      "peakgate_loop_stands", "1 while the bench's loop stands still", view.standsStillFor != nil)
    gauge("peakgate_control_held", "1 while somebody has control", view.lease.holder != nil)
    counter(
      "peakgate_connections_refused", "connections not served because there were too many",
      connectionsRefused)
    family("peakgate_observers", "gauge", "streams of states that are open")
    line("peakgate_observers", "\(observers)")
    if let delay = view.trackerDelay {
      let name = "peakgate_tracker_delay_seconds"
      family(name, "summary", "from an A-line's hand-over to its result", unit: "seconds")
      line("\(name){quantile=\"0.5\"}", "\(delay.median.seconds)")
      line("\(name){quantile=\"0.99\"}", "\(delay.most.seconds)")
      line("\(name){quantile=\"1\"}", "\(delay.longest.seconds)")
      line("\(name)_count", "\(delay.count)")
    }
    if let age = view.frameAge {
      family("peakgate_frame_age_seconds", "gauge", "age of the newest A-line", unit: "seconds")
      line("peakgate_frame_age_seconds", "\(age.seconds)")
    }
    text += "# EOF\n"
  }

  private mutating func family(_ name: String, _ kind: String, _ help: String, unit: String? = nil)
  {
    text += "# TYPE \(name) \(kind)\n"
    if let unit { text += "# UNIT \(name) \(unit)\n" }
    text += "# HELP \(name) \(help)\n"
  }

  private mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
    family(name, "counter", help)
    line("\(name)_total", "\(value)")
  }

  private mutating func gauge(_ name: String, _ help: String, _ isSet: Bool) {
    family(name, "gauge", help)
    line(name, isSet ? "1" : "0")
  }

  private mutating func line(_ name: String, _ value: String) { text += "\(name) \(value)\n" }
}
