/// What a campaign counted; shards are added up.
struct SimulationCounts: Sendable {
  struct Kind: Sendable {
    var hits = 0
    var hitsWhileOn = 0
    var byPhase = Array(repeating: 0, count: SimulatedOperator.Phase.allCases.count)
    /// Times to off by whole ms.
    var off = Array(repeating: 0, count: 128)

    var timesToOff: Int { off.reduce(0, +) }
    var longest: Int? { off.lastIndex { $0 > 0 } }

    /// The least time that a share of all times does not exceed, in ms.
    func percentile(_ share: Double) -> Int? {
      let all = timesToOff
      guard all > 0 else { return nil }
      let wanted = max(1, Int((Double(all) * share).rounded(.up)))
      var seen = 0
      for (milliseconds, count) in off.enumerated() {
        seen += count
        if seen >= wanted { return milliseconds }
      }
      return nil
    }
  }

  var steps = 0
  var energised = 0
  var enabled = 0
  var sessions = 0
  var pairs = 0
  var permits = 0
  var leases = 0
  var latches = 0
  var unsafe = 0
  var kinds = Array(repeating: Kind(), count: SimulationFault.allCases.count)

  /// Share of steps with the drive on.
  var share: Double { steps == 0 ? 0 : Double(energised) / Double(steps) }

  var rarest: SimulationFault {
    let index = kinds.indices.min { kinds[$0].hitsWhileOn < kinds[$1].hitsWhileOn } ?? 0
    return SimulationFault.allCases[index]
  }

  mutating func note(_ session: SimulationSession) {
    steps += session.now
    energised += session.energisedSteps
    enabled += session.enabledSteps
    sessions += 1
    permits += session.permits
    leases += session.leases
    latches += session.faultsLatched
    if session.judge.violation != nil { unsafe += 1 }
    for (one, next) in zip(session.events, session.events.dropFirst())
    where next.at < one.at + one.duration {
      pairs += 1
    }
  }

  mutating func began(_ kind: SimulationFault, _ phase: SimulatedOperator.Phase, isOn: Bool) {
    let index = Int(kind.rawValue)
    kinds[index].hits += 1
    if isOn { kinds[index].hitsWhileOn += 1 }
    kinds[index].byPhase[Int(phase.rawValue)] += 1
  }

  mutating func note(_ time: SimulationJudge.TimeToOff) {
    let index = Int(time.kind.rawValue)
    kinds[index].off[min(127, max(0, time.milliseconds))] += 1
  }

  static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.steps += b.steps
    sum.energised += b.energised
    sum.enabled += b.enabled
    sum.sessions += b.sessions
    sum.pairs += b.pairs
    sum.permits += b.permits
    sum.leases += b.leases
    sum.latches += b.latches
    sum.unsafe += b.unsafe
    for index in sum.kinds.indices {
      sum.kinds[index].hits += b.kinds[index].hits
      sum.kinds[index].hitsWhileOn += b.kinds[index].hitsWhileOn
      for phase in sum.kinds[index].byPhase.indices {
        sum.kinds[index].byPhase[phase] += b.kinds[index].byPhase[phase]
      }
      for time in sum.kinds[index].off.indices {
        sum.kinds[index].off[time] += b.kinds[index].off[time]
      }
    }
    return sum
  }

  /// The table of the documentation, in Markdown.
  func table() -> String {
    var text = """
      | fault | what happens | the drive must be | hits | while on | off after ms: p50 | p99 | max |
      | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |

      """
    for kind in SimulationFault.allCases {
      let k = kinds[Int(kind.rawValue)]
      func cell(_ value: Int?) -> String { value.map { "\($0)" } ?? "–" }
      text +=
        "| `\(kind)` | \(kind.what) | \(kind.demand.rawValue) | \(k.hits) | \(k.hitsWhileOn) | "
        + "\(cell(k.percentile(0.5))) | \(cell(k.percentile(0.99))) | \(cell(k.longest)) |\n"
    }
    return text
  }
}
