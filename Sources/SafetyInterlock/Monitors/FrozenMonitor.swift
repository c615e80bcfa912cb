/// Live noise never repeats, and a live counter moves: identical payload checksums in a row, or a
/// number that stands still, mean a frozen source (R09).
public struct FrozenMonitor: Equatable, Sendable {
  private var newest: UInt32?
  public private(set) var repeats: UInt32 = 0

  public init() {}

  public mutating func reset() { self = Self() }

  /// - Parameter isCounterStill: the frame has the number of the newest one.
  public mutating func note(payloadCRC: UInt32, isCounterStill: Bool = false) {
    let isRepeat = payloadCRC == newest || isCounterStill
    repeats = isRepeat ? (repeats == .max ? .max : repeats + 1) : 0
    newest = payloadCRC
  }
}
