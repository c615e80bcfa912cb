import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// The console's firmware: commands in, A-lines and safety status out, and the needle drive, which
/// is off unless everything is freshly proved on the console's own clock and inputs.
///
/// Pure: no clock, no input, no output of its own. A board (or an emulator) calls `receive` for each
/// PDU, `round` once per pulse period, and `beginLine` when a line is due. Nothing is allocated.
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
  var motionWatch = MotionWatch()
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
    motionWatch.note(depth: pins.needleDepth, commandedSpeed: outputs.needleSpeed, now: now)
    readback.note(
      commanded: outputs.driveEnable, line: pins.driveLine,
      isRunningAway: motionWatch.isRunningAway, now: now)
  }

  /// The first reason to trip, in the order of blame.
  private func findTrip(_ pins: Pins) -> TripCause? {
    if !pins.isEstopOK { return .estop }
    if enableSwitch.isDiscrepant { return .switchDiscrepancy }
    if !watchdog.isHealthy { return .watchdog }
    if readback.hasFailed { return .readback }
    if integrity.isSecond { return .integrity }
    if pins.needleDepth.count > Limits.needleThrow.count + 50 { return .travelLimit }
    switch leaseStanding {
    case .off: return nil
    case .lapsed: return .leaseLapsed
    case .travelExceeded: return .travelLimit
    case .running: return isHealthy(pins) ? nil : .unhealthy
    }
  }

  func isHealthy(_ pins: Pins) -> Bool {
    isSupplyOK(pins) && isTemperatureOK(pins) && pins.isEmitterFit
      && (pins.measuredGain - acquisition.gain).count.magnitude
        <= UInt32(Limits.gainTolerance.count)
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
