import Foundation
import PeakTracking
import Quantities
import TestSupport
import Testing

/// The matched filter as the textbook has it: every output at full rate, in Double, one at a time.
struct ReferenceEstimate {
  var timeNS = 0.0
  var amplitude = 0.0
  var noise = 0.0

  init(_ samples: [Int16], first: Int) {
    let sigma = 64e6 / (2 * .pi * 3e6 / (0.6 * log(10)).squareRoot())
    let half = Int((4 * sigma).rounded(.up))
    let window = (-half...half).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let cosine = (-half...half).map { cos(2 * .pi * Double($0) * 10 / 64) }
    let sine = (-half...half).map { sin(2 * .pi * Double($0) * 10 / 64) }
    let offset = zip(window, cosine).map(*).reduce(0, +) / window.reduce(0, +)
    var power: [Double] = []
    for n in (first + half)..<(samples.count - half) {
      var (re, im) = (0.0, 0.0)
      for k in 0...(2 * half) {
        let x = Double(samples[n - half + k])
        re += x * window[k] * (cosine[k] - offset)
        im += x * window[k] * sine[k]
      }
      power.append(re * re + im * im)
    }
    let best = power.indices.max { power[$0] < power[$1] } ?? 0
    let (a, b, c) = (log(power[best - 1]), log(power[best]), log(power[best + 1]))
    let shift = (a - c) / (2 * (a - 2 * b + c))
    timeNS = (Double(first + half + best) + shift) * 15.625
    let square = window.map { $0 * $0 }.reduce(0, +) / 2
    amplitude = exp((b - (a - c) * shift / 4) / 2) / square
    let away = power.indices.filter { abs($0 - best) > 2 * half + 4 }.map { power[$0] }.sorted()
    noise = (away[away.count / 2] / (2 * log(2)) / square).squareRoot()
  }
}

@Suite struct ReferenceAgreementTests {
  @Test func fastEstimatorAgreesWithTheFullRateReference() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 21)
    for trial in 0..<300 {
      let arrival = Arrival(
        at: 130 + 830 * random.uniform(), amplitude: 300 + 5000 * random.uniform(),
        phase: random.uniform())
      let samples = frame([arrival], noise: 10, random: &random)
      let fast = estimator.estimate(samples)
      let slow = ReferenceEstimate(samples, first: 64)
      #expect(fast.isValid, "trial \(trial), seed 21: \(fast)")
      #expect(abs(fast.timeOfFlightNS - slow.timeNS) < 0.02, "trial \(trial), seed 21")
      #expect(abs(fast.amplitude / slow.amplitude - 1) < 1e-3, "trial \(trial), seed 21")
      #expect(abs(fast.noise / slow.noise - 1) < 0.15, "trial \(trial), seed 21")
    }
  }

  @Test func shiftingTheFrameShiftsTheTimeAndNothingElse() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 22)
    let long = frame(
      [Arrival(at: 700.37, amplitude: 1500, phase: 0.2)], noise: 10, count: 1400, random: &random)
    let base = estimator.estimate(Array(long[0..<1024]))
    for shift in 0..<376 {
      // Unaligned on purpose: the slice is read where it lies.
      let e = long.withUnsafeBufferPointer {
        estimator.estimate(UnsafeBufferPointer(rebasing: $0[shift..<(shift + 1024)]))
      }
      #expect(e.isValid, "shift \(shift), seed 22: \(e)")
      let moved = e.timeOfFlightNS + Double(shift) * 15.625
      #expect(abs(moved - base.timeOfFlightNS) < 0.02, "shift \(shift), seed 22")
      #expect(abs(e.amplitude / base.amplitude - 1) < 1e-5, "shift \(shift), seed 22")
    }
  }

  @Test func aFrameIsJudgedByItselfAlone() throws {
    var random = SplitMix64(seed: 23)
    var used = try FrameEstimator(.console)
    let frames = (0..<20).map { _ in
      frame(
        [Arrival(at: 200 + 600 * random.uniform(), amplitude: 4000)], noise: 30, random: &random)
    }
    let first = frames.map { used.estimate($0) }
    // The same frames after others, and on a fresh estimator: the same bits.
    for (index, samples) in frames.enumerated().reversed() {
      var fresh = try FrameEstimator(.console)
      #expect(used.estimate(samples) == first[index], "frame \(index), seed 23")
      #expect(fresh.estimate(samples) == first[index], "frame \(index), seed 23")
    }
  }

  @Test func offsetOfTheConverterChangesNothing() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 24)
    let samples = frame([Arrival(at: 500.3, amplitude: 500)], noise: 5, random: &random)
    let plain = estimator.estimate(samples)
    let raised = estimator.estimate(samples.map { $0 + 3000 })
    #expect(raised.isValid)
    #expect(abs(raised.timeOfFlightNS - plain.timeOfFlightNS) < 0.01)
    #expect(abs(raised.amplitude / plain.amplitude - 1) < 1e-4)
    #expect(abs(raised.noise / plain.noise - 1) < 0.02)
  }
}
