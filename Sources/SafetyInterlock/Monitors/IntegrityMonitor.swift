import HardwareSpecs
import Quantities

/// Counts damage: one error is dropped, a second within the window is a fault (R11).
public struct IntegrityMonitor: Hashable, Sendable {
  package var previous: UInt64?
  public package(set) var isSecond = false

  public init() {}

  /// - Parameter now: nanoseconds of the clock of the end that counts.
  public mutating func note(damaged: UInt32, now: UInt64) {
    guard damaged > 0 else { return }
    let window = UInt64(Limits.integrityWindow.count)
    if damaged > 1 { isSecond = true }
    if let previous, now < previous || now - previous <= window { isSecond = true }
    previous = now
  }

  /// After an acknowledge the count begins anew, but the newest error is still remembered.
  public mutating func acknowledge() { isSecond = false }
}
