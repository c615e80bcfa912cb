import ConsoleFirmware
import HardwareSpecs
import Quantities

/// Judges from the truth alone: the energised drive, the needle, the geometry, the hand and the
/// injected faults. It asks nothing of the interlock, and shares no code with it.
struct SimulationJudge {
  enum Rule: String, CaseIterable, Codable {
    case fault = "drive on too long after a fault"
    case misaimed = "drive on while the needle's line misses the vein"
    case released = "drive on without a held switch"
    case stopped = "drive on after the emergency stop"
    case noLease = "drive on without a lease"
    case travel = "the needle went too far on one lease"
    case beyondThrow = "the needle left its throw"
    case overshoot = "the needle went beyond its target"
  }

  struct Violation: Equatable {
    var rule: Rule
    /// Of `Rule.fault`: which.
    var kind: SimulationFault?
    var at: Int
  }

  struct TimeToOff {
    var kind: SimulationFault
    var milliseconds: Int
  }

  private(set) var violation: Violation?
  /// Those of the newest step.
  private(set) var timesToOff: [TimeToOff] = []
  private var waiting: [SimulationFaultEvent] = []
  private var isEnergised = false
  private var misaimedSince: Int?
  private var releasedSince: Int?
  private var stoppedSince: Int?
  /// Since when the stage has been on by itself.
  private var stuckSince: Int?
  private var leaseCame = -1_000
  private var leaseDepth = 0
  private var wasTripped = false

  /// ms
  static let allowed = Int(Limits.faultToDriveOff.count / 1_000_000)
  /// A lease on a clock 10 % slow, the watchdog's window, and a round either side.
  static let leaseAllowed = 25 + 3 + 5 + 2
  /// µm
  static let overshootAllowed = Int(Limits.overshootAllowed.count)

  /// Whether what a fault demands counts from a beginning with the drive on.
  private var seen: [Bool] = Array(repeating: false, count: SimulationFault.allCases.count)

  /// A fault begins; call it before the step in which it acts.
  mutating func begin(_ event: SimulationFaultEvent) {
    seen[Int(event.kind.rawValue)] = isEnergised
    if isEnergised, event.kind.measuresOff { waiting.append(event) }
  }

  mutating func step(
    at now: Int, _ world: SimulationWorld, _ console: SimulatedConsole, _ host: SimulatedHost?,
    _ faults: SimulationFaults
  ) {
    isEnergised = console.isEnergised || world.speed > 0
    note(now, world, console, faults)
    timesToOff.removeAll(keepingCapacity: true)
    guard isEnergised else {
      for event in waiting {
        timesToOff.append(TimeToOff(kind: event.kind, milliseconds: now - event.at))
      }
      waiting.removeAll(keepingCapacity: true)
      return
    }
    if !waiting.isEmpty { waiting.removeAll { now > $0.at + $0.duration } }
    guard violation == nil else { return }
    judgeFaults(now, faults)
    judgeTruths(now, faults)
    judgeNeedle(now, world, console, host, faults)
  }

  private mutating func note(
    _ now: Int, _ world: SimulationWorld, _ console: SimulatedConsole, _ faults: SimulationFaults
  ) {
    misaimedSince = world.isMisaimed ? misaimedSince ?? now : nil
    releasedSince = world.isPressed ? nil : releasedSince ?? now
    stoppedSince = faults[.estop] ? stoppedSince ?? now : nil
    let isStuck = faults[.driveStuckOn] && isEnergised && !console.outputs.driveEnable
    stuckSince = isStuck ? stuckSince ?? now : nil
    if console.leaseCame != leaseCame {
      leaseCame = console.leaseCame
      leaseDepth = world.depth
    }
    // A trip ended that travel; what a drive that sticks does after someone cleared it is travel anew.
    if wasTripped, console.firmware.trip == .none { leaseDepth = world.depth }
    wasTripped = console.firmware.trip != .none
  }

  private mutating func judgeFaults(_ now: Int, _ faults: SimulationFaults) {
    guard !faults.isQuiet else { return }
    for event in faults.active where now - event.at > Self.allowed {
      let demands: Bool
      switch event.kind.demand {
      case .off: demands = true
      case .offIfSeen: demands = seen[Int(event.kind.rawValue)]
      case .truth: demands = false
      }
      if demands, now - max(event.at, stuckSince ?? 0) > Self.allowed {
        report(.fault, now, event.kind)
      }
    }
  }

  private mutating func judgeTruths(_ now: Int, _ faults: SimulationFaults) {
    let stuck = stuckSince ?? 0
    func isOver(_ since: Int?) -> Bool {
      guard let since else { return false }
      return now - max(since, stuck) > Self.allowed
    }
    if isOver(misaimedSince) { report(.misaimed, now) }
    if isOver(releasedSince) { report(.released, now) }
    if isOver(stoppedSince) { report(.stopped, now) }
    let lease = stuckSince == nil ? Self.leaseAllowed : Self.allowed
    if now - max(leaseCame, stuck) > lease { report(.noLease, now) }
  }

  private mutating func judgeNeedle(
    _ now: Int, _ world: SimulationWorld, _ console: SimulatedConsole, _ host: SimulatedHost?,
    _ faults: SimulationFaults
  ) {
    let depth = world.depth / 1_000
    // A stage that does not obey, or a readback that lies, may take the whole overshoot.
    let isLame =
      faults[.driveStuckOn] || faults[.driveRunaway] || faults[.depthFrozen] || faults[.depthJump]
    let travel = Int(Limits.travelPerLease.count) + (isLame ? Self.overshootAllowed : 50)
    if world.speed > 0, (world.depth - leaseDepth) / 1_000 > travel { report(.travel, now) }
    if depth > Int(Limits.needleThrow.count) + Self.overshootAllowed { report(.beyondThrow, now) }
    // A host that was started anew has no target yet.
    guard let host, host.newestTarget > 0, world.speed > 0, console.outputs.needleSpeed > 0 else {
      return
    }
    // Against a readback that lied before the target was chosen there is no second opinion.
    if faults[.depthJump],
      faults.active.contains(where: { $0.kind == .depthJump && $0.at <= host.targetSince })
    {
      return
    }
    if depth > host.newestTarget + Self.overshootAllowed { report(.overshoot, now) }
  }

  private mutating func report(_ rule: Rule, _ now: Int, _ kind: SimulationFault? = nil) {
    if violation == nil { violation = Violation(rule: rule, kind: kind, at: now) }
  }
}

extension SimulationFault {
  /// Whether the time from its beginning to the drive being off means something.
  var measuresOff: Bool {
    switch self {
    case .handRelease, .estop, .rollSlip, .axialSlip, .sideLobe: true
    default: demand != .truth
    }
  }
}
