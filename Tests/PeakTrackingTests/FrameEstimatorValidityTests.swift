import Foundation
import PeakTracking
import Quantities
import TestSupport
import Testing

@Suite struct FrameEstimatorValidityTests {
  var random = SplitMix64(seed: 31)

  @Test mutating func feedThroughIsBlanked() throws {
    var estimator = try FrameEstimator(.console)
    // Ten times the echo and clipped, ending inside the blanked microsecond (64 samples).
    let e = estimator.estimate(
      frame(
        [Arrival(at: 20, amplitude: 20_000), Arrival(at: 400, amplitude: 800)], noise: 10,
        random: &random))
    #expect(e.isValid, "\(e)")
    #expect(abs(e.timeOfFlightNS - 6250) < 5)
  }

  @Test mutating func aTailThatReachesIntoTheGateIsNoArrival() throws {
    var estimator = try FrameEstimator(.console)
    for at in stride(from: 52.0, through: 76, by: 0.5) {
      let e = estimator.estimate(
        frame(
          [Arrival(at: at, amplitude: 6000), Arrival(at: 400, amplitude: 100)], noise: 3,
          random: &random))
      // Either the tail is weak and the echo wins, or the frame is refused; never the tail.
      #expect(
        e.isValid
          ? abs(e.timeOfFlightNS - 6250) < 10
          : !e.reasons.isDisjoint(with: [.outsideGate, .earlierArrival]),
        "feed-through at \(at), seed 31: \(e)")
    }
  }

  @Test mutating func theFirstArrivalIsPreferredToLargerReverberation() throws {
    var estimator = try FrameEstimator(.console)
    for phase in stride(from: 0.0, to: 1, by: 0.05) {
      // 3 dB below a later one: the direct path.
      let near = estimator.estimate(
        frame(
          [
            Arrival(at: 300.4, amplitude: 708, phase: phase), Arrival(at: 420, amplitude: 1000),
          ], noise: 10, random: &random))
      #expect(near.isValid)
      #expect(abs(near.timeOfFlightNS - 300.4 * 15.625) < 10, "phase \(phase), seed 31")
    }
  }

  /// R06: which of two came straight cannot be told when the earlier is the weaker by far; it is clear of
  /// the noise, and so no permit rests on the later one.
  @Test(arguments: [(12.0, 120.0), (20, 120), (26, 120), (12, 40), (8, 600)])
  func aWeakerEarlierArrivalInvalidates(belowDB: Double, samplesBefore: Double) throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 37)
    for phase in stride(from: 0.0, to: 1, by: 0.05) {
      let earlier = Arrival(
        at: 800 - samplesBefore, amplitude: 4_000 * pow(10, -belowDB / 20), phase: phase)
      let e = estimator.estimate(
        frame([earlier, Arrival(at: 800, amplitude: 4_000)], noise: 10, random: &random))
      #expect(e.reasons == .earlierArrival, "phase \(phase), seed 37: \(e)")
      #expect(abs(e.timeOfFlightNS - 800 * 15.625) < 10, "phase \(phase), seed 37")
    }
  }

  /// Nor is a later or a far weaker one a reason, nor noise, nor the pulse's own rise, however strong.
  @Test func onlyAnEarlierArrivalThatIsHeardInvalidates() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 38)
    for trial in 0..<2_000 {
      let amplitude = pow(10, 2 + 1.9 * random.uniform())
      let at = 200 + 600 * random.uniform()
      let others = [
        Arrival(at: at + 60 + 100 * random.uniform(), amplitude: 0.4 * amplitude),
        Arrival(at: at - 110, amplitude: 0.02 * amplitude),
      ]
      let e = estimator.estimate(
        frame(
          [Arrival(at: at, amplitude: amplitude, phase: random.uniform())]
            + others[0..<(trial % 3)], noise: 0.5 + 10 * random.uniform(), random: &random))
      #expect(!e.reasons.contains(.earlierArrival), "trial \(trial), seed 38: \(e)")
      #expect(!e.reasons.contains(.dropout), "trial \(trial), seed 38: \(e)")
    }
  }

  /// R05: the noise of a gate that is stuck in part is not the noise that an arrival stands in.
  @Test(arguments: [0.1, 0.2, 0.4], [Int16(0), 700, -8_000])
  func aGateThatIsStuckInPartIsADropout(share: Double, code: Int16) throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 39)
    for trial in 0..<40 {
      var samples = frame(
        trial % 2 == 0 ? [Arrival(at: 900, amplitude: 300)] : [], noise: 10, random: &random)
      let length = Int(share * 960) + 2 * 16
      let first = 64 + Int(random.uniform() * Double(820 - length))
      for index in first..<(first + length) { samples[index] = code }
      let e = estimator.estimate(samples)
      #expect(e.reasons.contains(.dropout), "trial \(trial), seed 39: \(e)")
    }
  }

  /// A quiet recording of few codes is no dropout: here four of five samples are the same code.
  @Test func aQuietRecordingOfFewCodesIsNoDropout() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 40)
    for trial in 0..<2_000 {
      let e = estimator.estimate(
        frame([Arrival(at: 500, amplitude: 60)], noise: 0.4, random: &random))
      #expect(e.isValid, "trial \(trial), seed 40: \(e)")
    }
  }

  @Test mutating func noiseAloneIsBelowThreshold() throws {
    var estimator = try FrameEstimator(.console)
    let e = estimator.estimate(frame([], noise: 10, random: &random))
    #expect(e.reasons.contains(.belowThreshold))
    #expect(!e.reasons.contains(.interference))
    #expect(!e.isValid)
  }

  @Test(arguments: [Int16(0), 1, -1, 500, -8191, 8190])
  func aDeadInputHasNoNoise(level: Int16) throws {
    var estimator = try FrameEstimator(.console)
    let e = estimator.estimate([Int16](repeating: level, count: 1024))
    #expect(e.reasons.contains(.noNoise))
    #expect(e.snrDB == 0)
    #expect(e.amplitude == 0)
  }

  @Test mutating func aPulseWithoutAnyNoiseIsRefused() throws {
    var estimator = try FrameEstimator(.console)
    let e = estimator.estimate(
      frame([Arrival(at: 500, amplitude: 1000)], noise: 0, random: &random))
    #expect(e.reasons == .noNoise)
  }

  @Test(arguments: [Int16(8191), -8191, -8192])
  func saturationCountsInsideTheGateOnly(code: Int16) throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 32)
    let good = frame([Arrival(at: 500, amplitude: 1000)], noise: 10, random: &random)
    for index in 0..<1024 {
      var bad = good
      bad[index] = code
      let e = estimator.estimate(bad)
      #expect(e.reasons.contains(.saturated) == (index >= 64), "sample \(index), seed 32")
      #expect(!e.reasons.contains(.sampleOutOfRange), "sample \(index), seed 32")
    }
  }

  @Test(arguments: [Int16(8192), -8193, .min, .max])
  func aCodeThatNoConverterGivesIsFlaggedAnywhere(code: Int16) throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 33)
    let good = frame([Arrival(at: 500, amplitude: 1000)], noise: 10, random: &random)
    #expect(estimator.estimate(good).isValid)
    for index in 0..<1024 {
      var bad = good
      bad[index] = code
      #expect(estimator.estimate(bad).reasons.contains(.sampleOutOfRange), "sample \(index)")
    }
  }

  @Test(arguments: [0.4e6, 0.9e6, 1.7e6, 3.3e6])
  func electrosurgeryThroughoutTheGateIsInterference(hertz: Double) throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 34)
    let phase = random.uniform()
    var values = analogue([Arrival(at: 500, amplitude: 1000)], noise: 10, random: &random)
    for i in values.indices {
      values[i] += 150 * sin(2 * .pi * (hertz * Double(i) / 64e6 + phase))
    }
    #expect(estimator.estimate(coded(values)).reasons.contains(.interference))
  }

  @Test func aBurstOnTopOfTheArrivalIsInterference() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 35)
    for trial in 0..<50 {
      let phase = random.uniform()
      var values = analogue([Arrival(at: 500, amplitude: 500)], noise: 10, random: &random)
      for i in 470..<530 { values[i] += 1500 * sin(2 * .pi * (4e6 * Double(i) / 64e6 + phase)) }
      let e = estimator.estimate(coded(values))
      #expect(!e.isValid, "trial \(trial), seed 35: \(e)")
    }
  }

  @Test(arguments: [0, 1, 1023, 1025, 4096])
  func aFrameOfAnotherLengthIsRefused(count: Int) throws {
    var estimator = try FrameEstimator(.console)
    let e = estimator.estimate([Int16](repeating: 3, count: count))
    #expect(e == FrameEstimate(invalid: .wrongLength))
  }

  @Test func anyBytesAtAllGiveAnAnswer() throws {
    var estimator = try FrameEstimator(.console)
    var random = SplitMix64(seed: 36)
    for trial in 0..<3000 {
      let mask = Int16(truncatingIfNeeded: random.next())
      let samples = (0..<1024).map { _ in Int16(truncatingIfNeeded: random.next()) & mask }
      let e = estimator.estimate(samples)
      for value in [e.timeOfFlightNS, e.amplitude, e.amplitudeDB, e.noise, e.snrDB, e.sigmaTimeNS] {
        #expect(value.isFinite, "trial \(trial), seed 36: \(e)")
      }
      #expect(e.isValid == e.reasons.isEmpty)
    }
    let extremes = (0..<1024).map { $0 % 2 == 0 ? Int16.min : Int16.max }
    #expect(!estimator.estimate(extremes).isValid)
  }

  @Test func everyReasonHasItsOwnName() {
    let names = (0..<InvalidReasons.count).map { "\(InvalidReasons.name(ofBit: $0)!)" }
    #expect(Set(names).count == InvalidReasons.count)
    #expect(InvalidReasons.name(ofBit: InvalidReasons.count) == nil)
    #expect(InvalidReasons.name(ofBit: -1) == nil)
    #expect(InvalidReasons.unconfirmed.rawValue == 1 << UInt16(InvalidReasons.count - 1))
  }
}

@Suite struct TrackerConfigurationTests {
  private func refusal(_ change: (inout TrackerConfiguration) -> Void)
    -> TrackerConfigurationError?
  {
    var configuration: TrackerConfiguration = .console
    change(&configuration)
    do {
      _ = try FrameEstimator(configuration)
      return nil
    } catch {
      return error
    }
  }

  @Test func whatCannotWorkIsRefused() {
    #expect(refusal { _ in } == nil)
    for bad in [Double.nan, .infinity, -1, 0, 1e300] {
      #expect(refusal { $0.pulse.carrierHz = bad } == .pulse, "\(bad)")
      #expect(refusal { $0.pulse.sampleRateHz = bad } == .pulse, "\(bad)")
      #expect(refusal { $0.pulse.fractionalBandwidth = bad } == .pulse, "\(bad)")
    }
    #expect(refusal { $0.pulse.carrierHz = 30e6 } == .pulse)
    #expect(refusal { $0.sampleCount = 0 } == .sampleCount)
    #expect(refusal { $0.sampleCount = .max } == .sampleCount)
    #expect(refusal { $0.fullScale = 40_000 } == .fullScale)
    #expect(refusal { $0.detectionThresholdDB = .nan } == .threshold)
    #expect(refusal { $0.earlierPeakWithinDB = -1 } == .threshold)
    #expect(refusal { $0.interferenceDB = .infinity } == .threshold)
  }

  @Test func aGateTooShortForPulseAndNoiseIsRefusedAndTheShortestWorks() throws {
    #expect(refusal { $0.blankUntil = .seconds(1) } == .gateTooShort(samples: 0, needed: 177))
    #expect(
      refusal { $0.gateEnd = Nanoseconds(.min) } == .gateTooShort(samples: 0, needed: 177))
    #expect(refusal { $0.delay = Nanoseconds(.min) } == .gateTooShort(samples: 0, needed: 177))
    var random = SplitMix64(seed: 41)
    for length in 170..<260 {
      var configuration: TrackerConfiguration = .console
      configuration.sampleCount = 64 + length
      guard length >= 177 else {
        #expect(throws: TrackerConfigurationError.self) { _ = try FrameEstimator(configuration) }
        continue
      }
      var estimator = try FrameEstimator(configuration)
      let e = estimator.estimate(
        frame([Arrival(at: 110, amplitude: 1000)], noise: 5, count: 64 + length, random: &random))
      #expect(e.isValid, "\(length) samples, seed 41: \(e)")
    }
  }

  @Test func gateFollowsTimesOfFlight() {
    var configuration: TrackerConfiguration = .console
    configuration.delay = Nanoseconds(1000)
    configuration.blankUntil = Nanoseconds(1500)
    configuration.gateEnd = Nanoseconds(9000)
    #expect(configuration.gate == 32..<512)
    configuration.blankUntil = Nanoseconds(1501)
    #expect(configuration.gate == 33..<512)
    configuration.gateEnd = Nanoseconds(.max)
    #expect(configuration.gate == 33..<1024)
  }
}
