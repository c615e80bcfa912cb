import Foundation
import PeakTracking
import Quantities
import TestSupport
import Testing

@Suite struct FrameEstimatorAccuracyTests {
  /// SNR per sample in dB: amplitude of the envelope over the noise's standard deviation.
  @Test(arguments: [15.0, 20, 30, 40])
  func timeOfFlightReachesTheCramerRaoBound(snrDB: Double) throws {
    var estimator = try FrameEstimator(.console)
    let seed = UInt64(snrDB)
    var random = SplitMix64(seed: seed)
    let noise = 20.0
    let amplitude = noise * pow(10, snrDB / 20)
    let trials = 3000
    var square = 0.0
    var (strength, spread, stated) = (0.0, 0.0, 0.0)
    for _ in 0..<trials {
      let arrival = Arrival(
        at: 150 + 750 * random.uniform(), amplitude: amplitude, phase: random.uniform())
      let e = estimator.estimate(frame([arrival], noise: noise, random: &random))
      #expect(e.isValid, "\(snrDB) dB, seed \(seed): \(e)")
      let error = e.timeOfFlightNS - arrival.at * 15.625
      square += error * error
      strength += e.amplitude
      spread += e.noise
      stated += e.sigmaTimeNS
    }
    let n = Double(trials)
    let rmse = (square / n).squareRoot()
    // σ ≥ 1/(2π B √(2E/N0)): B = σ_f/√2 of the Gaussian, 2E/N0 = Σ s²/σ².
    let sigmaHz = 3e6 / (0.6 * log(10)).squareRoot()
    let sigmaT = 1 / (2 * .pi * sigmaHz)
    let energy = amplitude * amplitude * Double.pi.squareRoot() * sigmaT * 64e6 / 2
    let bound =
      1e9 / (2 * .pi * sigmaHz / 2.squareRoot()) / (energy / (noise * noise)).squareRoot()
    #expect(rmse / bound <= 1.1, "\(snrDB) dB: RMSE \(rmse) ns, bound \(bound) ns, seed \(seed)")
    #expect(rmse / bound >= 0.9, "a bound cannot be beaten: \(rmse) / \(bound), seed \(seed)")
    #expect(abs(stated / n / rmse - 1) < 0.15, "stated \(stated / n), is \(rmse), seed \(seed)")
    #expect(abs(strength / n / amplitude - 1) < 0.012, "\(strength / n), seed \(seed)")
    #expect(abs(spread / n / noise - 1) < 0.02, "noise \(spread / n), seed \(seed)")
  }

  @Test func noiseOfASingleFrameIsWithinAQuarter() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 5)
    var outside = 0
    for _ in 0..<1000 {
      let arrival = Arrival(at: 500, amplitude: 2000, phase: random.uniform())
      let e = estimator.estimate(frame([arrival], noise: 20, random: &random))
      if abs(e.noise / 20 - 1) > 0.25 { outside += 1 }
    }
    // One standard deviation is 9 %, so 25 % is 2.8 of them.
    #expect(outside < 20, "\(outside) of 1000, seed 5")
  }

  @Test func snrIsThatOfTheMatchedFilter() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 6)
    var sum = 0.0
    for _ in 0..<500 {
      let e = estimator.estimate(
        frame(
          [Arrival(at: 500.3, amplitude: 2000, phase: random.uniform())], noise: 20,
          random: &random))
      sum += e.snrDB
    }
    // 40 dB per sample and 10·log10(√π σ_t/2) of gain, σ_t = 3.991 samples.
    #expect(abs(sum / 500 - (40 + 5.487)) < 0.15, "\(sum / 500), seed 6")
  }

  @Test func falseAlarmsFollowTheThreshold() throws {
    var random = SplitMix64(seed: 7)
    var strict = try FrameEstimator(.console)
    var loose: TrackerConfiguration = .console
    loose.detectionThresholdDB = 10
    var lax = try FrameEstimator(loose)
    var (alarms, laxAlarms) = (0, 0)
    for _ in 0..<4000 {
      let noise = frame([], noise: 20, random: &random)
      if strict.estimate(noise).isValid { alarms += 1 }
      if !lax.estimate(noise).reasons.contains(.belowThreshold) { laxAlarms += 1 }
    }
    #expect(alarms <= 1, "16 dB: \(alarms) of 4000, seed 7")
    // Rice: √10·exp(−5)/(√(4π)·3.991) crossings a sample, 928 samples: 1.40, so 1 − exp(−1.40).
    #expect((2800...3250).contains(laxAlarms), "10 dB: \(laxAlarms) of 4000, seed 7")
  }

  @Test func otherConsolesAreServedByTheirOwnPulse() throws {
    let shapes = [
      PulseShape(carrierHz: 3.2e6, fractionalBandwidth: 0.6, sampleRateHz: 64e6),
      PulseShape(carrierHz: 7.5e6, fractionalBandwidth: 0.6, sampleRateHz: 40e6),
      PulseShape(carrierHz: 20e6, fractionalBandwidth: 0.4, sampleRateHz: 64e6),
    ]
    for (index, shape) in shapes.enumerated() {
      let count = 2047
      var estimator = try FrameEstimator(
        TrackerConfiguration(
          pulse: shape, sampleCount: count, delay: Nanoseconds(700),
          blankUntil: .microseconds(2)))
      var random = SplitMix64(seed: 8)
      let period = 1e9 / shape.sampleRateHz
      let arrival = Arrival(at: 1234.56, amplitude: 3000, phase: 0.3)
      let e = estimator.estimate(
        frame([arrival], noise: 10, count: count, pulse: shape, random: &random))
      #expect(e.isValid, "shape \(index): \(e)")
      #expect(
        abs(e.timeOfFlightNS - (700 + arrival.at * period)) < 5 * e.sigmaTimeNS, "shape \(index)")
      #expect(abs(e.amplitude / 3000 - 1) < 0.01, "shape \(index)")
      #expect(abs(e.noise / 10 - 1) < 0.3, "shape \(index)")
    }
  }
}
