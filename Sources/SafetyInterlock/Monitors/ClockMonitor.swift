import HardwareSpecs
import Quantities

/// Compares the host's monotonic, the host's boot-time and the console's clock (R15).
///
/// Wall-clock time is never looked at. The console's clock is compared over a window, which begins
/// anew when it is over, so that ordinary drift is no jump. A frame cannot come before it was made, so
/// a console's clock that is ahead has jumped; one that is behind may only have been held up on its way,
/// which its age is judged by: behind is a clock only when no frame for a while was in time. A
/// disagreement beyond the limit, or a clock that runs backwards, is remembered until it is acknowledged.
public struct ClockMonitor: Equatable, Sendable {
  public private(set) var disagreement: Nanoseconds = .zero
  public private(set) var hasFailed = false
  /// How much later than the clocks' agreement the newest frame came: its age on the console's clock
  /// when it was received (R08).
  public private(set) var lateness: Nanoseconds = .zero
  private var device: (host: HostInstant, device: DeviceInstant)?
  private var boot: (host: HostInstant, boot: HostInstant)?
  private var newestHost: HostInstant?
  private var newestBoot: (host: HostInstant, boot: HostInstant)?
  private var newestDevice: (host: HostInstant, device: DeviceInstant)?
  /// The frame that was held up least since `leastSince`, and that of the late window before.
  private var leastLate: (host: HostInstant, device: DeviceInstant)?
  private var leastLateBefore: (host: HostInstant, device: DeviceInstant)?
  /// Since when the first frame to compare from is looked for.
  private var settlingSince: HostInstant?
  private var leastSince = HostInstant(nanoseconds: 0)

  public init() {}

  /// A new connection has a clock of its own; the host's clocks stay under watch.
  public mutating func resetDevice() {
    device = nil
    settlingSince = nil
    newestDevice = nil
    leastLate = nil
    leastLateBefore = nil
  }

  /// Compares from the newest readings on; a step since then still counts (R20).
  public mutating func acknowledge() {
    hasFailed = false
    disagreement = .zero
    device = newestDevice
    settlingSince = newestDevice?.host
    leastLate = nil
    leastLateBefore = nil
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
      lateness = .zero
      settlingSince = received
      self.device = (received, deviceTime)
      return
    }
    let ahead = ahead((received, deviceTime), of: device)
    if let began = settlingSince, received - began < Limits.clockSettle {
      if ahead > .zero, ahead < Limits.clockSettle {
        self.device = newestDevice
        lateness = .zero
        return
      }
    } else {
      settlingSince = nil
    }
    if ahead >= .zero { compare(ahead, .zero) }
    lateness = max(.zero, Nanoseconds(apart(.zero, ahead)))
    noteLateness((received, deviceTime), against: device)
    // Two good crystals part by some 50 µs a second: after an hour that would look like a jump. The
    // new window begins with a frame that was not held up.
    if received - device.host >= Limits.clockWindow {
      self.device = leastLateBefore ?? newestDevice
      leastLateBefore = nil
    }
  }

  /// How far the console's clock has gone since an instant beyond the host's.
  private func ahead(
    _ frame: (host: HostInstant, device: DeviceInstant),
    of anchor: (host: HostInstant, device: DeviceInstant)
  ) -> Nanoseconds {
    Nanoseconds(apart(frame.device - anchor.device, frame.host - anchor.host))
  }

  private mutating func noteLateness(
    _ frame: (host: HostInstant, device: DeviceInstant),
    against anchor: (host: HostInstant, device: DeviceInstant)
  ) {
    guard let least = leastLate else {
      leastLate = frame
      leastSince = frame.host
      return
    }
    if ahead(frame, of: least) > .zero { leastLate = frame }
    guard frame.host - leastSince >= Limits.clockLateWindow else { return }
    compare(ahead(leastLate ?? frame, of: anchor), .zero)
    leastLateBefore = leastLate
    leastLate = nil
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
    a.disagreement == b.disagreement && a.hasFailed == b.hasFailed && a.lateness == b.lateness
      && a.newestHost == b.newestHost
      && a.device?.host == b.device?.host && a.device?.device == b.device?.device
      && a.boot?.host == b.boot?.host && a.boot?.boot == b.boot?.boot
      && a.newestBoot?.host == b.newestBoot?.host && a.newestBoot?.boot == b.newestBoot?.boot
      && a.newestDevice?.host == b.newestDevice?.host
      && a.newestDevice?.device == b.newestDevice?.device
      && a.leastLate?.host == b.leastLate?.host && a.leastLate?.device == b.leastLate?.device
      && a.leastLateBefore?.host == b.leastLateBefore?.host
      && a.leastLateBefore?.device == b.leastLateBefore?.device && a.leastSince == b.leastSince
      && a.settlingSince == b.settlingSince
  }
}
