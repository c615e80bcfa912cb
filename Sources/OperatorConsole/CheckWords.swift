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
    let kinds: [CheckID.Kind] = [.standing, .alignment, .gate]
    return kinds.flatMap { kind in
      CheckID.allCases.filter { $0.kind == kind && included($0) && !report[$0].permits }
        .map { reason($0, report[$0]) }
    }
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
    case "cdB": String(format: "%.1f dB", Double(count) / 100)
    case "um": String(format: "%.2f mm", Double(count) / 1_000)
    case "mm/s": String(format: "%.0f m/s", Double(count) / 1_000)
    case "ns": duration(count)
    case let unit: "\(count) \(unit)"
    }
  }

  private static func names(_ bits: Int64) -> String {
    let all = InvalidReasons(rawValue: UInt16(truncatingIfNeeded: bits))
    let names = (0..<InvalidReasons.count).compactMap { bit in
      all.contains(InvalidReasons(rawValue: 1 << UInt16(bit)))
        ? InvalidReasons.name(ofBit: bit)?.description : nil
    }
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }

  private static func duration(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds)
    switch abs(value) {
    case ..<1e3: return "\(nanoseconds) ns"
    case ..<1e6: return String(format: "%.1f µs", value * 1e-3)
    case ..<1e9: return String(format: "%.0f ms", value * 1e-6)
    default: return String(format: "%.1f s", value * 1e-9)
    }
  }
}
