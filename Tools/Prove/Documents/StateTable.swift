import HardwareSpecs
import Quantities
import SafetyInterlock

/// Every answer of the real state machine: each state against each kind of report, set of buttons,
/// name and age of arming.
struct StateTable {
  /// What the checks say, as far as the machine may tell it apart. Each is tried with every check of
  /// its kind, and all of them have to give the same answer.
  enum Facts: String, CaseIterable {
    case allPermit = "every check permits"
    case switchDenies = "the enable switch is not held"
    case gateDenies = "another gate check denies"
    case alignmentDenies = "an alignment check denies"
    case standingDenies = "a standing check denies"
    case setupDenies = "the setup is in doubt"
    case latches = "a check latches"
  }

  enum Circumstance: String, CaseIterable {
    case usual = ""
    /// In a fault: the acknowledge names another cause.
    case otherName = "another cause is named"
    /// Armed: for longer than 60 s.
    case expired = "armed too long ago"
  }

  struct Row {
    var from: String
    var facts: Facts
    var circumstance: Circumstance
    /// One answer for each of `buttons`.
    var answers: [Answer]
  }

  struct Answer: Hashable, Comparable {
    var to: String
    var action: String

    static func < (a: Self, b: Self) -> Bool { (a.to, a.action) < (b.to, b.action) }
  }

  static let buttons: [(name: String, edges: OperatorEdges)] = [
    ("none", []), ("arm", .arm), ("disarm", .disarm), ("acknowledge", .acknowledge),
    ("arm, disarm", [.arm, .disarm]), ("arm, acknowledge", [.arm, .acknowledge]),
    ("disarm, acknowledge", [.disarm, .acknowledge]),
    ("all three", [.arm, .disarm, .acknowledge]),
  ]

  static let states = ["faulted", "locked", "armed", "enabled"]

  private(set) var rows: [Row] = []
  private(set) var steps = 0
  /// Rows in which checks of one kind did not answer alike, or a search button changed the answer.
  private(set) var ambiguities: [String] = []

  private let now = HostInstant(nanoseconds: 1 << 40)

  init() {
    for from in Self.states {
      for facts in Facts.allCases {
        for circumstance in Circumstance.allCases {
          let isFault = from == "faulted"
          if circumstance == .otherName, !isFault { continue }
          if circumstance == .expired, from != "armed", from != "enabled" { continue }
          var answers: [Answer] = []
          for (name, edges) in Self.buttons {
            let found = all(from, facts, circumstance, edges)
            if found.count != 1 {
              ambiguities.append("\(from), \(facts.rawValue), \(name): \(found.sorted())")
            }
            if let first = found.sorted().first { answers.append(first) }
          }
          rows.append(Row(from: from, facts: facts, circumstance: circumstance, answers: answers))
        }
      }
    }
  }

  private mutating func all(
    _ from: String, _ facts: Facts, _ circumstance: Circumstance, _ edges: OperatorEdges
  ) -> Set<Answer> {
    var found: Set<Answer> = []
    for report in Self.reports(facts) {
      // The buttons of the search are none of the machine's business.
      for search in [OperatorEdges(), .beginSearch, [.beginSearch, .finishSearch]] {
        var machine = InterlockStateMachine(start: now)
        let age: Int64 = circumstance == .expired ? Limits.armingExpires.count + 1 : 1_000
        let since = HostInstant(nanoseconds: now.nanoseconds - UInt64(age))
        switch from {
        case "locked": machine.state = .locked
        case "armed": machine.state = .armed(since: since)
        case "enabled": machine.state = .enabled(armedSince: since)
        default: break
        }
        let action = machine.step(
          report, edges: edges.union(search),
          acknowledged: circumstance == .otherName ? .check(.streamLive) : .powerUp, now: now)
        found.insert(Answer(to: Self.name(machine.state), action: "\(action)"))
        steps += 1
      }
    }
    return found
  }

  private static func reports(_ facts: Facts) -> [CheckReport] {
    func report(_ id: CheckID?, _ verdict: Verdict) -> CheckReport {
      var report = CheckReport()
      for each in CheckID.allCases { report[each] = CheckResult(.permit, value: 1, limit: 1) }
      if let id { report[id] = CheckResult(verdict, value: 0, limit: 1) }
      return report
    }
    func each(_ verdicts: [Verdict], _ included: (CheckID) -> Bool) -> [CheckReport] {
      CheckID.allCases.filter(included).flatMap { id in verdicts.map { report(id, $0) } }
    }
    let denials: [Verdict] = [.deny, .notEvaluated]
    return switch facts {
    case .allPermit: [report(nil, .permit)]
    case .switchDenies: each(denials) { $0 == .switchEnable }
    case .gateDenies: each(denials) { $0.kind == .gate && $0 != .switchEnable }
    case .alignmentDenies: each(denials) { $0.kind == .alignment }
    case .standingDenies: each(denials) { $0.kind == .standing && $0 != .configurationValid }
    case .setupDenies: each(denials) { $0 == .configurationValid }
    // What latches: what is standing, and the switch.
    case .latches: each([.latch]) { $0.kind == .standing || $0 == .switchEnable }
    }
  }

  private static func name(_ state: InterlockStateMachine.State) -> String {
    switch state {
    case .faulted: "faulted"
    case .locked: "locked"
    case .armed: "armed"
    case .enabled: "enabled"
    }
  }
}
