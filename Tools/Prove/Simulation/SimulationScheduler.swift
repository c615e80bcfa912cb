import InterlockOracle

/// Draws faults, alone and in pairs, and aims each at a phase of the session.
struct SimulationScheduler {
  private struct Attempt {
    var kinds: [SimulationFault]
    var phase: SimulatedOperator.Phase
    var delay: Int
    var offset: Int
  }

  private var random: SeededStream
  private var attempts: [Attempt] = []
  private var later: [SimulationFaultEvent] = []
  private var patience: Int
  private var quietFrom = 0

  /// ms that an attempt waits for its phase, before it comes anyway.
  private static let longest = 2_500

  /// - Parameter rarest: the kind that was hit least often while the drive was on.
  init(seed: UInt64, rarest: SimulationFault) {
    random = SeededStream(seed: seed ^ 0xFA17)
    patience = Self.longest
    for index in 0..<3 { attempts.append(draw(index == 1 ? rarest : nil)) }
  }

  func isFinished(at now: Int) -> Bool { attempts.isEmpty && later.isEmpty && now >= quietFrom }

  private mutating func draw(_ wanted: SimulationFault?) -> Attempt {
    var kinds = [wanted ?? anyKind()]
    if random.next() & 1 == 0 { kinds.append(anyKind()) }
    let all = SimulatedOperator.Phase.allCases
    let chance = random.within(0...99)
    var phase =
      wanted != nil || chance < 40
      ? SimulatedOperator.Phase.advancing
      : (chance < 62 ? .held : all[random.within(0...(all.count - 1))])
    if kinds.contains(.sideLobe), random.next() & 1 == 0 { phase = .acknowledging }
    // Often within the first milliseconds of a phase, where things change.
    let delay = random.next() & 3 == 0 ? random.within(0...12) : random.within(0...700)
    let offset = random.next() & 1 == 0 ? random.within(0...30) : random.within(0...400)
    return Attempt(kinds: kinds, phase: phase, delay: delay, offset: offset)
  }

  private mutating func anyKind() -> SimulationFault {
    let all = SimulationFault.allCases
    return all[random.within(0...(all.count - 1))]
  }

  /// The faults that begin now.
  mutating func due(
    at now: Int, phase: SimulatedOperator.Phase, since: Int, isEnergised: Bool
  ) -> [SimulationFaultEvent] {
    var result: [SimulationFaultEvent] = []
    if !later.isEmpty {
      result = later.filter { $0.at == now }
      later.removeAll { $0.at <= now }
    }
    guard let next = attempts.first, now >= quietFrom else { return result }
    // A drive that is on is worth waiting for; any phase in which it is on will do.
    let isThere =
      next.phase == .advancing || next.phase == .held
      ? isEnergised && now - since >= next.delay || phase == next.phase && now - since >= next.delay
      : phase == next.phase && now - since >= min(next.delay, 40)
    patience -= 1
    guard isThere || patience <= 0 else { return result }
    attempts.removeFirst()
    patience = Self.longest
    let first = event(next.kinds[0], at: now)
    result.append(first)
    quietFrom = now + first.duration + 60
    if next.kinds.count > 1, next.kinds[1] != next.kinds[0] {
      let second = event(next.kinds[1], at: now + next.offset)
      if next.offset == 0 { result.append(second) } else { later.append(second) }
      quietFrom = max(quietFrom, second.at + second.duration + 60)
    }
    return result
  }

  private mutating func event(_ kind: SimulationFault, at now: Int) -> SimulationFaultEvent {
    let amount = random.within(kind.amounts)
    var duration = random.next() & 3 == 0 ? random.within(1...45) : random.within(60...500)
    if kind.isInstant { duration = 200 }
    if kind == .lateLoop { duration = amount }
    if kind == .estopGlitch { duration = 1 }
    if kind == .wrongDevice || kind == .wrongFirmware { duration = random.within(500...2_500) }
    if kind == .sideLobe { duration = random.within(300...2_500) }
    return SimulationFaultEvent(kind: kind, at: now, duration: duration, amount: amount)
  }
}
