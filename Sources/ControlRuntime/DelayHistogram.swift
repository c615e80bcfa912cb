import Quantities

/// How often each delay occurred: 64 steps an octave, so that any quantile is known to 1.6 %.
///
/// A value with one owner. Memory: allocated in `init`; noting a delay allocates nothing as long as
/// no copy is held.
public struct DelayHistogram: Equatable, Sendable {
  private static let stepBits = 6
  /// From 0 to 2³⁶ ns, 69 s; the last step takes what is longer.
  private static let steps = (37 - stepBits) << stepBits

  private var counts = [UInt64](repeating: 0, count: steps)
  /// Delays noted.
  public private(set) var count: UInt64 = 0
  /// The longest, exactly.
  public private(set) var longest = Nanoseconds.zero

  public init() {}

  /// Counts one delay; a negative one as none.
  public mutating func note(_ delay: Nanoseconds) {
    counts[Self.step(of: delay)] += 1
    count += 1
    longest = max(longest, delay)
  }

  /// The least delay that is not exceeded in this share (0 ... 1) of all, rounded up to the end of
  /// its step, or the longest if that is less; nil when none was noted.
  public func quantile(_ share: Double) -> Nanoseconds? {
    guard count > 0 else { return nil }
    let rank = max(1, UInt64((Double(count) * min(max(share, 0), 1)).rounded(.up)))
    var seen: UInt64 = 0
    for (step, number) in counts.enumerated() {
      seen += number
      if seen >= rank { return min(Self.end(of: step), longest) }
    }
    return longest
  }

  private static func step(of delay: Nanoseconds) -> Int {
    let value = UInt64(max(delay.count, 0))
    // Below 64 ns a step is a nanosecond.
    guard value >= 1 << stepBits else { return Int(value) }
    let octave = 63 - value.leadingZeroBitCount - stepBits
    let place = Int(value >> UInt64(octave)) - (1 << stepBits)
    return min(((octave + 1) << stepBits) + place, steps - 1)
  }

  /// The longest delay of a step, ns.
  private static func end(of step: Int) -> Nanoseconds {
    guard step >= 1 << stepBits else { return Nanoseconds(Int64(step)) }
    let octave = (step >> stepBits) - 1
    let place = (step & ((1 << stepBits) - 1)) + (1 << stepBits)
    return Nanoseconds(Int64(((place + 1) << octave) - 1))
  }
}
