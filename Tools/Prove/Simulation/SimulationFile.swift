import Foundation

/// A session as a file: what `Prove simulate --replay` runs again.
struct SimulationFile: Codable {
  struct Fault: Codable {
    var kind: String
    /// ms from the session's start.
    var at: Int
    /// ms
    var lasts: Int
    var amount: Int
  }

  var seed: UInt64
  var defect: SimulationDefect?
  var faults: [Fault]
  /// What the judge said, and when, in ms.
  var violation: String
  var at: Int

  init(_ session: SimulationSession) {
    seed = session.seed
    defect = session.defect
    faults = session.events.map {
      Fault(kind: "\($0.kind)", at: $0.at, lasts: $0.duration, amount: $0.amount)
    }
    violation = session.judge.violation?.text ?? "none"
    at = session.judge.violation?.at ?? session.now
  }

  /// - Throws: `SimulationFileError` for a kind that there is not.
  func events() throws(SimulationFileError) -> [SimulationFaultEvent] {
    var events: [SimulationFaultEvent] = []
    for fault in faults {
      guard let kind = SimulationFault.named[fault.kind] else {
        throw SimulationFileError(kind: fault.kind)
      }
      events.append(
        SimulationFaultEvent(
          kind: kind, at: fault.at, duration: fault.lasts, amount: fault.amount))
    }
    return events
  }

  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}

struct SimulationFileError: Error, CustomStringConvertible {
  var kind: String
  var description: String {
    "no fault is called '\(kind)'; `Prove simulate --kinds` lists them"
  }
}

extension SimulationJudge.Violation {
  var text: String { rule.rawValue + (kind.map { " (\($0))" } ?? "") }
}

/// Makes a violating session small: fewer faults, shorter ones, the same rule broken.
enum SimulationShrinker {
  static func shrink(_ session: SimulationSession) -> SimulationSession {
    guard let violation = session.judge.violation else { return session }
    var best = session
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      for candidate in candidates(best.events) {
        var run = SimulationSession(seed: best.seed, plan: .fixed(candidate), defect: best.defect)
        run.run(limit: violation.at + 2_000)
        if run.judge.violation?.rule == violation.rule {
          best = run
          isSmaller = true
          break
        }
      }
    }
    return best
  }

  private static func candidates(_ events: [SimulationFaultEvent]) -> [[SimulationFaultEvent]] {
    var result: [[SimulationFaultEvent]] = []
    for index in events.indices {
      var fewer = events
      fewer.remove(at: index)
      result.append(fewer)
    }
    for index in events.indices where events[index].duration > 1 && !events[index].kind.isInstant {
      var shorter = events
      shorter[index].duration /= 2
      result.append(shorter)
    }
    return result
  }
}
