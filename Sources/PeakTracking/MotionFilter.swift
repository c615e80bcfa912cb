/// A value that moves at a rate that wanders: a Kalman filter of two states for one number.
///
/// The rate takes a random walk (white acceleration of the density `walk`, units²/s³), which is what is
/// known of a hand that may turn and push as it likes. The covariance is that of these two facts and of
/// the measurements' own deviations; nothing is tuned to look smooth. Whether a measurement belongs to
/// this motion at all is for the caller to decide, by the distance that `update` returns.
///
/// A value type of half a dozen numbers: no allocation, no isolation. Source: Bar-Shalom, Li and
/// Kirubarajan, Estimation with Applications to Tracking and Navigation, ch. 6.
public struct MotionFilter: Hashable, Sendable {
  /// What the rate may be before anything is known of it (standard deviation, units/s), and how soon it
  /// may be another one, s: a walk of rate² ÷ time.
  public struct Limits: Hashable, Sendable {
    public var rate: Double
    public var changesIn: Double

    public init(rate: Double, changesIn: Double) {
      self.rate = rate
      self.changesIn = changesIn
    }
  }

  public private(set) var value: Double
  /// Per second.
  public private(set) var rate = 0.0
  /// Variance of the value, covariance with the rate, variance of the rate.
  private var p00: Double
  private var p01 = 0.0
  private var p11: Double
  private let walk: Double

  /// Begins on one measurement, with its standard deviation.
  public init(_ value: Double, sigma: Double, limits: Limits) {
    self.value = value
    p00 = sigma * sigma
    p11 = limits.rate * limits.rate
    walk = limits.rate * limits.rate / limits.changesIn
  }

  /// Standard deviation of the value as of the newest measurement.
  public var sigma: Double { p00.squareRoot() }

  /// Weighs in a measurement with its standard deviation, `seconds` after the one before.
  ///
  /// - Returns: its distance from what was foreseen: the innovation squared over its variance, 1 on average
  ///   when the model is true; NaN where there is none.
  @discardableResult
  public mutating func update(_ measured: Double, sigma: Double, after seconds: Double) -> Double {
    pass(seconds)
    let innovation = measured - value
    let variance = p00 + sigma * sigma
    let (k0, k1) = (p00 / variance, p01 / variance)
    value += k0 * innovation
    rate += k1 * innovation
    p11 -= k1 * p01
    p01 -= k0 * p01
    p00 -= k0 * p00
    return innovation * innovation / variance
  }

  /// To what is foreseen `t` seconds on.
  private mutating func pass(_ t: Double) {
    value += rate * t
    p00 += t * (2 * p01 + t * p11) + walk * t * t * t / 3
    p01 += t * p11 + walk * t * t / 2
    p11 += walk * t
  }
}
