import HardwareSpecs
import Quantities

/// A watchdog that cannot be fed by a loop that only spins (R17).
///
/// Each round must pass acquire, validate, decide and readback in this order, and the kick must
/// fall inside its window: too early is as wrong as too late.
public struct WindowedWatchdog: Hashable, Sendable {
  public enum Stage: UInt8, CaseIterable, Sendable { case acquire, validate, decide, readback }

  public package(set) var isHealthy = true
  package var due: UInt8 = 0
  package var newestKick: DeviceInstant?

  public init() {}

  public mutating func pass(_ stage: Stage) {
    if stage.rawValue == due { due += 1 } else { isHealthy = false }
  }

  /// Ends a round.
  public mutating func kick(at now: DeviceInstant) {
    if due != UInt8(Stage.allCases.count) { isHealthy = false }
    due = 0
    if let newestKick {
      let since = now - newestKick
      if since < Limits.watchdogOpen || since > Limits.watchdogClose { isHealthy = false }
    }
    newestKick = now
  }

  /// Trips when the window has passed without a kick; call it from an interrupt of its own.
  public mutating func check(at now: DeviceInstant) {
    if let newestKick, now < newestKick || now - newestKick > Limits.watchdogClose {
      isHealthy = false
    }
  }

  /// After an acknowledged trip the rounds begin anew.
  public mutating func restart() { self = Self() }
}
