/// A value that moves at a rate that wanders: a Kalman filter of two states for one number.
///
/// The rate takes a random walk (white acceleration of the density `walk`, units²/s³), which is what is
/// known of a hand that may turn and push as it likes. The covariance is that of these two facts and of
/// the measurements' own deviations; nothing is tuned to look smooth. A measurement more than five of
/// its deviations from what was foreseen is not weighed against the past: the filter begins anew on it,
/// so that a sudden change is followed at once.
///
/// A value type of seven numbers: no allocation, no isolation. Source: Bar-Shalom, Li and Kirubarajan,
/// Estimation with Applications to Tracking and Navigation, ch. 6.
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
  private let limits: Limits

  /// Innovation squared over its variance beyond which a measurement is news, not noise: 5 deviations.
  static let gate = 25.0

  /// Begins on one measurement, with its standard deviation.
  public init(_ value: Double, sigma: Double, limits: Limits) {
    self.value = value
    self.limits = limits
    p00 = sigma * sigma
    p11 = limits.rate * limits.rate
  }

  /// Standard deviation of the value as of the newest measurement.
  public var sigma: Double { p00.squareRoot() }

  /// Takes a measurement with its standard deviation, `seconds` after the one before.
  ///
  /// - Returns: the innovation squared over its variance: 1 on average when the model is true.
  @discardableResult
  public mutating func update(_ measured: Double, sigma: Double, after seconds: Double) -> Double {
    let walk = limits.rate * limits.rate / limits.changesIn
    let t = seconds
    value += rate * t
    p00 += t * (2 * p01 + t * p11) + walk * t * t * t / 3
    p01 += t * p11 + walk * t * t / 2
    p11 += walk * t
    let innovation = measured - value
    let variance = p00 + sigma * sigma
    let distance = innovation * innovation / variance
    guard variance > 0, distance <= Self.gate else {
      self = MotionFilter(measured, sigma: sigma, limits: limits)
      return distance
    }
    let (k0, k1) = (p00 / variance, p01 / variance)
    value += k0 * innovation
    rate += k1 * innovation
    p11 -= k1 * p01
    p01 -= k0 * p01
    p00 -= k0 * p00
    return distance
  }
}
