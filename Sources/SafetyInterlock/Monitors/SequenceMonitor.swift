/// Exactly the previous plus one, through the wrap (R10).
public struct SequenceMonitor: Hashable, Sendable {
  public enum Step: Hashable, Sendable {
    /// The first since the start: nothing to compare with.
    case first
    case next
    /// `missing` numbers were skipped.
    case gap(missing: UInt32)
    /// Not ahead of the newest: repeated, replayed or reordered.
    case behind(by: UInt32)
  }

  public package(set) var newest: UInt32?

  public init() {}

  public mutating func reset() { newest = nil }

  /// Judges a number. Only a number that is ahead becomes the newest one.
  public mutating func accept(_ number: UInt32) -> Step {
    guard let previous = newest else {
      newest = number
      return .first
    }
    let ahead = number &- previous
    guard ahead != 0, ahead < 0x8000_0000 else { return .behind(by: 0 &- ahead) }
    newest = number
    return ahead == 1 ? .next : .gap(missing: ahead - 1)
  }
}
