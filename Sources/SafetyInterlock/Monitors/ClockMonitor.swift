import HardwareSpecs
import Quantities

/// Compares the host's monotonic, the host's boot-time and the console's clock (R15).
///
/// Wall-clock time is never looked at. The console's clock is compared over a window, which begins
/// anew when it is over, so that ordinary drift is no jump. A disagreement beyond the limit, or a clock that runs
/// backwards, is remembered until it is acknowledged.
public struct ClockMonitor: Equatable, Sendable {
  public private(set) var disagreement: Nanoseconds = .zero
  public private(set) var hasFailed = false
  private var device: (host: HostInstant, device: DeviceInstant)?
  private var boot: (host: HostInstant, boot: HostInstant)?
  private var newestHost: HostInstant?
  private var newestBoot: (host: HostInstant, boot: HostInstant)?
  private var newestDevice: (host: HostInstant, device: DeviceInstant)?

  public init() {}

  /// A new connection has a clock of its own; the host's clocks stay under watch.
  public mutating func resetDevice() {
    device = nil
    newestDevice = nil
  }

  /// Compares from the newest readings on; a step since then still counts (R20).
  public mutating func acknowledge() {
    hasFailed = false
    disagreement = .zero
    device = newestDevice
    boot = newestBoot
  }

  public mutating func note(now: HostInstant, bootTime: HostInstant?) {
    if let newestHost, now < newestHost { fail(now - newestHost) }
    newestHost = now
    guard let bootTime else { return }
    newestBoot = (now, bootTime)
    guard let boot else {
      self.boot = (now, bootTime)
      return
    }
    compare(bootTime - boot.boot, now - boot.host)
  }

  public mutating func note(deviceTime: DeviceInstant, received: HostInstant) {
    if let newest = newestDevice?.device, deviceTime <= newest { fail(deviceTime - newest) }
    newestDevice = (received, deviceTime)
    guard let device else {
      self.device = (received, deviceTime)
      return
    }
    compare(deviceTime - device.device, received - device.host)
    // Two good crystals part by some 50 µs a second: after an hour that would look like a jump.
    if received - device.host >= Limits.clockWindow { self.device = newestDevice }
  }

  private mutating func compare(_ one: Nanoseconds, _ other: Nanoseconds) {
    let difference = Nanoseconds(apart(one, other)).magnitude
    disagreement = max(disagreement, difference)
    if difference > Limits.clockDisagreement { hasFailed = true }
  }

  private mutating func fail(_ step: Nanoseconds) {
    hasFailed = true
    disagreement = max(disagreement, step.magnitude)
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.disagreement == b.disagreement && a.hasFailed == b.hasFailed && a.newestHost == b.newestHost
      && a.device?.host == b.device?.host && a.device?.device == b.device?.device
      && a.boot?.host == b.boot?.host && a.boot?.boot == b.boot?.boot
      && a.newestBoot?.host == b.newestBoot?.host && a.newestBoot?.boot == b.newestBoot?.boot
      && a.newestDevice?.host == b.newestDevice?.host
      && a.newestDevice?.device == b.newestDevice?.device
  }
}
