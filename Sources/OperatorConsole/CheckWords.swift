import ControlRuntime
import Foundation
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock

/// Checks and faults as people read them: value and limit with their unit.
enum CheckWords {
  static func title(_ id: CheckID) -> String {
    let name = id.name.description.split(separator: ".").joined(separator: ": ")
    return name.replacingOccurrences(of: "_", with: " ")
  }

  static func kind(_ kind: CheckID.Kind) -> String {
    switch kind {
    case .standing: "standing"
    case .alignment: "alignment"
    case .gate: "gate"
    }
  }

  static func value(_ id: CheckID, _ result: CheckResult) -> String? {
    guard result.isKnown, result.verdict != .notEvaluated else { return nil }
    return text(result.value, id, of: result.limit)
  }

  static func limit(_ id: CheckID, _ limit: Int64) -> String {
    switch id.unit.description {
    case "reasons", "cause": "none"
    default: text(limit, id, of: limit)
    }
  }

  static func reason(_ id: CheckID, _ result: CheckResult) -> Refusal.Reason {
    Refusal.Reason(
      id: id.name.description, title: title(id), value: value(id, result) ?? "unknown",
      limit: limit(id, result.limit), remedy: id.remedy.description)
  }

  /// Every check of a report that refuses, the rig first, then the alignment, then the gate.
  static func reasons(
    _ report: CheckReport, where included: (CheckID) -> Bool = { _ in true }
  ) -> [Refusal.Reason] {
    report.refusing(where: included).map { reason($0, report[$0]) }
  }

  static func fault(_ record: FaultRecord) -> Refusal.Reason {
    guard case .check(let id) = record.cause else {
      return Refusal.Reason(
        id: record.cause.name.description, title: "since power-up nothing is proved",
        remedy: "connect, run the self-test, then acknowledge")
    }
    return reason(id, CheckResult(.latch, value: record.value, limit: record.limit))
  }

  private static func text(_ count: Int64, _ id: CheckID, of limit: Int64) -> String {
    switch id.unit.description {
    case "": count == 0 ? "no" : "yes"
    case "sides", "items": "\(count.nonzeroBitCount) of \(limit.nonzeroBitCount)"
    case "reasons": names(count)
    case "cause": TripCause(rawValue: UInt8(truncatingIfNeeded: count)).map { "\($0)" } ?? "?"
    default: id.quantity(count)
    }
  }

  private static func names(_ bits: Int64) -> String {
    let names = InvalidReasons(rawValue: UInt16(truncatingIfNeeded: bits)).names
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}
