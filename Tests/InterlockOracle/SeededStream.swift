/// The numbers of a seeded run (SplitMix64; Steele, Lea and Flood 2014): the seed is all of it.
public struct SeededStream: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  public mutating func below(_ n: Int) -> Int { Int(next() % UInt64(n)) }
  public mutating func oneIn(_ n: Int) -> Bool { below(n) == 0 }
  public mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.count)
  }
  public mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
  /// A limit, or the number next to it on either side.
  public mutating func around(_ limit: Int64) -> Int64 { limit + Int64(below(3)) - 1 }
}
