import HardwareSpecs
import Quantities

/// Compares the host's monotonic, the host's boot-time and the console's clock (R15).
///
/// Wall-clock time is never looked at. The console's clock is compared over a window, which begins
/// anew when it is over, so that ordinary drift is no jump. A frame cannot come before it was made, so
/// a console's clock that is ahead has jumped; one that is behind may only have been held up on its way,
/// which its age is judged by: behind is a clock only when no frame for a while was in time. A
/// disagreement beyond the limit, or a clock that runs backwards, is remembered until it is acknowledged.
public struct ClockMonitor: Hashable, Sendable {
  public package(set) var disagreement: Nanoseconds = .zero
  public package(set) var hasFailed = false
  /// How much later than the clocks' agreement the newest frame came: its age on the console's clock
  /// when it was received (R08).
  public package(set) var lateness: Nanoseconds = .zero
  package var device: DeviceReading?
  package var boot: BootReading?
  package var newestHost: HostInstant?
  package var newestBoot: BootReading?
  package var newestDevice: DeviceReading?
  /// The frame that was held up least since `leastSince`, and that of the late window before.
  package var leastLate: DeviceReading?
  package var leastLateBefore: DeviceReading?
  /// Since when the first frame to compare from is looked for.
  package var settlingSince: HostInstant?
  package var leastSince = HostInstant(nanoseconds: 0)

  /// The host's clock and the console's, read at one frame.
  package struct DeviceReading: Hashable, Sendable {
    package var host: HostInstant
    package var device: DeviceInstant
  }

  /// The host's monotonic and its boot-time clock, read in one step.
  package struct BootReading: Hashable, Sendable {
    package var host: HostInstant
    package var boot: HostInstant
  }

  public init() {}

  /// A new connection has a clock of its own; the host's clocks stay under watch.
  public mutating func resetDevice() {
    device = nil
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
    newestBoot = BootReading(host: now, boot: bootTime)
    guard let boot else {
      self.boot = newestBoot
      return
    }
    compare(bootTime - boot.boot, now - boot.host)
  }

  public mutating func note(deviceTime: DeviceInstant, received: HostInstant) {
    if let newest = newestDevice?.device, deviceTime <= newest { fail(deviceTime - newest) }
    let reading = DeviceReading(host: received, device: deviceTime)
    newestDevice = reading
    guard let device else {
      lateness = .zero
      settlingSince = received
      self.device = reading
      return
    }
    let ahead = ahead(reading, of: device)
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
    noteLateness(reading, against: device)
    // Two good crystals part by some 50 µs a second: after an hour that would look like a jump. The
    // new window begins with a frame that was not held up.
    if received - device.host >= Limits.clockWindow {
      self.device = leastLateBefore ?? newestDevice
      leastLateBefore = nil
    }
  }

  /// How far the console's clock has gone since an instant beyond the host's.
  private func ahead(_ frame: DeviceReading, of anchor: DeviceReading) -> Nanoseconds {
    Nanoseconds(apart(frame.device - anchor.device, frame.host - anchor.host))
  }

  private mutating func noteLateness(_ frame: DeviceReading, against anchor: DeviceReading) {
    guard let least = leastLate else {
      leastLate = frame
      leastSince = frame.host
      return
    }
    let newLeast = ahead(frame, of: least) > .zero ? frame : least
    leastLate = newLeast
    guard frame.host - leastSince >= Limits.clockLateWindow else { return }
    compare(ahead(newLeast, of: anchor), .zero)
    leastLateBefore = newLeast
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
}
