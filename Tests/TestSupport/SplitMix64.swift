import Foundation

/// The generator of every seeded test (Steele, Lea and Flood 2014): small, fast, the same on every
/// machine. The seed is the whole state, so that printing it is enough to see a failure again.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Within 0 ..< `bound`; the bias of the remainder does not matter to a test.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// Within 0 ..< 1, never 0.
  public mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  /// Standard normal (Box and Muller).
  public mutating func gaussian() -> Double {
    (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}
