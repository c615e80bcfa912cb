/// A value that moves at a rate that wanders: a Kalman filter of two states for one number.
///
/// The rate takes a random walk (white acceleration of the density `walk`, units²/s³), which is what is
/// known of a hand that may turn and push as it likes. The covariance is that of these two facts and of
/// the measurements' own deviations; nothing is tuned to look smooth.
///
/// A measurement more than five of its deviations from what was foreseen is not weighed against the
/// past, and alone it is not believed either: the value stays what was foreseen, less and less sure.
/// As many such measurements as the filter itself rests on, three at the most, begin it anew when they
/// agree with one another. So a spike does not pass, and a sudden change is followed at its third
/// measurement. Those that agree with nothing begin it anew all the same at the eighth in a row: what
/// is foreseen never stands for what is measured for longer.
///
/// A value type of a dozen numbers: no allocation, no isolation.
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

  /// Innovation squared over its variance beyond which a measurement is news, not noise: 5 deviations.
  static let gate = 25.0
  /// Measurements beyond the gate that begin the filter anew: so many that agree, or so many at all.
  static let confirming = 3
  static let patience = 8

  /// Measurements in a row that were beyond the gate, the newest included; 0 when that one was weighed.
  public private(set) var doubted = 0
  private var motion: Motion
  /// Measurements that `motion` rests on, counted to `confirming`.
  private var support = 1
  /// What the doubted measurements say among themselves, and how many of them.
  private var other: Motion
  private var agreeing = 0
  private let limits: Limits

  /// Begins on one measurement, with its standard deviation.
  public init(_ value: Double, sigma: Double, limits: Limits) {
    self.limits = limits
    motion = Motion(value, sigma: sigma, rate: limits.rate)
    other = motion
  }

  public var value: Double { motion.value }
  /// Per second.
  public var rate: Double { motion.rate }
  /// Standard deviation of the value as of the newest measurement.
  public var sigma: Double { motion.p00.squareRoot() }

  /// Takes a measurement with its standard deviation, `seconds` after the one before.
  ///
  /// - Returns: the innovation squared over its variance: 1 on average when the model is true.
  @discardableResult
  public mutating func update(_ measured: Double, sigma: Double, after seconds: Double) -> Double {
    let walk = limits.rate * limits.rate / limits.changesIn
    motion.pass(seconds, walk: walk)
    let distance = motion.distance(measured, sigma: sigma)
    // Written so that NaN is beyond the gate.
    if distance <= Self.gate {
      motion.weigh(measured, sigma: sigma)
      support = min(support + 1, Self.confirming)
      (doubted, agreeing) = (0, 0)
      return distance
    }
    doubted += 1
    other.pass(seconds, walk: walk)
    if agreeing > 0, other.distance(measured, sigma: sigma) <= Self.gate {
      other.weigh(measured, sigma: sigma)
      agreeing += 1
    } else {
      other = Motion(measured, sigma: sigma, rate: limits.rate)
      agreeing = 1
    }
    if agreeing >= support || doubted >= Self.patience {
      (motion, support) = (other, agreeing)
      (doubted, agreeing) = (0, 0)
    }
    return distance
  }
}

/// A value and its rate, with their covariance. Source: Bar-Shalom, Li and Kirubarajan, Estimation with
/// Applications to Tracking and Navigation, ch. 6.
private struct Motion: Hashable, Sendable {
  var value: Double
  var rate = 0.0
  /// Variance of the value, covariance with the rate, variance of the rate.
  var p00: Double
  private var p01 = 0.0
  private var p11: Double

  /// One measurement, and a rate of which no more is known than its standard deviation.
  init(_ value: Double, sigma: Double, rate: Double) {
    self.value = value
    p00 = sigma * sigma
    p11 = rate * rate
  }

  /// What is foreseen `t` seconds on.
  mutating func pass(_ t: Double, walk: Double) {
    value += rate * t
    p00 += t * (2 * p01 + t * p11) + walk * t * t * t / 3
    p01 += t * p11 + walk * t * t / 2
    p11 += walk * t
  }

  /// The innovation squared over its variance; NaN or infinite where there is none.
  func distance(_ measured: Double, sigma: Double) -> Double {
    let innovation = measured - value
    return innovation * innovation / (p00 + sigma * sigma)
  }

  mutating func weigh(_ measured: Double, sigma: Double) {
    let innovation = measured - value
    let variance = p00 + sigma * sigma
    let (k0, k1) = (p00 / variance, p01 / variance)
    value += k0 * innovation
    rate += k1 * innovation
    p11 -= k1 * p01
    p01 -= k0 * p01
    p00 -= k0 * p00
  }
}
