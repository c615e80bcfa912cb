import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// The console's firmware: commands in, A-lines and safety status out, and the needle drive, which
/// is off unless everything is freshly proved on the console's own clock and inputs.
///
/// Pure: no clock, no input, no output of its own. A board (or an emulator) calls `receive` for each
/// PDU, `round` once per pulse period, `beginLine` when a line is due, and `watchdogInterrupt` from a timer.
/// Nothing is allocated.
public struct ConsoleFirmware: Sendable {
  /// Takes the bytes of a PDU for a pipe.
  public typealias Sender = (Pipe, UnsafeRawBufferPointer) -> Void

  public let serial: SerialNumber
  public let firmwareHash: UInt64
  public let specHash: UInt64

  public internal(set) var acquisition = Acquisition()
  public internal(set) var trip = TripCause.powerUp
  /// Commands that were refused because of checksum, nonce or sequence.
  public internal(set) var refusedCommands: UInt32 = 0
  public internal(set) var outputs = Outputs()

  var nonce: UInt32 = 0
  var commandSequence = SequenceMonitor()
  var lease = LeaseGuard()
  var enableSwitch = SwitchMonitor()
  var watchdog = WindowedWatchdog()
  var readback = OutputReadback()
  var integrity = IntegrityMonitor()
  var motion = Motion.stop
  var selfTest: SelfTestItems = []
  var leaseStanding = LeaseGuard.Standing.off
  var previousRound: DeviceInstant?
  /// The depth in nm that the needle may have reached by the commands given.
  var mayReach = Int64(Int32.max) * 1_000
  /// What the readback must not have left backwards by a leap: the deepest of an advance, nm.
  var deepest = Int64(Int32.min) * 1_000
  /// What the readback showed last, and how far an advance has stayed behind what it was told, nm.
  var newestDepth = Int64(0)
  var lag = Int64(0)
  var newestNonce: UInt32 = 0
  var statusDue = DeviceInstant(nanoseconds: 0)
  var statusChanged = true
  var streamSequence: UInt32 = 0
  var safetySequence: UInt32 = 0

  public init(serial: SerialNumber, firmwareHash: UInt64, specHash: UInt64) {
    self.serial = serial
    self.firmwareHash = firmwareHash
    self.specHash = specHash
  }

  /// One round: looks at every input, decides the outputs, and sends the safety status when due.
  ///
  /// - Returns: the outputs, also kept in `outputs`. After a trap or reset they are all off (R01).
  public mutating func round(
    at now: DeviceInstant, pins: Pins, send: Sender
  ) -> Outputs {
    watchdog.check(at: now)
    watchdog.pass(.acquire)
    enableSwitch.note(
      normallyOpen: pins.switchNormallyOpen, normallyClosed: pins.switchNormallyClosed,
      now: now.nanoseconds)
    leaseStanding = lease.check(now: now, depth: pins.needleDepth)

    watchdog.pass(.validate)
    noteReadback(pins, now)
    if let cause = findTrip(pins) { trip(cause) }

    watchdog.pass(.decide)
    let before = outputs
    decideOutputs(pins, now)

    watchdog.pass(.readback)
    watchdog.kick(at: now)
    if outputs.driveEnable != before.driveEnable || outputs.isRelayClosed != before.isRelayClosed {
      statusChanged = true
    }
    previousRound = now
    sendStatusIfDue(pins, now, send)
    return outputs
  }

  /// The timer interrupt, which a board runs every millisecond above the loop's priority: a loop that
  /// stands cannot end its own lease, and without this the drive would stay as it was left (R17).
  ///
  /// - Returns: the outputs, also kept in `outputs`; all off once the watchdog's window has passed.
  @discardableResult
  public mutating func watchdogInterrupt(at now: DeviceInstant) -> Outputs {
    watchdog.check(at: now)
    if !watchdog.isHealthy { trip(.watchdog) }
    return outputs
  }

  /// The cable was pulled, or the bus was reset: the host is gone (R14).
  public mutating func loseLink() {
    if case .running = leaseStanding { trip(.linkLost) }
    lease.drop()
    motion = .stop
    acquisition.stop()
    nonce = 0
    outputs = Outputs()
  }

  private mutating func noteReadback(_ pins: Pins, _ now: DeviceInstant) {
    // How far out the needle may be by now: from where it was, as fast as it was told to go and an
    // eighth more. A slow creep and a drive that runs too fast both add up against it (R24).
    let depth = Int64(pins.needleDepth.count) * 1_000
    let gap = min(previousRound.map { now - $0 } ?? .zero, Limits.watchdogClose)
    let told = Int64(max(0, outputs.needleSpeed)) * max(0, gap.count) / 1_000_000
    mayReach += told + told / 8
    // Without a retraction a needle does not leap back: a readback that does is not to be believed, and
    // a target would be overrun by as much, also if it leapt just before the advance began (R24).
    switch motion {
    case .advance:
      deepest = max(deepest, depth)
      // Nor does it stand still, an eighth for a slow drive aside: a readback that does would let the
      // needle go on past its target (R24).
      lag = max(0, lag + told - told / 8 - (depth - newestDepth))
    case .retract:
      deepest = depth
      lag = 0
    // At rest a hand may draw it back, round by round.
    case .stop:
      if deepest - depth <= Self.overrunAllowed { deepest = depth }
      lag = 0
    }
    newestDepth = depth
    readback.note(
      commanded: outputs.driveEnable, line: pins.driveLine,
      isOverrunning: depth - mayReach > Self.overrunAllowed
        || deepest - depth > Self.overrunAllowed || lag > Self.lagAllowed, now: now)
    mayReach = min(mayReach, depth)
  }

  /// What the needle has done so far is no overrun any more: an advance begins, or a trip is over.
  mutating func forgiveOverrun(_ pins: Pins) {
    mayReach = Int64(pins.needleDepth.count) * 1_000
  }

  /// An acknowledge takes the needle to be where the readback has it.
  mutating func forgiveLeap(_ pins: Pins) { deepest = Int64(pins.needleDepth.count) * 1_000 }

  /// Noise of the depth readback, and one round's way after a stop, in nm.
  private static var overrunAllowed: Int64 { 50_000 }

  /// With 20 ms of mismatch at full speed it stays well within the overshoot that is allowed, in nm.
  private static var lagAllowed: Int64 { 80_000 }

  /// The first reason to trip, in the order of blame.
  private func findTrip(_ pins: Pins) -> TripCause? {
    if !pins.isEstopOK { return .estop }
    if enableSwitch.isDiscrepant { return .switchDiscrepancy }
    if !watchdog.isHealthy { return .watchdog }
    if readback.hasFailed { return .readback }
    if integrity.isSecond { return .integrity }
    if isBeyondThrow(pins) { return .travelLimit }
    switch leaseStanding {
    case .off: return nil
    case .lapsed: return .leaseLapsed
    case .travelExceeded: return .travelLimit
    case .running: return isHealthy(pins) ? nil : .unhealthy
    }
  }

  func isBeyondThrow(_ pins: Pins) -> Bool {
    pins.needleDepth.count > Limits.needleThrow.count + 50
  }

  func isHealthy(_ pins: Pins) -> Bool {
    isSupplyOK(pins) && isTemperatureOK(pins) && pins.isEmitterFit
      && (Int64(pins.measuredGain.count) - Int64(acquisition.gain.count)).magnitude
        <= UInt64(Limits.gainTolerance.count)
  }

  func isSupplyOK(_ pins: Pins) -> Bool {
    (Limits.supplyMin...Limits.supplyMax).contains(Int32(pins.supplyMillivolts))
  }

  func isTemperatureOK(_ pins: Pins) -> Bool {
    (Limits.temperatureMin...Limits.temperatureMax).contains(Int32(pins.temperature))
  }

  /// Drops everything and remembers the first cause (R20).
  mutating func trip(_ cause: TripCause) {
    if trip == .none {
      trip = cause
      statusChanged = true
    }
    lease.drop()
    leaseStanding = .off
    motion = .stop
    outputs = Outputs()
    enableSwitch.demandRelease()
  }

  private mutating func decideOutputs(_ pins: Pins, _ now: DeviceInstant) {
    if !enableSwitch.isHeld {
      lease.drop()
      leaseStanding = .off
      motion = .stop
    }
    if case .retract(_, _, let until) = motion, now >= until { motion = .stop }
    var left: Micrometres?
    if case .running(_, let travel) = leaseStanding {
      left = Limits.travelPerLease - max(.zero, travel)
    } else if case .advance = motion {
      motion = .stop
    }
    let gap = previousRound.map { now - $0 } ?? .milliseconds(1)
    outputs = DriveLogic.outputs(
      motion,
      DriveLogic.Conditions(
        travelLeft: left, isSwitchHeld: enableSwitch.isHeld, isEstopOK: pins.isEstopOK,
        isWatchdogHealthy: watchdog.isHealthy, isTripped: trip != .none, depth: pins.needleDepth,
        round: gap))
  }
}
