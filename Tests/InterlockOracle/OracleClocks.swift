import HardwareSpecs
import Quantities
import SafetyInterlock

/// The host's two clocks and the console's, by the readings that they are compared over (R15).
struct OracleClocks: Sendable {
  struct Stamp: Sendable {
    var host: HostInstant
    var device: DeviceInstant

    /// How far the console's clock went since `other` beyond the host's; [ns].
    func ahead(of other: Stamp) -> Int128 {
      Int128((device - other.device).count) - Int128((host - other.host).count)
    }
  }

  private(set) var isLatched = false
  private var newestNow: HostInstant?
  private var boots: [(now: HostInstant, boot: HostInstant)] = []
  private var newest: Stamp?
  /// What frames are compared from, and since when a better one is looked for.
  private var base: Stamp?
  private var settlingSince: HostInstant?
  /// The frames of the present window of lateness, and the least late one of the window before.
  private var window: [Stamp] = []
  private var leastLateBefore: Stamp?

  mutating func forgetConsole() {
    newest = nil
    base = nil
    settlingSince = nil
    window = []
    leastLateBefore = nil
  }

  mutating func forgive() {
    isLatched = false
    boots = boots.suffix(1)
    base = newest
    settlingSince = newest?.host
    window = []
    leastLateBefore = nil
  }

  mutating func take(now: HostInstant, boot: HostInstant?) {
    if let newestNow, now < newestNow { isLatched = true }
    newestNow = now
    guard let boot else { return }
    boots = boots.prefix(1) + [(now, boot)]
    let parted = Int128((boot - boots[0].boot).count) - Int128((now - boots[0].now).count)
    if parted.magnitude > Int128(Limits.clockDisagreement.count).magnitude { isLatched = true }
  }

  /// - Returns: how late the frame is [ns], not below 0.
  mutating func take(_ frame: FrameObservation) -> Int128 {
    let stamp = Stamp(host: frame.received, device: frame.deviceTime)
    if let newest, stamp.device <= newest.device { isLatched = true }
    newest = stamp
    guard let base else {
      self.base = stamp
      settlingSince = stamp.host
      return 0
    }
    let ahead = stamp.ahead(of: base)
    if let began = settlingSince, stamp.host - began < Limits.clockSettle {
      if ahead > 0, ahead < Int128(Limits.clockSettle.count) {
        self.base = stamp
        return 0
      }
    } else {
      settlingSince = nil
    }
    if ahead > Int128(Limits.clockDisagreement.count) { isLatched = true }
    judgeLateness(stamp, base)
    if stamp.host - base.host >= Limits.clockWindow {
      self.base = leastLateBefore ?? stamp
      leastLateBefore = nil
    }
    return max(0, -ahead)
  }

  private mutating func judgeLateness(_ stamp: Stamp, _ base: Stamp) {
    window.append(stamp)
    guard window.count > 1, stamp.host - window[0].host >= Limits.clockLateWindow else { return }
    var least = window[0]
    for other in window where other.ahead(of: least) > 0 { least = other }
    if least.ahead(of: base).magnitude > Int128(Limits.clockDisagreement.count).magnitude {
      isLatched = true
    }
    leastLateBefore = least
    window.removeAll(keepingCapacity: true)
  }
}
