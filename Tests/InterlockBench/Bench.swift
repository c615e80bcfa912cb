import HardwareSpecs
import Quantities
import SafetyInterlock

/// A whole good bench around one interlock: every step gets good inputs, which a test may spoil.
///
/// A value: a test copies an enabled bench and changes one thing.
package struct Bench {
  package static let serial = SerialNumber("PG-TEST")
  package static let goodSetup = InterlockSetup(
    serial: serial, firmwareHash: 11, specHash: 22,
    linkBudget: LinkBudget { _ in CentiDecibels(5_000) })

  package var interlock: Interlock
  package var now: UInt64
  package var device: UInt64
  package var boot: UInt64
  package var sequence: UInt32
  package var period: Int64 = 10_000_000
  package var identity = ConsoleIdentity(
    serial: serial, firmwareHash: 11, specHash: 22, nonce: 77, generation: 1)
  package var isPressed = false
  package var isDriveOn = false
  package var roll: Int32 = 0
  package var level: Int32 = 0
  package var depth: Int32 = 0
  package var signal: SignalObservation? = Bench.peak
  package var connected: HostInstant
  package var decision: InterlockDecision?

  package static let peak = SignalObservation(
    amplitude: CentiDecibels(5_000), snr: CentiDecibels(3_000), timeOfFlight: Nanoseconds(3_200))
  package static let flank = SignalObservation(
    amplitude: CentiDecibels(4_600), snr: CentiDecibels(2_600), timeOfFlight: Nanoseconds(3_300))

  package init(
    setup: InterlockSetup = Bench.goodSetup, now: UInt64 = 1_000_000_000,
    device: UInt64 = 5_000_000_000, boot: UInt64 = 9_000_000_000, sequence: UInt32 = 0
  ) {
    self.now = now
    self.device = device
    self.boot = boot
    self.sequence = sequence
    // With the first step, 10 ms from now.
    connected = HostInstant(nanoseconds: now + 10_000_000)
    interlock = Interlock(setup, start: HostInstant(nanoseconds: now))
  }

  package var instant: HostInstant { HostInstant(nanoseconds: now) }
  package var state: InterlockStateMachine.State { interlock.machine.state }
  package var isEnabled: Bool { interlock.machine.isEnabled }
  package var isLocked: Bool { state == .locked }
  package var cause: FaultCause? {
    if case .faulted(let fault) = state { fault.cause } else { nil }
  }

  package static let goodFlags: SafetyFlags = [
    .estopOk, .watchdogOk, .supplyOk, .temperatureOk, .streaming, .selfTestOk, .relayClosed,
  ]

  package var status: SafetyStatus {
    var flags = Self.goodFlags
    flags.insert(isPressed ? .switchNormallyOpen : .switchNormallyClosed)
    if isDriveOn { flags.formUnion([.leaseActive, .driveCommanded, .driveReadback]) }
    return SafetyStatus(
      deviceTime: DeviceInstant(nanoseconds: device), frameSequence: sequence, leaseID: 1,
      leaseLeft: .zero, flags: flags, trip: .none, needleDepth: Micrometres(depth),
      leaseTravel: .zero, temperatureCdegc: 3_500, supplyMv: 5_000, measuredGain: .zero)
  }

  /// The inputs of this moment, all of them good.
  package var goodInputs: InterlockInputs {
    var inputs = InterlockInputs(now: instant)
    inputs.bootTime = HostInstant(nanoseconds: boot)
    inputs.isConnected = true
    inputs.identity = identity
    inputs.frame = FrameObservation(
      sequence: sequence, nonce: identity.nonce, deviceTime: DeviceInstant(nanoseconds: device),
      received: instant, payloadCRC: sequence &* 2_654_435_761, flags: [],
      handleRoll: Millidegrees(roll), handleLevel: Micrometres(level),
      needleDepth: Micrometres(depth), signal: signal, invalidReasons: 0)
    inputs.status = Fresh(status, since: instant)
    inputs.selfTest = Fresh(
      SelfTestReport(finished: DeviceInstant(nanoseconds: 0), passed: .all, run: .all),
      since: connected)
    inputs.isJournalWritable = true
    inputs.isConfigurationValid = true
    inputs.soundSpeed = MillimetresPerSecond(1_570_000)
    return inputs
  }

  /// Time passes, and the interlock decides on good inputs that `spoil` has changed.
  @discardableResult
  package mutating func step(
    _ edges: OperatorEdges = [], acknowledging cause: FaultCause? = nil,
    spoil: (inout InterlockInputs) -> Void = { _ in }
  ) -> InterlockDecision {
    now += UInt64(period)
    device += UInt64(period)
    boot += UInt64(period)
    sequence &+= 1
    isDriveOn = isEnabled
    var inputs = goodInputs
    inputs.edges = edges
    inputs.acknowledged = cause
    spoil(&inputs)
    let decided = interlock.step(inputs)
    decision = decided
    return decided
  }

  package mutating func steps(_ count: Int) { for _ in 0..<count { step() } }

  /// Acknowledges whatever is latched.
  @discardableResult
  package mutating func acknowledge() -> InterlockDecision {
    step(.acknowledge, acknowledging: cause)
  }

  package mutating func look(
    roll: Int32, level: Int32, _ signal: SignalObservation?, frames: Int = 3
  ) {
    (self.roll, self.level, self.signal) = (roll, level, signal)
    steps(frames)
  }

  /// Finds the maximum at 0°, 0 mm, with flanks on the sides asked for, and finishes the search.
  package mutating func search(_ sides: PeakSearch.Flanks = .all) {
    step(.beginSearch)
    look(roll: 0, level: 0, Self.peak)
    if sides.contains(.rollBelow) { look(roll: -5_000, level: 0, Self.flank) }
    if sides.contains(.rollAbove) { look(roll: 5_000, level: 0, Self.flank) }
    if sides.contains(.levelBelow) { look(roll: 0, level: -1_000, Self.flank) }
    if sides.contains(.levelAbove) { look(roll: 0, level: 1_000, Self.flank) }
    look(roll: 0, level: 0, Self.peak)
    step(.finishSearch)
  }

  /// From reset to acknowledged.
  package static func locked(_ bench: Bench = Bench()) -> Bench {
    var bench = bench
    bench.steps(2)
    bench.acknowledge()
    return bench
  }

  package static func searched(_ bench: Bench = Bench()) -> Bench {
    var bench = locked(bench)
    bench.search()
    return bench
  }

  package static func armed(_ bench: Bench = Bench()) -> Bench {
    var bench = searched(bench)
    bench.step(.arm)
    return bench
  }

  /// Armed, released once and pressed; the dwell is not complete.
  package static func pressed(_ bench: Bench = Bench()) -> Bench {
    var bench = armed(bench)
    bench.step()
    bench.isPressed = true
    return bench
  }

  package static func enabled(_ bench: Bench = Bench()) -> Bench {
    var bench = pressed(bench)
    for _ in 0..<60 where !bench.isEnabled { bench.step() }
    return bench
  }
}
