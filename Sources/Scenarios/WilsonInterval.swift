/// The Wilson score interval of a share: sound for few trials and for shares near 0 and 1, where
/// the usual ± is not.
///
/// E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209–212:
/// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
public struct WilsonInterval: Equatable, Sendable {
  public var successes: Int
  public var trials: Int
  public var low: Double
  public var high: Double

  /// The quantile of the normal distribution for 95 % between the ends.
  public static let z95 = 1.959963984540054

  /// Requires 0 ≤ successes ≤ trials. Without trials nothing is known: 0 to 1.
  public init(successes: Int, trials: Int, z: Double = z95) {
    precondition(successes >= 0 && successes <= trials)
    self.successes = successes
    self.trials = trials
    guard trials > 0 else {
      (low, high) = (0, 1)
      return
    }
    let n = Double(trials)
    let p = Double(successes) / n
    let centre = p + z * z / (2 * n)
    let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    // Exact at the ends, where rounding would leave 1e-17.
    low = successes == 0 ? 0 : (centre - half) / scale
    high = successes == trials ? 1 : (centre + half) / scale
  }

  /// nil without trials.
  public var share: Double? { trials > 0 ? Double(successes) / Double(trials) : nil }
}

/// The value below which the share `p` of the sorted values lies, linear between neighbours
/// (type 7 of Hyndman and Fan, the default of NumPy and R). nil when there is no finite value.
public func percentile(_ p: Double, of values: [Double]) -> Double? {
  precondition((0...1).contains(p))
  let sorted = values.filter(\.isFinite).sorted()
  guard let last = sorted.last else { return nil }
  let place = p * Double(sorted.count - 1)
  let index = Int(place)
  guard index + 1 < sorted.count else { return last }
  return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
}
