import HardwareSpecs
import InterlockOracle
import Quantities
import SafetyInterlock

/// The operator, as a person would go about it: acknowledge, search, arm, hold, advance, retract.
struct SimulatedOperator {
  enum Phase: UInt8, CaseIterable {
    case idle, acknowledging, searching, armed, holding, held, advancing, retracting
  }

  private(set) var phase = Phase.idle
  /// Since when, in ms of the session.
  private(set) var since = 0
  private var leg = 0
  private var legSince = 0
  private var refusals = 0
  private var wait = 0
  private var hasSearched = false
  private var selfTestAsked = -1_000
  private var random: SeededStream

  init(seed: UInt64) { random = SeededStream(seed: seed ^ 0x0_9E4A) }

  /// Where the sweep goes, from the place where it began: thousandths of a degree and µm.
  private static let sweep: [(roll: Int, level: Int)] = [
    (0, 0), (-7_000, 0), (7_000, 0), (0, 0), (0, -900), (0, 900), (0, 0),
  ]

  mutating func step(
    at now: Int, _ host: inout SimulatedHost, _ world: inout SimulationWorld,
    _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    switch host.interlock.machine.state {
    case .faulted: recover(now, &host, &world, &link, faults)
    case .locked: lockedStep(now, &host, &world, &link, faults)
    case .armed: armedStep(now, &host, &world)
    case .enabled: enabledStep(now, &host, &world)
    }
    if faults[.handRelease] { world.isPressed = false }
  }

  private mutating func enter(_ phase: Phase, _ now: Int) {
    guard phase != self.phase else { return }
    self.phase = phase
    since = now
    leg = 0
    legSince = now
  }

  private mutating func recover(
    _ now: Int, _ host: inout SimulatedHost, _ world: inout SimulationWorld,
    _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    world.isPressed = false
    guard host.isIdentified, host.inputs.status != nil else { return enter(.idle, now) }
    enter(.acknowledging, now)
    testIfNeeded(now, &host, &link, faults)
    // A line's worth of looking, then the button, and again from time to time.
    if now - since >= 30, (now - since) % 240 == 30 { host.requestAcknowledge(at: now) }
  }

  private mutating func testIfNeeded(
    _ now: Int, _ host: inout SimulatedHost, _ link: inout SimulationLink,
    _ faults: SimulationFaults
  ) {
    guard !host.hasFreshSelfTest, now - selfTestAsked > 60 else { return }
    selfTestAsked = now
    host.requestSelfTest(at: now, &link, faults)
  }

  private mutating func lockedStep(
    _ now: Int, _ host: inout SimulatedHost, _ world: inout SimulationWorld,
    _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    testIfNeeded(now, &host, &link, faults)
    if phase == .retracting { return retract(now, &host, &world) }
    guard host.interlock.memory.search.isBracketed, refusals < 4 else {
      return search(now, &host, &world)
    }
    world.isPressed = false
    enter(.idle, now)
    let depth = host.depth ?? 0
    if depth > 9_000 || depth > 3_000 && random.next() & 255 == 0 {
      enter(.retracting, now)
      return
    }
    if host.wasRefused { refusals += 1 }
    moveToPeak(host, &world)
    if (now - since) % 25 == 20 { host.edges.insert(.arm) }
  }

  private func moveToPeak(_ host: SimulatedHost, _ world: inout SimulationWorld) {
    let peak = host.interlock.memory.search
    _ = Self.move(&world, toRoll: Int(peak.roll.count), level: Int(peak.level.count))
  }

  private mutating func search(
    _ now: Int, _ host: inout SimulatedHost, _ world: inout SimulationWorld
  ) {
    world.isPressed = false
    if phase != .searching {
      enter(.searching, now)
      refusals = 0
      host.edges.insert(.beginSearch)
      return
    }
    let target = Self.sweep[leg]
    guard Self.move(&world, toRoll: target.roll, level: target.level) else {
      legSince = now
      return
    }
    guard now - legSince >= 6 else { return }
    legSince = now
    leg += 1
    guard leg == Self.sweep.count else { return }
    leg = 0
    host.edges.insert(.finishSearch)
    phase = .idle
    since = now
  }

  /// By at most 1° and 0.1 mm a millisecond; returns whether it is there.
  private static func move(_ world: inout SimulationWorld, toRoll roll: Int, level: Int) -> Bool {
    world.roll += min(1_000, max(-1_000, roll - world.roll))
    world.level += min(100, max(-100, level - world.level))
    return world.roll == roll && world.level == level
  }

  private mutating func armedStep(
    _ now: Int, _ host: inout SimulatedHost, _ world: inout SimulationWorld
  ) {
    refusals = 0
    moveToPeak(host, &world)
    switch phase {
    case .armed:
      world.isPressed = false
      if now - since >= 12 {
        world.isPressed = true
        enter(.holding, now)
      }
    case .holding:
      world.isPressed = true
      if now - since > 1_500 {
        host.edges.insert(.disarm)
        refusals = 4
      }
    case .held, .advancing: enter(.armed, now)
    default: enter(.armed, now)
    }
  }

  private mutating func enabledStep(
    _ now: Int, _ host: inout SimulatedHost, _ world: inout SimulationWorld
  ) {
    world.isPressed = true
    switch phase {
    case .held:
      guard now - since >= wait else { return }
      let depth = host.depth ?? 0
      guard depth < 10_000, leg < 3 else {
        world.isPressed = false
        if random.next() & 1 == 0, depth > 500 {
          host.edges.insert(.disarm)
          enter(.retracting, now)
        }
        return
      }
      host.speed = UInt32(random.within(500...10_000))
      host.advance(to: Micrometres(Int32(min(11_900, depth + random.within(100...2_500)))))
      let count = leg + 1
      enter(.advancing, now)
      leg = count
    case .advancing:
      guard host.hasReached || now - since > 3_000 else { return }
      let count = leg
      enter(.held, now)
      leg = count
      wait = random.within(20...400)
    default:
      enter(.held, now)
      wait = random.within(5...250)
    }
  }

  private mutating func retract(
    _ now: Int, _ host: inout SimulatedHost, _ world: inout SimulationWorld
  ) {
    // Released first, then pressed and held for the way back.
    world.isPressed = now - since > 30
    if now - since == 60 {
      host.speed = UInt32(random.within(4_000...10_000))
      host.retractTarget = Micrometres(Int32(random.within(0...1_000)))
    }
    if now - since > 60, host.retractTarget == nil || now - since > 3_000 {
      host.retractTarget = nil
      world.isPressed = false
      enter(.idle, now)
    }
  }
}
