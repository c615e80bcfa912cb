import BenchWorld
import ConsoleEmulator
import EmulatedUSB

/// What comes from another process is proved before it is used (R03): a console that is emulated must not
/// end because somebody asks for a turn of 10³⁰⁰ degrees.
extension RigRequest.Action {
  /// Why no console can do it, in words; nil when it can be done.
  package var flaw: String? {
    switch self {
    case .load(let world, _): world.flaw
    case .turn(let angle, let speed):
      Self.first(("degrees", angle, -36_000...36_000), ("degrees a second", speed, -1e6...1e6))
    case .move(let distance, let speed):
      Self.first(("mm", distance, -10_000...10_000), ("mm a second", speed, -1e6...1e6))
    case .beginFault(let kind, let amount, let seconds): Self.flaw(kind, amount, seconds)
    case .link(let faults):
      Self.first(("ms of delay", Double(faults.delayMilliseconds), 0...60_000))
    case .stopHandle, .enableSwitch, .estop, .endFault, .pass, .look, .follow: nil
    }
  }

  private static func flaw(_ kind: FaultKind, _ amount: Double?, _ seconds: Double) -> String? {
    // A day: a fault that develops over its time, and one that the rig itself ends.
    if let flaw = first(("seconds", seconds, 0...86_400)) { return flaw }
    guard let amount, let allowed = kind.amount else { return nil }
    return first((allowed.unit, amount, allowed.range))
  }

  private static func first(_ values: (String, Double, ClosedRange<Double>)...) -> String? {
    values.first { !$0.2.contains($0.1) }.map { unit, value, range in
      "\(value) \(unit) is out of range; use \(range.lowerBound) to \(range.upperBound)"
    }
  }
}
