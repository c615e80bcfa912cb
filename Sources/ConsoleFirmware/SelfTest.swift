import HardwareSpecs
import Quantities
import SafetyInterlock

extension ConsoleFirmware {
  /// Proves the board's parts, and every trip path once: each is forced on a copy of the very
  /// guards and output logic that run the drive, and must drop the output (R24).
  func runSelfTest(at now: DeviceInstant, pins: Pins) -> SelfTestReport {
    var passed: SelfTestItems = []
    func mark(_ item: SelfTestItems, _ condition: Bool) { if condition { passed.insert(item) } }
    mark(.memory, pins.isImageIntact)
    mark(.converter, pins.isConverterFit)
    mark(.emitter, pins.isEmitterFit)
    mark(.supply, isSupplyOK(pins) && isTemperatureOK(pins))
    let on = DriveLogic.Conditions(
      travelLeft: Limits.travelPerLease, isSwitchHeld: true, isEstopOK: true,
      isWatchdogHealthy: true, isTripped: false, depth: .zero, round: .milliseconds(1))
    // A drop proves nothing unless the output was on before it.
    let isOn = Self.drives(on)
    mark(.tripLease, isOn && Self.leaseLapseDrops(on, now))
    mark(.tripSwitch, isOn && Self.switchReleaseDrops(on, now))
    mark(.tripEstop, isOn && !Self.drives(on) { $0.isEstopOK = false })
    mark(.tripWatchdog, isOn && Self.missedWatchdogDrops(on, now))
    mark(.tripRelay, isOn && Self.tripOpensRelay(on) && !pins.driveLine)
    return SelfTestReport(finished: now, passed: passed, run: .all)
  }

  private static func drives(
    _ conditions: DriveLogic.Conditions, _ change: (inout DriveLogic.Conditions) -> Void = { _ in }
  ) -> Bool {
    var conditions = conditions
    change(&conditions)
    let motion = Motion.advance(target: Limits.needleThrow, speed: Limits.needleSpeedMax)
    return DriveLogic.outputs(motion, conditions).driveEnable
  }

  private static func leaseLapseDrops(_ on: DriveLogic.Conditions, _ now: DeviceInstant) -> Bool {
    var lease = LeaseGuard()
    let answer = lease.request(
      LeaseGuard.Request(decision: 1, lease: 1, frameTime: now, expires: now + .seconds(1)),
      now: now, depth: .zero)
    guard answer == .granted, lease.check(now: now + Limits.lease, depth: .zero) == .lapsed
    else { return false }
    return !drives(on) { $0.travelLeft = nil }
  }

  private static func switchReleaseDrops(
    _ on: DriveLogic.Conditions, _ now: DeviceInstant
  ) -> Bool {
    var monitor = SwitchMonitor()
    monitor.note(normallyOpen: false, normallyClosed: true, now: now.nanoseconds)
    monitor.note(normallyOpen: true, normallyClosed: false, now: now.nanoseconds)
    guard monitor.isHeld else { return false }
    monitor.note(normallyOpen: false, normallyClosed: true, now: now.nanoseconds)
    let isHeld = monitor.isHeld
    return !isHeld && !drives(on) { $0.isSwitchHeld = isHeld }
  }

  private static func missedWatchdogDrops(
    _ on: DriveLogic.Conditions, _ now: DeviceInstant
  ) -> Bool {
    var watchdog = WindowedWatchdog()
    for stage in WindowedWatchdog.Stage.allCases { watchdog.pass(stage) }
    watchdog.kick(at: now)
    guard watchdog.isHealthy else { return false }
    watchdog.check(at: now + Limits.watchdogClose + Nanoseconds(1))
    let isHealthy = watchdog.isHealthy
    return !isHealthy && !drives(on) { $0.isWatchdogHealthy = isHealthy }
  }

  private static func tripOpensRelay(_ on: DriveLogic.Conditions) -> Bool {
    var tripped = on
    tripped.isTripped = true
    return !DriveLogic.outputs(.stop, tripped).isRelayClosed
      && DriveLogic.outputs(.stop, on).isRelayClosed
  }
}
