import HardwareSpecs
import Quantities

/// Consecutive fresh good frames since the last bad one (R07), and the spread of their time of
/// flight (R06).
public struct Dwell: Hashable, Sendable {
  public package(set) var frames: UInt32 = 0
  public package(set) var since: HostInstant?
  public package(set) var newest: HostInstant?
  public package(set) var shortest: Nanoseconds = .zero
  public package(set) var longest: Nanoseconds = .zero

  public init() {}

  public mutating func reset() { self = Self() }

  public mutating func noteGood(flight: Nanoseconds, at received: HostInstant) {
    if frames == 0 {
      since = received
      shortest = flight
      longest = flight
    }
    newest = received
    frames = frames == .max ? .max : frames + 1
    shortest = min(shortest, flight)
    longest = max(longest, flight)
  }

  /// From the first to the newest good frame: time in which none came proves nothing.
  public var lasted: Nanoseconds {
    guard let since, let newest else { return .zero }
    return newest - since
  }
}
