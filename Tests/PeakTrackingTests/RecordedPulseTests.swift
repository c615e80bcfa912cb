import Foundation
import PeakTracking
import Quantities
import TestSupport
import Testing

/// A pulse that is no Gaussian: it rises quicker than it falls, and its carrier rises all the while.
@Suite struct RecordedPulseTests {
  private static let noise = 20.0

  private static func chirp(_ x: Double, phase: Double) -> Double {
    let envelope = exp(-x * x / (2 * (x < 0 ? 9 : 49)))
    return envelope * cos(2 * .pi * (x * 10 / 64 + 0.002 * x * x + phase))
  }

  private func frame(
    at: Double, amplitude: Double, phase: Double, noise: Double, _ random: inout SplitMix64
  ) -> [Int16] {
    coded(
      (0..<1024).map {
        amplitude * Self.chirp(Double($0) - at, phase: phase) + noise * random.gaussian()
      })
  }

  private func calibrated(seed: UInt64) throws -> TrackerConfiguration {
    var settings: TrackerConfiguration = .console
    var estimator = try FrameEstimator(settings)
    var mean = AveragedPulse(settings)
    var random = SplitMix64(seed: seed)
    for _ in 0..<200 {
      let samples = frame(
        at: 200 + 600 * random.uniform(), amplitude: 3_000, phase: 0.3, noise: 10, &random)
      let e = estimator.estimate(samples)
      samples.withUnsafeBufferPointer { _ = mean.add($0, e) }
    }
    #expect(mean.count == 200, "seed \(seed)")
    settings.listen(for: try mean.template())
    return settings
  }

  /// Deviation of the times of flight about their mean (where in the pulse a time is taken is a
  /// convention), its bound, and what the estimates state.
  private func deviation(
    _ settings: TrackerConfiguration, snrDB: Double, seed: UInt64
  ) throws -> (found: Double, bound: Double, stated: Double) {
    var estimator = try FrameEstimator(settings)
    var random = SplitMix64(seed: seed)
    let amplitude = Self.noise * pow(10, snrDB / 20)
    var errors: [Double] = []
    var stated = 0.0
    for _ in 0..<3_000 {
      let at = 200 + 600 * random.uniform()
      let e = estimator.estimate(
        frame(
          at: at, amplitude: amplitude, phase: random.uniform(), noise: Self.noise, &random))
      #expect(e.isValid, "seed \(seed): \(e)")
      errors.append(e.timeOfFlightNS - at * 15.625)
      stated += e.sigmaTimeNS / 3_000
    }
    let mean = errors.reduce(0, +) / 3_000
    let square = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3_000
    return (square.squareRoot(), bound(amplitude), stated)
  }

  /// Cramér–Rao, ns: the information of time, amplitude and phase together, inverted.
  private func bound(_ amplitude: Double) -> Double {
    let e = 1e-5
    var (tt, ta, tp, aa, ap, pp) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for x in stride(from: -60.0, through: 60, by: 1) {
      let byTime =
        amplitude * (Self.chirp(x - e, phase: 0.1) - Self.chirp(x + e, phase: 0.1)) / (2 * e)
      let byPhase =
        amplitude * (Self.chirp(x, phase: 0.1 + e) - Self.chirp(x, phase: 0.1 - e)) / (2 * e)
      let byAmplitude = Self.chirp(x, phase: 0.1)
      tt += byTime * byTime
      ta += byTime * byAmplitude
      tp += byTime * byPhase
      aa += byAmplitude * byAmplitude
      ap += byAmplitude * byPhase
      pp += byPhase * byPhase
    }
    let known = (ta * ta * pp - 2 * ta * tp * ap + tp * tp * aa) / (aa * pp - ap * ap)
    return 15.625 * Self.noise / (tt - known).squareRoot()
  }

  @Test func aRecordedPulseOfAnyFormReachesItsBound() throws {
    let told = try calibrated(seed: 90)
    let recorded = try deviation(told, snrDB: 30, seed: 91)
    #expect(recorded.found / recorded.bound < 1.06, "seeds 90, 91: \(recorded)")
    #expect(recorded.found / recorded.bound > 0.94, "a bound cannot be beaten: \(recorded)")
    #expect(abs(recorded.stated / recorded.found - 1) < 0.1, "seeds 90, 91: \(recorded)")
    // The Gaussian of the same mean frequency and bandwidth does not.
    var gaussian: TrackerConfiguration = .console
    gaussian.pulse = told.pulse
    let other = try deviation(gaussian, snrDB: 30, seed: 91)
    #expect(other.found > 1.1 * recorded.found, "seeds 90, 91: \(other), \(recorded)")
    print(
      "asymmetric chirp, deviation ÷ bound: recorded \(recorded.found / recorded.bound), "
        + "Gaussian \(other.found / other.bound)")
  }

  @Test func everyLevelGivesTheSameBitsForARecordedPulse() throws {
    let told = try calibrated(seed: 92)
    var random = SplitMix64(seed: 93)
    for _ in 0..<100 {
      let samples = frame(
        at: 100 + 800 * random.uniform(), amplitude: 500, phase: 0.1, noise: 20, &random)
      var portable = try FrameEstimator(told, level: .portable)
      let expected = portable.estimate(samples)
      for level in InstructionLevel.supported {
        var other = try FrameEstimator(told, level: level)
        #expect(other.estimate(samples) == expected, "seeds 92, 93, \(level)")
      }
    }
  }
}
