import HardwareSpecs
import Quantities
import SafetyInterlock

/// One session from power-up: host, link, console and world in steps of one millisecond.
///
/// Deterministic: the seed and the faults with their times decide everything.
struct SimulationSession {
  enum Plan {
    /// Faults are drawn, and aimed at phases.
    case guided(SimulationScheduler)
    case fixed([SimulationFaultEvent])
    case nominal
  }

  let seed: UInt64
  let defect: SimulationDefect?
  private(set) var now = 0
  private(set) var events: [SimulationFaultEvent] = []
  private(set) var judge = SimulationJudge()
  private(set) var energisedSteps = 0
  private(set) var enabledSteps = 0
  private(set) var permits = 0
  private(set) var leases = 0
  private(set) var faultsLatched = 0
  private(set) var newestCause: FaultCause?

  private var plan: Plan
  private var faults = SimulationFaults()
  private var world: SimulationWorld
  private var link: SimulationLink
  private var console: SimulatedConsole
  private var host: SimulatedHost?
  private var human: SimulatedOperator
  private var clock: UInt64 = 1_000_000_000_000
  private var boot: UInt64 = 1_500_000_000_000
  private var nextHostStep = 0
  private var trueOffsets: (roll: Int, level: Int)

  init(seed: UInt64, plan: Plan, defect: SimulationDefect? = nil) {
    self.seed = seed
    self.plan = plan
    self.defect = defect
    world = SimulationWorld(seed: seed)
    link = SimulationLink(seed: seed)
    console = SimulatedConsole(seed: seed)
    host = SimulatedHost(start: HostInstant(nanoseconds: clock))
    human = SimulatedOperator(seed: seed)
    trueOffsets = (world.rollOffset, world.levelOffset)
  }

  var phase: SimulatedOperator.Phase { human.phase }
  var isEnergised: Bool { console.isEnergised }

  /// Runs up to `limit` ms, or to the first violation; hands over each fault that begins and each
  /// time to off.
  mutating func run(
    limit: Int,
    began: (SimulationFaultEvent, SimulatedOperator.Phase, Bool) -> Void = { _, _, _ in },
    off: (SimulationJudge.TimeToOff) -> Void = { _ in }
  ) {
    while now < limit, judge.violation == nil, !isFinished {
      step(began)
      for time in judge.timesToOff { off(time) }
    }
    collect()
  }

  private var isFinished: Bool {
    if case .guided(let scheduler) = plan { return scheduler.isFinished(at: now) }
    return false
  }

  private mutating func step(
    _ began: (SimulationFaultEvent, SimulatedOperator.Phase, Bool) -> Void
  ) {
    for event in faults.expire(at: now) { end(event.kind) }
    for event in dueEvents() {
      events.append(event)
      began(event, human.phase, console.isEnergised)
      judge.begin(event)
      faults.begin(event)
      begin(event)
    }
    if faults[.slowDrift] { world.rollOffset += faults.amount(.slowDrift) }
    console.step(at: now, &world, &link, faults, defect)
    world.moveNeedle()
    advanceClocks()
    stepHost()
    judge.step(at: now, world, console, host, faults)
    if console.isEnergised { energisedSteps += 1 }
    if host?.isEnabled ?? false { enabledSteps += 1 }
    now += 1
  }

  private mutating func dueEvents() -> [SimulationFaultEvent] {
    switch plan {
    case .nominal: return []
    case .fixed(let all): return all.filter { $0.at == now }
    case .guided(var scheduler):
      let due = scheduler.due(
        at: now, phase: human.phase, since: human.since, isEnergised: console.isEnergised)
      plan = .guided(scheduler)
      return due
    }
  }

  // MARK: Faults of the host and of the world

  private mutating func begin(_ event: SimulationFaultEvent) {
    console.begin(event, &link, depth: world.depth)
    switch event.kind {
    case .hostClockForward: clock += UInt64(event.amount) * 1_000_000
    case .hostClockBack: clock -= UInt64(event.amount) * 1_000_000
    case .bootTimeJump: boot += UInt64(event.amount) * 1_000_000
    case .hostDeath:
      collect()
      host = nil
    case .rollSlip: world.rollOffset += 15_000
    case .axialSlip: world.levelOffset += 1_500
    case .sideLobe: world.rollOffset += 20_000
    default: break
    }
  }

  private mutating func end(_ kind: SimulationFault) {
    console.end(kind, &link)
    switch kind {
    case .hostDeath: host = SimulatedHost(start: HostInstant(nanoseconds: clock))
    case .rollSlip, .sideLobe, .slowDrift: world.rollOffset = trueOffsets.roll
    case .axialSlip: world.levelOffset = trueOffsets.level
    default: break
    }
  }

  private mutating func advanceClocks() {
    guard !faults.isQuiet else {
      clock += 1_000_000
      boot += 1_000_000
      return
    }
    let tick = UInt64(
      1_000_000 + faults.amount(.hostClockFast) * 1_000 - faults.amount(.hostClockSlow) * 1_000)
    if !faults[.suspend] { clock += tick }
    boot += tick
  }

  private mutating func stepHost() {
    guard host != nil else { return }
    if !faults.isQuiet {
      if faults[.suspend] || faults[.hostStop] || faults[.lateLoop] { return }
      if faults[.slowLoop] {
        guard now >= nextHostStep else { return }
        nextHostStep = now + faults.amount(.slowLoop)
      }
    }
    host!.step(
      at: now, clock: HostInstant(nanoseconds: clock), boot: HostInstant(nanoseconds: boot), &link,
      faults, defect)
    human.step(at: now, &host!, &world, &link, faults)
  }

  /// Adds up what the host counted, before it is gone.
  private mutating func collect() {
    guard let host else { return }
    permits += host.permits
    leases += host.leases
    faultsLatched += host.faults
    newestCause = host.newestFault ?? newestCause
  }
}
