/// The second cue: where along the level the time of flight is shortest.
///
/// range² = d² + (z − z₀)², so range² − z² is a straight line in z with slope −2·z₀. Needs no
/// amplitude, and side lobes cannot deceive it.
package struct RangeParabola: Hashable, Sendable {
  var level: Double
  var sigma: Double

  /// `deviation` is what one range scatters by, mm (the heart moves the vessels by 0.1–0.2 mm).
  /// Nil with fewer than two levels.
  init?(levels: [Double], ranges: [Double], deviation: Double) {
    guard levels.count >= 2, levels.count == ranges.count else { return nil }
    let n = Double(levels.count)
    let mean = levels.reduce(0, +) / n
    let y = zip(levels, ranges).map { $1 * $1 - ($0 - mean) * ($0 - mean) }
    let yMean = y.reduce(0, +) / n
    var cross = 0.0
    var square = 0.0
    for (z, y) in zip(levels, y) {
      cross += (z - mean) * (y - yMean)
      square += (z - mean) * (z - mean)
    }
    guard square > 1e-6 else { return nil }
    level = mean - cross / square / 2
    let range = ranges.reduce(0, +) / n
    sigma = range * deviation / square.squareRoot()
    guard level.isFinite, sigma.isFinite else { return nil }
  }

  /// What the second cue says of a peak that the amplitude shows.
  package enum Agreement: Hashable, Sendable {
    case agrees
    case disagrees
    /// The sweeps do not tell where the flight is shortest; not an agreement.
    case unknown
  }

  /// Whether the level of the shortest flight, from all sweeps, lies where the amplitude is highest:
  /// within three deviations and a third of a millimetre.
  package static func agreement(of sweeps: [BeamFit], at level: Double) -> Agreement {
    guard
      let parabola = RangeParabola(
        levels: sweeps.map { $0.axis == .level ? $0.position : $0.otherPosition },
        ranges: sweeps.map(\.rangeMM), deviation: 0.15)
    else { return .unknown }
    let isNear = abs(parabola.level - level) <= 3 * parabola.sigma + 0.33
    return isNear ? .agrees : .disagrees
  }
}
