import Foundation
import PeakTracking
import Quantities
import TestSupport
import Testing

@Suite struct AveragedPulseTests {
  /// What comes in truth, where the tracker is told 10 MHz and 60 %.
  private let actual = PulseShape(carrierHz: 9.4e6, fractionalBandwidth: 0.45, sampleRateHz: 64e6)

  private func recording(_ pulse: PulseShape, seed: UInt64) -> [[Int16]] {
    var random = SplitMix64(seed: seed)
    return (0..<200).map { _ in
      frame(
        [Arrival(at: 200 + 600 * random.uniform(), amplitude: 3_000, phase: 0.3)], noise: 10,
        pulse: pulse, random: &random)
    }
  }

  private func averaged(_ frames: [[Int16]]) throws -> AveragedPulse {
    var estimator = try FrameEstimator(.console)
    var mean = AveragedPulse(.console)
    for samples in frames {
      let e = estimator.estimate(samples)
      let isAdded = samples.withUnsafeBufferPointer { mean.add($0, e) }
      #expect(isAdded, "\(e)")
    }
    return mean
  }

  @Test func theMeanIsThePulseAndItsShapeTheTrueOne() throws {
    let mean = try averaged(recording(actual, seed: 80))
    let middle = mean.samples.count / 2
    for k in stride(from: -20, through: 20, by: 1) {
      let x = Double(k) / actual.envelopeSigmaSamples
      let clean = 3_000 * exp(-x * x / 2) * cos(2 * .pi * (Double(k) * 9.4 / 64 + 0.3))
      // Envelope times scatter by 0.3 samples at most; the mean of 200 is that much smoother.
      #expect(abs(mean.samples[middle + k] - clean) < 60, "sample \(k), seed 80")
    }
    let shape = try mean.template().shape
    #expect(abs(shape.carrierHz / actual.carrierHz - 1) < 0.005, "seed 80: \(shape)")
    #expect(abs(shape.fractionalBandwidth / 0.45 - 1) < 0.02, "seed 80: \(shape)")
  }

  @Test func aTrackerThatKnowsThePulseHearsItBetter() throws {
    let template = try averaged(recording(actual, seed: 81)).template()
    var told: TrackerConfiguration = .console
    told.listen(for: template)
    #expect(told.pulse == template.shape)
    var plain = try FrameEstimator(.console)
    var better = try FrameEstimator(told)
    var gain = 0.0
    for samples in recording(actual, seed: 82) {
      gain += better.estimate(samples).snrDB - plain.estimate(samples).snrDB
    }
    // What a filter loses that is not the pulse's own: the normalised product, squared, of two Gaussian
    // spectra with these deviations, 0.6 MHz apart.
    let (a, b) = (2.55e6, 1.80e6)
    let overlap =
      2 * a * b / (a * a + b * b) * exp(-pow(0.6e6, 2) / (a * a + b * b))
    #expect(abs(gain / 200 + 10 * log10(overlap)) < 0.25, "seeds 81, 82: \(gain / 200) dB")
    #expect(gain / 200 > 0.3)
  }

  @Test func anotherPulseForgetsTheRecordedOne() throws {
    let template = try averaged(recording(actual, seed: 84)).template()
    var settings: TrackerConfiguration = .console
    settings.listen(for: template)
    #expect(settings.template == template)
    settings.pulse = console
    #expect(settings == .console)
  }

  @Test func whatIsNoPulseIsNotAdded() throws {
    var mean = AveragedPulse(.console)
    #expect(throws: PulseTemplateError.noPulse) { try mean.template() }
    var random = SplitMix64(seed: 83)
    let samples = frame([Arrival(at: 500, amplitude: 1_000)], noise: 10, random: &random)
    var e = FrameEstimate(
      timeOfFlightNS: 500 * 15.625, amplitude: 1_000, amplitudeDB: 60, noise: 10, snrDB: 40,
      sigmaTimeNS: 1, reasons: .saturated)
    #expect(!samples.withUnsafeBufferPointer { mean.add($0, e) })
    e.reasons = []
    for time in [0.0, 600, 15_700, -1e12, 1e12, .nan, .infinity] {
      e.timeOfFlightNS = time
      #expect(!samples.withUnsafeBufferPointer { mean.add($0, e) }, "\(time) ns")
    }
    #expect(mean.count == 0)
  }
}
