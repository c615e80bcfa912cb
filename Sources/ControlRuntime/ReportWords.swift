import Foundation
import Quantities
import SafetyInterlock

extension CheckReport {
  /// What refuses, in the order in which a person deals with it: the rig, then the signal and the
  /// alignment, then the gate.
  public func refusing(where included: (CheckID) -> Bool = { _ in true }) -> [CheckID] {
    let kinds: [CheckID.Kind] = [.standing, .alignment, .gate]
    return kinds.flatMap { kind in
      CheckID.allCases.filter { $0.kind == kind && included($0) && !self[$0].permits }
    }
  }
}

extension CheckID {
  /// A value or limit of this check as people read it; for units that count something.
  public func quantity(_ count: Int64) -> String {
    switch unit.description {
    case "cdB": String(format: "%.1f dB", Double(count) / 100)
    case "um": String(format: "%.2f mm", Double(count) / 1_000)
    case "mm/s": String(format: "%.0f m/s", Double(count) / 1_000)
    case "ns": Nanoseconds(count).words
    case let unit: "\(count) \(unit)"
    }
  }
}

extension Nanoseconds {
  /// In the unit that suits it.
  public var words: String {
    switch count.magnitude {
    case ..<1_000: "\(count) ns"
    case ..<1_000_000: String(format: "%.1f µs", Double(count) * 1e-3)
    case ..<1_000_000_000: String(format: "%.0f ms", milliseconds)
    default: String(format: "%.1f s", seconds)
    }
  }
}
