import ConsoleEmulator

/// Begins and ends a scenario's faults at their times.
struct FaultSchedule {
  private struct Entry {
    var event: FaultEvent
    var begins: Double?
    var ends: Double?
    var hasBegun = false
  }

  private var entries: [Entry]
  private var reached: [RunPhase: Double] = [:]

  init(_ events: [FaultEvent]) {
    entries = events.map { event in
      if case .at(let time) = event.trigger { return Entry(event: event, begins: time) }
      return Entry(event: event)
    }
  }

  /// Faults that never began: a run that was to show them has shown nothing.
  var notBegun: [FaultKind] { entries.filter { !$0.hasBegun }.map(\.event.kind) }

  mutating func note(_ phase: RunPhase, at time: Double) {
    guard reached[phase] == nil else { return }
    reached[phase] = time
    for index in entries.indices {
      if case .after(phase, let delay) = entries[index].event.trigger {
        entries[index].begins = time + delay
      }
    }
  }

  mutating func apply(to rig: any BenchRig, at time: Double) {
    for index in entries.indices {
      let event = entries[index].event
      if let begins = entries[index].begins, time >= begins {
        rig.begin(event.kind, amount: event.amount, for: event.duration)
        entries[index].begins = nil
        entries[index].hasBegun = true
        entries[index].ends = time + event.duration
      } else if let ends = entries[index].ends, time >= ends {
        rig.end(event.kind)
        entries[index].ends = nil
      }
    }
  }
}
