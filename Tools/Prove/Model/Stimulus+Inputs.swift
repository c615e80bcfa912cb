import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock

/// The model's own time: every state is looked at as if it were `now` = `ModelTime.origin`.
enum ModelTime {
  static let origin = HostInstant(nanoseconds: 1 << 50)
  /// On the line on which all clocks agree, the console's clock is this much ahead of the host's.
  static let deviceLead: UInt64 = 7_000_000_000
  static let bootLead: UInt64 = 3_000_000_000
  static let jump = Nanoseconds.milliseconds(40)
  static let heldUp = Nanoseconds.milliseconds(35)

  static func ago(_ age: Nanoseconds) -> HostInstant {
    HostInstant(nanoseconds: origin.nanoseconds - UInt64(age.count))
  }

  static func device(at host: HostInstant, _ offset: Nanoseconds = .zero) -> DeviceInstant {
    DeviceInstant(nanoseconds: host.nanoseconds + deviceLead) + offset
  }

  static func length(_ period: Stimulus.Period) -> Nanoseconds {
    switch period {
    case .tick: .milliseconds(10)
    case .late: .milliseconds(20)
    case .veryLate: .milliseconds(31)
    case .back: .milliseconds(-1)
    }
  }
}

extension Stimulus {
  /// The interlock's inputs, in a state that holds what the newest ones were.
  func inputs(in state: InterlockState) -> InterlockInputs {
    let now = ModelTime.origin + ModelTime.length(period)
    var inputs = InterlockInputs(now: now)
    inputs.bootTime =
      host == .bootUnknown
      ? nil
      : HostInstant(nanoseconds: now.nanoseconds + ModelTime.bootLead)
        + (host == .suspended ? ModelTime.jump : .zero)
    inputs.isConnected = link != .unplugged
    inputs.identity = identity(in: state)
    inputs.frame = frame(in: state, nonce: inputs.identity?.nonce ?? 0, now: now)
    inputs.status = status(in: state, now: now)
    inputs.selfTest = selfTest(now: now)
    inputs.isJournalWritable = host != .journalFull
    inputs.isConfigurationValid = host == .setupUnknown ? nil : host != .setupDoubted
    inputs.soundSpeed = host == .soundSpeedUnknown ? nil : MillimetresPerSecond(1_570_000)
    inputs.damaged = host == .damagedOnce ? 1 : (host == .damagedTwice ? 2 : 0)
    inputs.edges = edges
    inputs.acknowledged = named(in: state)
    return inputs
  }

  private func identity(in state: InterlockState) -> ConsoleIdentity? {
    if link == .unidentified { return nil }
    let known = state.memory.generation ?? 1
    // Two numbers are enough: each connection differs from the one before.
    let generation = link == .newConnection ? 3 - known : known
    return ConsoleIdentity(
      serial: link == .otherSerial ? SerialNumber("PG-OTHER") : Bench.serial, firmwareHash: 11,
      specHash: 22, nonce: 70 + generation, generation: generation)
  }

  private func frame(
    in state: InterlockState, nonce: UInt32, now: HostInstant
  ) -> FrameObservation? {
    guard frame != .none else { return nil }
    let newest = state.memory.sequence.newest ?? Canonical.sequence
    let isSame = frame == .frozen || frame == .still
    let payload = state.memory.frozen.newest ?? 1
    var flags: FrameFlags = []
    if frame == .clipped { flags.insert(.clipped) }
    if frame == .emitterFault { flags.insert(.emitterFault) }
    let offset: Nanoseconds =
      frame == .heldUp
      ? Nanoseconds(-ModelTime.heldUp.count) : (frame == .jumped ? ModelTime.jump : .zero)
    let received =
      frame == .old ? now + Nanoseconds(-Limits.frameStaleAfter.count - 1_000_000) : now
    let (roll, level) = whereabouts
    return FrameObservation(
      sequence: frame == .still ? newest : newest &+ (frame == .gap ? 2 : 1),
      nonce: frame == .foreign ? nonce &+ 100 : nonce,
      deviceTime: ModelTime.device(at: now, offset), received: received,
      payloadCRC: isSame ? payload : 3 - payload, flags: flags, handleRoll: Millidegrees(roll),
      handleLevel: Micrometres(level), needleDepth: .zero, signal: signal, invalidReasons: 0)
  }

  private var whereabouts: (roll: Int32, level: Int32) {
    switch place {
    case .peak: (0, 0)
    case .rollBelow: (-5_000, 0)
    case .rollAbove: (5_000, 0)
    case .levelBelow: (0, -1_000)
    case .levelAbove: (0, 1_000)
    }
  }

  private var signal: SignalObservation? {
    var signal = place == .peak ? Bench.peak : Bench.flank
    switch frame {
    case .noSignal: return nil
    case .weak: signal = Bench.flank
    case .strong: signal.amplitude = CentiDecibels(5_400)
    case .noisy: signal.snr = CentiDecibels(1_199)
    case .far: signal.timeOfFlight = Nanoseconds(3_600)
    default: break
    }
    return signal
  }

  private func status(in state: InterlockState, now: HostInstant) -> Fresh<SafetyStatus>? {
    guard status != .none else { return nil }
    var flags = Bench.goodFlags
    if contacts == .pressed || contacts == .bothClosed { flags.insert(.switchNormallyOpen) }
    if contacts == .released || contacts == .bothClosed { flags.insert(.switchNormallyClosed) }
    // The console follows the permit of the step before.
    if state.isEnabled { flags.formUnion([.leaseActive, .driveCommanded, .driveReadback]) }
    if status == .estop { flags.remove(.estopOk) }
    if status == .unfed { flags.remove(.watchdogOk) }
    if status == .lineOn { flags.insert(.driveReadback) }
    if status == .noEcho { flags.remove(.leaseActive) }
    let depth: Int32 = status == .thrown ? 12_001 : (status == .creeping ? 200 : 0)
    let value = SafetyStatus(
      deviceTime: ModelTime.device(at: now), frameSequence: 0, leaseID: 1, leaseLeft: .zero,
      flags: flags, trip: status == .tripped ? .readback : .none, needleDepth: Micrometres(depth),
      leaseTravel: .zero, temperatureCdegc: 3_500, supplyMv: status == .weakSupply ? 4_499 : 5_000,
      measuredGain: CentiDecibels(status == .gainOff ? 101 : 0))
    let since =
      switch status {
      case .repeated: state.memory.switchRead ?? now
      case .stale: now + Nanoseconds(-Limits.statusStaleAfter.count - 1_000_000)
      default: now
      }
    return Fresh(value, since: since)
  }

  private func selfTest(now: HostInstant) -> Fresh<SelfTestReport>? {
    guard host != .selfTestMissing else { return nil }
    let passed: SelfTestItems =
      host == .selfTestFailed ? SelfTestItems.all.subtracting(.tripRelay) : .all
    let age = host == .selfTestOld ? Limits.selfTestExpires.count + 1_000_000_000 : 0
    return Fresh(
      SelfTestReport(finished: DeviceInstant(nanoseconds: 0), passed: passed, run: .all),
      since: now + Nanoseconds(-age))
  }

  private func named(in state: InterlockState) -> FaultCause? {
    guard case .faulted(let fault) = state.machine else { return .powerUp }
    guard press == .acknowledgeOther else { return fault.cause }
    return fault.cause == .powerUp ? .check(.streamLive) : .powerUp
  }
}
