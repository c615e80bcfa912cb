import Foundation
import PeakTracking
import Quantities
import TestSupport
import Testing

/// Times of flight by the calibrated carrier. A short version of `Tools/accuracy`.
@Suite struct PhaseTests {
  private let phase = 0.17

  /// Frames whose carrier is `off` times the one that the tracker takes it for.
  private func errors(
    snrDB: Double, off: Double, calibration: PhaseCalibration?, trials: Int, seed: UInt64
  ) throws -> (errors: [Double], estimates: [FrameEstimate]) {
    var settings: TrackerConfiguration = .console
    settings.phase = calibration
    settings.interferenceDB = 100
    var estimator = try FrameEstimator(settings)
    var random = SplitMix64(seed: seed)
    let actual = PulseShape(
      carrierHz: console.carrierHz * off, fractionalBandwidth: console.fractionalBandwidth / off,
      sampleRateHz: console.sampleRateHz)
    var (errors, estimates): ([Double], [FrameEstimate]) = ([], [])
    for _ in 0..<trials {
      let arrival = Arrival(
        at: 200 + 600 * random.uniform(), amplitude: 8 * pow(10, snrDB / 20), phase: phase)
      let e = estimator.estimate(
        frame([arrival], noise: 8, pulse: actual, random: &random))
      estimates.append(e)
      errors.append(e.timeOfFlightNS - arrival.at * 15.625)
    }
    return (errors, estimates)
  }

  private func calibration(off: Double) throws -> PhaseCalibration {
    let recording = try errors(snrDB: 50, off: off, calibration: nil, trials: 400, seed: 70)
    return try #require(PhaseCalibration.mean(of: recording.estimates))
  }

  @Test(arguments: [1.0, 0.95]) func theCarrierReachesItsBound(off: Double) throws {
    let known = try calibration(off: off)
    #expect(abs(known.phaseTurns - phase) < 0.002)
    #expect(abs(known.turnsPerSample - (1 + off) / 2 * 10 / 64) < 2e-4)
    let (errors, estimates) = try errors(
      snrDB: 30, off: off, calibration: known, trials: 1_500, seed: 71)
    #expect(estimates.allSatisfy { $0.isValid && $0.usesPhase })
    let mean = errors.reduce(0, +) / Double(errors.count)
    let deviation =
      (errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(errors.count - 1))
      .squareRoot()
    let turn = 2 * Double.pi * off * 10 / 64
    let sigma = console.envelopeSigmaSamples
    let output = 1_000 * Double.pi.squareRoot() * sigma / 2
    let bound = 15.625 / ((turn * turn + 1 / (2 * sigma * sigma)) * output).squareRoot()
    #expect(deviation / bound < 1.08, "seed 71: \(deviation) ns, bound \(bound) ns")
    #expect(deviation / bound > 0.92, "seed 71: \(deviation) ns, bound \(bound) ns")
    // The envelope alone is several times worse.
    #expect(deviation < 0.4 * console.timeBoundNS(snr: output))
  }

  @Test func whereTheEnvelopeMayTakeTheWrongCycleItIsNotAskedForOne() throws {
    let known = PhaseCalibration(phaseTurns: phase, turnsPerSample: 10.0 / 64)
    let (errors, estimates) = try errors(
      snrDB: 12, off: 1, calibration: known, trials: 1_000, seed: 72)
    #expect(estimates.contains { !$0.usesPhase })
    // A cycle is 100 ns.
    let slips = zip(errors, estimates).count { $0.1.usesPhase && abs($0.0) > 50 }
    #expect(slips == 0, "seed 72")
  }

  @Test func phasesThatContradictOneAnotherAreNoCalibration() throws {
    #expect(PhaseCalibration.mean(of: [FrameEstimate]()) == nil)
    let one = FrameEstimate(
      timeOfFlightNS: 1, amplitude: 1, amplitudeDB: 0, noise: 1, snrDB: 30, sigmaTimeNS: 1,
      reasons: [])
    let opposed = [0.0, 0.5].map { turns in
      var e = one
      e.phaseTurns = turns
      return e
    }
    #expect(PhaseCalibration.mean(of: opposed) == nil)
    #expect(PhaseCalibration.mean(of: [one])?.phaseTurns == 0)
  }

  @Test func aPhaseThatCannotBeIsRefused() {
    for phase in [
      PhaseCalibration(phaseTurns: .nan, turnsPerSample: 0.1),
      PhaseCalibration(phaseTurns: 0, turnsPerSample: 0),
      PhaseCalibration(phaseTurns: 0, turnsPerSample: 0.5),
      PhaseCalibration(phaseTurns: 0, turnsPerSample: .infinity),
    ] {
      var settings: TrackerConfiguration = .console
      settings.phase = phase
      #expect(throws: TrackerConfigurationError.phase) { _ = try FrameEstimator(settings).isMade }
    }
  }
}

extension FrameEstimator {
  fileprivate var isMade: Bool { true }
}

@Suite struct DetectionLimitTests {
  /// Counted: of 400,000 frames of noise. Here 20,000, at limits that can be counted in them.
  @Test(arguments: [0.1, 0.02]) func falseAlarmsAreThoseThatWereAllowed(limit: Double) throws {
    var settings: TrackerConfiguration = .console
    try settings.limitFalseAlarms(perFrame: limit)
    var estimator = try FrameEstimator(settings)
    let seed = UInt64(1 / limit)
    var random = SplitMix64(seed: seed)
    let frames = 20_000
    var alarms = 0
    for _ in 0..<frames
    where !estimator.estimate(frame([], noise: 20, random: &random)).reasons
      .contains(.belowThreshold)
    {
      alarms += 1
    }
    let expected = Double(frames) * (1 - exp(-limit))
    #expect(
      abs(Double(alarms) - expected) < 0.12 * expected + 3 * expected.squareRoot(),
      "seed \(seed): \(alarms), expected \(expected)")
  }

  @Test(arguments: [0, -1e-6, 0.99e-12, 1.001, .nan, .infinity, -.infinity])
  func aLimitThatNoThresholdGivesIsRefused(limit: Double) {
    var settings: TrackerConfiguration = .console
    #expect(throws: TrackerConfigurationError.falseAlarms) {
      try settings.limitFalseAlarms(perFrame: limit)
    }
    #expect(settings == .console)
  }

  @Test func fewerAlarmsNeedAHigherThreshold() {
    var last = 0.0
    for limit in [1.0, 1e-2, 1e-4, 1e-6, 1e-9] {
      let threshold = DetectionLimit.threshold(
        falseAlarmsPerFrame: limit, samples: 1_000, envelopeSigma: 4)
      #expect(threshold > last)
      let back = DetectionLimit.falseAlarms(
        decibels: threshold, samples: 1_000, envelopeSigma: 4)
      #expect(abs(back / limit - 1) < 1e-3 || limit == 1.0)
      last = threshold
    }
    // More samples tell the noise better: less is lost for not knowing it.
    #expect(
      DetectionLimit.noiseSigma(samples: 4_000, envelopeSigma: 4)
        == DetectionLimit.noiseSigma(samples: 1_000, envelopeSigma: 4) / 2)
  }
}
