import PeakTracking
import TestSupport
import Testing

@Suite struct MotionFilterTests {
  private let limits = MotionFilter.Limits(rate: 40, changesIn: 0.1)

  /// A rate that wanders exactly as the filter believes, measured with noise: errors over stated
  /// deviations, and innovations over theirs, must be those of true deviations.
  @Test func statedDeviationsAreTrue() {
    let seed: UInt64 = 61
    var random = SplitMix64(seed: seed)
    let (step, noise) = (0.001, 0.3)
    let walk = limits.rate * limits.rate / limits.changesIn
    var (nees, nis, count) = (0.0, 0.0, 0.0)
    for _ in 0..<400 {
      var (value, rate) = (10.0, limits.rate * random.gaussian())
      var filter = MotionFilter(value + noise * random.gaussian(), sigma: noise, limits: limits)
      for n in 1...60 {
        // Exact discretisation of white acceleration: rate and value get correlated steps.
        let (a, b) = (random.gaussian(), random.gaussian())
        let rateStep = (walk * step).squareRoot() * a
        value +=
          rate * step + step * (walk * step).squareRoot() * (a / 2 + b / 12.0.squareRoot())
        rate += rateStep
        let distance = filter.update(
          value + noise * random.gaussian(), sigma: noise, after: step)
        guard n > 5 else { continue }
        nees += (filter.value - value) * (filter.value - value) / (filter.sigma * filter.sigma)
        nis += distance
        count += 1
      }
    }
    // Neighbouring errors are correlated over some ten steps: 400 × 5 independent ones, 99 %: ± 0.08.
    #expect(abs(nees / count - 1) < 0.08, "seed \(seed): \(nees / count)")
    #expect(abs(nis / count - 1) < 0.05, "seed \(seed): \(nis / count)")
  }

  @Test func aSteadyMotionIsFollowedWithoutLag() {
    var filter = MotionFilter(0, sigma: 0.01, limits: limits)
    for n in 1...200 { filter.update(20 * Double(n) * 0.001, sigma: 0.01, after: 0.001) }
    #expect(abs(filter.value - 4) < 0.001)
    #expect(abs(filter.rate - 20) < 0.1)
  }

  private func steady(_ measurements: Int = 100) -> MotionFilter {
    var filter = MotionFilter(0, sigma: 0.1, limits: limits)
    for _ in 1..<measurements { filter.update(0, sigma: 0.1, after: 0.001) }
    return filter
  }

  /// One, two, and any number that never lie near one another three times in a row.
  @Test(arguments: [[5.0], [5, 5.05], [5, 9, -4, 7, 12, -8, 3]])
  func aSpikeDoesNotPass(spikes: [Double]) {
    var filter = steady()
    for (index, spike) in spikes.enumerated() {
      let distance = filter.update(spike, sigma: 0.1, after: 0.001)
      #expect(distance > 25)
      #expect(filter.doubted == index + 1)
      #expect(abs(filter.value) < 0.01, "what was foreseen stays")
    }
    let foreseen = filter.sigma
    #expect(foreseen > steady().sigma, "less and less sure")
    filter.update(0.02, sigma: 0.1, after: 0.001)
    #expect(filter.doubted == 0)
    #expect(abs(filter.value) < 0.03)
    #expect(filter.sigma < foreseen)
  }

  @Test func threeThatAgreeAreFollowedWithWhatTheySay() {
    var filter = steady()
    for step in 0..<3 {
      #expect(abs(filter.value) < 0.01)
      filter.update(3 + 0.04 * Double(step), sigma: 0.1, after: 0.001)
    }
    #expect(filter.doubted == 0)
    #expect(abs(filter.value - 3.06) < 0.05)
    #expect(filter.sigma > 0.04 && filter.sigma < 0.1, "the deviation of the mean of three")
    filter.update(3.1, sigma: 0.1, after: 0.001)
    #expect(filter.doubted == 0)
  }

  /// A filter has no more standing than what contradicts it: begun on a spike, it leaves it at once.
  @Test(arguments: [1, 2, 3, 50]) func asManyAsItRestsOnTurnAFilter(measurements: Int) {
    var filter = steady(measurements)
    for step in 1...min(measurements, 3) {
      #expect(abs(filter.value) < 0.01, "before the \(step). of them")
      filter.update(5, sigma: 0.1, after: 0.001)
    }
    #expect(abs(filter.value - 5) < 1e-9)
  }

  @Test func whatIsForeseenNeverStandsForMoreThanSevenMeasurements() {
    let seed: UInt64 = 63
    var random = SplitMix64(seed: seed)
    var filter = steady()
    var longest = 0
    for _ in 0..<5_000 {
      filter.update(1_000 * random.gaussian(), sigma: 0.1, after: 0.001)
      longest = max(longest, filter.doubted)
    }
    #expect(longest == 7, "seed \(seed)")
    // Not even what is no number stays for ever.
    for _ in 0..<8 { filter.update(.nan, sigma: 0.1, after: 0.001) }
    filter.update(2, sigma: 0.1, after: 0.001)
    #expect(filter.value == 2)
  }
}
