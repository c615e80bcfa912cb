import Foundation
import Scenarios
import ControlRuntime
import SafetyInterlock
import Alignment
import BenchWorld
import PeakTracking
import Quantities

let debug = ProcessInfo.processInfo.environment["DBG"] != nil
for path in CommandLine.arguments.dropFirst() {
  let scenario = try Scenario.load(file: path)
  var runner = ScenarioRunner(speed: .max)
  var last = ""
  if debug {
    runner.progress = { v in
      let s = v.snapshot
      let d = s.decision?.report.firstDenial()?.name.description ?? "-"
      let line = "\(s.state.map { "\($0)".prefix(24) } ?? "-") \(s.guidance?.phase.rawValue ?? "-") \(s.guidance?.words ?? "-") deny \(d)"
      if line != last { print(String(format: "%.1f", v.seconds), line, s.frame.map { String(format: "%.1f dB tof %.0f snr %.1f", $0.estimate.amplitudeDB, $0.estimate.timeOfFlightNS, $0.estimate.snrDB) } ?? "") }
      last = line
    }
  }
  let o = try runner.run(scenario)
  let r = o.result
  print(r.outcome.rawValue, r.scenario, "t", r.simulated ?? 0, "wall", r.wall ?? 0, "align", o.facts.timeToAlign ?? -1, "crossed", o.facts.crossed, "permits", r.interlock.permits, "unsafe", r.interlock.unsafeEnables, "faults", r.interlock.faults, "off", r.interlock.maxFaultToOff ?? -1, o.gaveUp ?? "", o.unsafeReasons.prefix(2), r.failures)
}
