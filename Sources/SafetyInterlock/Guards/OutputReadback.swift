import HardwareSpecs
import Quantities

/// Holds the drive's output line and motion against the command, on the console (R24).
public struct OutputReadback: Hashable, Sendable {
  public package(set) var hasFailed = false
  package var since: DeviceInstant?

  public init() {}

  public mutating func acknowledge() { self = Self() }

  /// - Parameters:
  ///   - commanded: the enable output as commanded.
  ///   - line: the enable line as read back.
  ///   - isOverrunning: the needle is farther out than it was commanded to go.
  public mutating func note(commanded: Bool, line: Bool, isOverrunning: Bool, now: DeviceInstant) {
    guard commanded != line || isOverrunning else {
      since = nil
      return
    }
    let start = since ?? now
    since = start
    if now < start || now - start >= Limits.readbackMismatch { hasFailed = true }
  }
}
