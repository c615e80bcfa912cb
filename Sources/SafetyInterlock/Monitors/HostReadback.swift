import HardwareSpecs
import Quantities

/// Holds what the console does against what this end permits (R24).
///
/// Off must follow within a lease, a status period and the mismatch limit; on must be echoed in
/// the same time. Needle travel outward without a permit is a mismatch at once.
public struct HostReadback: Hashable, Sendable {
  public package(set) var mismatch: Nanoseconds = .zero
  public package(set) var hasFailed = false
  package var disagreesSince: HostInstant?
  package var changed: HostInstant?
  package var wasEnabled = false
  package var restDepth: Micrometres?
  package var newestDepth: Micrometres?
  package var isLineWrong = false

  public init() {}

  /// Forgets a mismatch that is over; one that still stands stays (R20). Where the needle has come
  /// to is where it is to stay.
  public mutating func acknowledge() {
    if let newestDepth { restDepth = newestDepth }
    guard !isLineWrong else { return }
    hasFailed = false
    mismatch = .zero
    disagreesSince = nil
  }

  mutating func note(_ status: SafetyStatus, isEnabled: Bool, now: HostInstant) {
    if isEnabled != wasEnabled {
      wasEnabled = isEnabled
      changed = now
    }
    let grace = Limits.lease + Limits.statusPeriod + Limits.statusPeriod
    let isSettled = changed.map { now - $0 > grace } ?? true
    let lineIsOn =
      status.flags.contains(.driveReadback) || status.flags.contains(.driveCommanded)
    let creeps = outwardTravel(status.needleDepth, isEnabled: isEnabled || !isSettled)
    newestDepth = status.needleDepth
    isLineWrong = isSettled && !isEnabled && lineIsOn
    let isEchoMissing = isSettled && isEnabled && !status.flags.contains(.leaseActive)
    guard isLineWrong || isEchoMissing || creeps else {
      disagreesSince = nil
      mismatch = .zero
      return
    }
    let since = disagreesSince ?? now
    disagreesSince = since
    mismatch = now - since
    if mismatch >= Limits.readbackMismatch { hasFailed = true }
  }

  /// Whether the needle has gone out by more than 0.1 mm since it was last allowed to.
  private mutating func outwardTravel(_ depth: Micrometres, isEnabled: Bool) -> Bool {
    guard !isEnabled, let rest = restDepth, depth >= rest else {
      restDepth = depth
      return false
    }
    return apart(depth, rest) > 100
  }
}
