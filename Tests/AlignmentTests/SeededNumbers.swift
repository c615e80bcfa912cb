import Foundation
import TestSupport

typealias SeededNumbers = SplitMix64

extension SplitMix64 {
  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(next() >> 11) * 0x1p-53
  }

  /// Standard normal (Box and Muller).
  mutating func normal() -> Double {
    (-2 * log(max(uniform(0, 1), 1e-300))).squareRoot() * cos(2 * .pi * uniform(0, 1))
  }
}
