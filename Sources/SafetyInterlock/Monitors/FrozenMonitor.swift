/// Live noise never repeats: identical payload checksums in a row mean a frozen source (R09).
public struct FrozenMonitor: Hashable, Sendable {
  package var newest: UInt32?
  public package(set) var repeats: UInt32 = 0

  public init() {}

  public mutating func reset() { self = Self() }

  public mutating func note(payloadCRC: UInt32) {
    repeats = payloadCRC == newest ? (repeats == .max ? .max : repeats + 1) : 0
    newest = payloadCRC
  }

  /// A frame whose counter has not moved repeats the newest one, whatever it carries.
  public mutating func noteStillCounter() { repeats = repeats == .max ? .max : repeats + 1 }
}
