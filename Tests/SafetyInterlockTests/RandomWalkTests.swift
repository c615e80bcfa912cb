import HardwareSpecs
import InterlockBench
import InterlockOracle
import Quantities
import SafetyInterlock
import Testing

@Suite struct RandomWalkTests {
  static let steps = 1_000_000

  /// Something that goes wrong in one step.
  static func spoil(_ inputs: inout InterlockInputs, _ random: inout SeededStream) {
    switch random.below(20) {
    case 0: inputs.isConnected = false
    case 1: inputs.identity = nil
    case 2: inputs.frame = nil
    case 3: inputs.frame?.signal = nil
    case 4: inputs.frame?.sequence &-= UInt32(random.below(4))
    case 5: inputs.frame?.received = HostInstant(nanoseconds: random.next())
    case 6: inputs.frame?.deviceTime = DeviceInstant(nanoseconds: random.next())
    case 7: inputs.frame?.nonce &+= 1
    case 8: inputs.frame?.flags.insert(.clipped)
    case 9: inputs.damaged = UInt32(random.below(3))
    case 10: inputs.status = nil
    case 11: inputs.status?.value.flags = SafetyFlags(rawValue: UInt16(random.below(1 << 12)))
    case 12: inputs.status?.value.trip = TripCause.allCases[Int(random.below(12))]
    case 13:
      inputs.status?.value.needleDepth = Micrometres(Int32(truncatingIfNeeded: random.next()))
    case 14: inputs.selfTest = nil
    case 15: inputs.isJournalWritable = random.oneIn(2) ? nil : false
    case 16: inputs.isConfigurationValid = random.oneIn(2) ? nil : false
    case 17: inputs.soundSpeed = MillimetresPerSecond(Int32(truncatingIfNeeded: random.next()))
    case 18: inputs.bootTime = random.oneIn(2) ? nil : HostInstant(nanoseconds: random.next())
    default:
      inputs.frame?.signal = SignalObservation(
        amplitude: CentiDecibels(Int32(truncatingIfNeeded: random.next())),
        snr: CentiDecibels(Int32(truncatingIfNeeded: random.next())),
        timeOfFlight: Nanoseconds(Int64(truncatingIfNeeded: random.next())))
    }
  }

  // R01, R02, R19, R20, R22
  @Test(arguments: [UInt64(20_260), 31_415]) func walkKeepsEveryInvariant(seed: UInt64) {
    var random = SeededStream(seed: seed)
    var bench = Bench()
    var enabled = 0
    var faults = 0
    var wasAcknowledged = false
    var wasArmed = false
    for step in 0..<Self.steps {
      // The guide: what a careful operator would do next.
      var edges: OperatorEdges = []
      var named: FaultCause?
      var isSearching = false
      switch bench.state {
      case .faulted(let fault):
        bench.isPressed = false
        if random.oneIn(3) { (edges, named) = (.acknowledge, fault.cause) }
        if random.oneIn(20) { bench.connected = bench.instant }
        if random.oneIn(10) { bench.signal = Bench.peak }
        if fault.cause != .powerUp, random.oneIn(20) { isSearching = true }
      case .locked:
        bench.isPressed = false
        if !bench.interlock.memory.search.isBracketed {
          isSearching = true
        } else if random.oneIn(2) {
          edges = .arm
        }
      case .armed: bench.isPressed = bench.decision!.state != .locked && !random.oneIn(30)
      case .enabled: bench.isPressed = true
      }
      if isSearching { bench.search() }
      // And what goes wrong.
      if random.oneIn(300) { edges = OperatorEdges(rawValue: UInt8(random.below(32))) }
      if random.oneIn(300) { named = .check(CheckID.allCases[Int(random.below(30))]) }
      if random.oneIn(500) { bench.isPressed.toggle() }
      if random.oneIn(5_000) {
        bench.identity.generation &+= 1
        bench.connected = bench.instant
      }
      bench.period = random.oneIn(2_000) ? Int64(random.below(60_000_000)) : 10_000_000
      let spoils = random.oneIn(250)

      let before = bench.interlock.machine
      let decision = bench.step(edges, acknowledging: named) { inputs in
        if spoils { Self.spoil(&inputs, &random) }
      }
      bench.period = 10_000_000

      var broken: String?
      if decision.isEnabled {
        enabled += 1
        if !decision.report.permits() { broken = "enabled without every permit" }
        if edges.contains(.disarm) { broken = "enabled in the step of a disarm" }
        if !wasAcknowledged || !wasArmed { broken = "enabled without acknowledge and arm" }
        if !before.isArmed { broken = "enabled from \(before.state)" }
      }
      if case .faulted = decision.state {
        if case .faulted = before.state {} else { faults += 1 }
        (wasAcknowledged, wasArmed) = (false, false)
      } else if case .faulted = before.state {
        if decision.state != .locked || !edges.contains(.acknowledge) { broken = "left a fault" }
        wasAcknowledged = true
      }
      if case .locked = decision.state { wasArmed = false }
      if !before.isArmed, bench.interlock.machine.isArmed {
        wasArmed = true
        if before.state != .locked || !edges.contains(.arm) { broken = "armed by itself" }
      }
      let first = bench.interlock.takePermit()
      let gave =
        switch consume first {
        case .some: true;
        case .none: false
        }
      if gave != decision.isEnabled { broken = "permit \(gave), enabled \(decision.isEnabled)" }
      let second = bench.interlock.takePermit()
      let again =
        switch consume second {
        case .some: true;
        case .none: false
        }
      if again { broken = "permit taken twice" }
      if let broken {
        Issue.record("seed \(seed), step \(step): \(broken)")
        return
      }
    }
    // A walk that is never enabled proves nothing.
    let share = Double(enabled) / Double(Self.steps)
    #expect(share >= 0.20, "seed \(seed): enabled \(share)")
    #expect(faults >= 1_000, "seed \(seed): \(faults) faults")
    print("random walk: seed \(seed), enabled \(share), faults \(faults)")
  }
}
