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
}
