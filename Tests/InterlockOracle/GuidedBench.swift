import HardwareSpecs
public import Quantities
public import SafetyInterlock

/// A simulated operator who wants to get the needle enabled, at a bench on which things go wrong.
///
/// An unguided walk is enabled in none of 10^8 steps; this one is in more than a fifth of them, and
/// still visits both sides of every limit. It looks at decisions only, as an operator does.
public struct GuidedBench: Sendable {
  public let setup: InterlockSetup
  var random: SeededStream
  var now: UInt64
  var boot: UInt64
  var device: UInt64
  var sequence: UInt32
  var period: UInt64
  var identity: ConsoleIdentity
  var isPressed = false
  var isDriveOn = false
  var depth: Int32 = 0
  var place = Look()
  var peak: SignalObservation
  var testedAt: UInt64
  /// What is left of the present sweep, newest last.
  var script: [Look] = []
  var wait = 0
  /// The amplitude spreads by this at random from frame to frame [cdB].
  let noise: Int
  /// One step in so many goes wrong.
  let mishap: Int
  let isWild: Bool
  var spoils: [Spoil] = []

  /// Where the handle is during one frame, and how much weaker the signal is there.
  struct Look: Sendable {
    var roll: Int32 = 0
    var level: Int32 = 0
    var drop: Int32 = 0
    var later: Int64 = 0
    var edges: OperatorEdges = []
  }

  public init(seed: UInt64) {
    random = SeededStream(seed: seed)
    now = random.pick([1_000_000_000, 1 << 31, 1 << 32, 1 << 53, (1 << 63) - 7_000_000_000])
    device = random.pick([0, 5_000_000_000, (1 << 31) - 9, 1 << 32, (1 << 63) - 5_000_000_000])
    boot = now + UInt64(random.below(1 << 40))
    sequence = random.pick([0, 1, .max - 3, 0x7FFF_FFF0])
    period = random.pick([10, 10, 10, 10, 12, 5, 14, 15]) * 1_000_000
    identity = ConsoleIdentity(
      serial: SerialNumber("PG-ORACLE"), firmwareHash: 11, specHash: SpecHash.value,
      nonce: UInt32(truncatingIfNeeded: random.next()), generation: 1)
    testedAt = now + period
    let amplitude = random.pick([3_100, 4_000, 5_000, 5_200, 5_600])
    // Anatomies at both ends of the reach, and between; [ns] at 1,570 m/s.
    let flight = random.pick([960, 1_000, 2_500, 3_200, 5_000, 7_600, 7_640])
    peak = SignalObservation(
      amplitude: CentiDecibels(Int32(amplitude)), snr: CentiDecibels(3_000),
      timeOfFlight: Nanoseconds(Int64(flight)))
    let budget = Int32(amplitude) + Int32(random.pick([0, 0, 0, -500, 500, 480]))
    let slope = Int32(random.pick([0, 0, 7, 31]))
    setup = InterlockSetup(
      serial: identity.serial, firmwareHash: identity.firmwareHash, specHash: identity.specHash,
      linkBudget: LinkBudget { CentiDecibels(budget - slope * (Int32($0) - 4)) },
      commandedGain: CentiDecibels(Int32(random.pick([0, 600, -600]))))
    noise = random.pick([0, 10, 30])
    isWild = random.oneIn(24)
    mishap = isWild ? 3 : random.pick([60, 150, 150, 300, 300, 30_000])
  }

  public var start: HostInstant { HostInstant(nanoseconds: now) }

  /// The inputs of the next step, after a decision (none before the first step).
  public mutating func next(after decision: InterlockDecision?) -> InterlockInputs {
    passTime(decision)
    var edges: OperatorEdges = []
    var named: FaultCause?
    if let decision { operate(decision, &edges, &named) }
    if let look = script.popLast() {
      place = look
      edges.formUnion(look.edges)
    }
    var inputs = goodInputs()
    inputs.edges = edges
    inputs.acknowledged = named
    if random.oneIn(mishap) { spoils.append(Spoil(&random)) }
    var ongoing = spoils
    for index in ongoing.indices { ongoing[index].apply(to: &inputs, on: &self) }
    spoils = ongoing.filter { $0.left > 0 }
    return inputs
  }

  private mutating func passTime(_ decision: InterlockDecision?) {
    var passes = period
    if random.oneIn(mishap * 4) {
      passes = UInt64(
        random.pick([
          random.around(15_000_000), random.around(30_000_000), 100_000_000, 40_000_000, 0,
          random.around(600_000_000_000),
        ]))
    }
    // Near the end of an arming, land on it to the nanosecond.
    if case .enabled(let since)? = decision?.state {
      let age = now - since.nanoseconds
      if age > 59_980_000_000, age < 60_000_000_000, random.oneIn(2) {
        passes = UInt64(random.around(60_000_000_000)) - age
      }
    }
    now += passes
    boot += passes
    device += passes
    sequence &+= 1
  }

  private mutating func operate(
    _ decision: InterlockDecision, _ edges: inout OperatorEdges, _ named: inout FaultCause?
  ) {
    isDriveOn = decision.isEnabled
    guard script.isEmpty else { return }
    place = Look()
    if wait > 0 {
      wait -= 1
      return
    }
    switch decision.state {
    case .faulted(let fault): recover(fault, decision, &edges, &named)
    case .locked:
      if !decision.report[.alignmentBracketed].permits {
        sweep()
      } else if random.oneIn(40) {
        // Dawdles with the switch held and the dwell complete: only the arming is missing.
        isPressed.toggle()
        wait = 60
      } else if random.oneIn(2) {
        edges = .arm
        isPressed = false
        wait = random.oneIn(8) ? 70 : 1
      } else if random.oneIn(12) {
        sweep()
      }
    case .armed:
      isPressed.toggle()
      wait = isPressed ? 60 : 1
    case .enabled:
      depth += Int32(random.below(40))
      if depth > 11_900 { depth = 0 }
      if random.oneIn(500) { isPressed = false }
      if random.oneIn(900) { edges = .disarm }
    }
  }

  private mutating func recover(
    _ fault: FaultRecord, _ decision: InterlockDecision, _ edges: inout OperatorEdges,
    _ named: inout FaultCause?
  ) {
    if random.oneIn(3) { isPressed = false }
    if !decision.report[.consoleSelfTest].permits { testedAt = now }
    if case .check(let id) = fault.cause, id.kind == .alignment, !decision.report[id].permits,
      random.oneIn(4)
    {
      return sweep()
    }
    if depth > 0, random.oneIn(2) { depth = 0 }
    if random.oneIn(3) { (edges, named) = (.acknowledge, fault.cause) }
    if random.oneIn(60) { edges = [.acknowledge, .arm] }
  }

  /// A search over all four flanks, with the odd slip at every limit.
  private mutating func sweep() {
    let drop = Int32(
      random.oneIn(3) ? random.around(300 + 2 * Int64(noise)) : Int64(400 + 2 * noise))
    let roll = Int32(
      random.oneIn(4)
        ? random.pick([random.around(2_000), random.around(60_000), 6_001]) : Int64(5_000))
    let level = Int32(
      random.oneIn(4) ? random.pick([random.around(200), random.around(4_000), 501]) : 1_000)
    var looks: [Look] = [Look(edges: .beginSearch)]
    func look(_ look: Look, _ frames: Int = 3) {
      for _ in 0..<frames { looks.append(look) }
    }
    if random.oneIn(4) { look(Look(roll: Int32(random.within(-3_000...3_000)), drop: 100)) }
    look(Look())
    var sides = [
      Look(roll: -roll, drop: drop), Look(roll: roll, drop: drop),
      Look(level: -level, drop: drop), Look(level: level, drop: drop, later: 100),
    ]
    sides.shuffle(using: &random)
    if random.oneIn(6) { sides.removeLast() }
    if random.oneIn(6) { sides[0].level += Int32(random.around(500)) }
    if random.oneIn(6) { sides[1].roll += Int32(random.around(6_000)) }
    for side in sides { look(side, random.oneIn(12) ? 2 : 3) }
    look(Look(drop: random.oneIn(5) ? Int32(random.around(-50)) : 0))
    if random.oneIn(20) { look(Look(roll: 180_000, drop: -200)) }
    looks.append(Look(edges: random.oneIn(30) ? [] : .finishSearch))
    script = looks.reversed()
  }
}
