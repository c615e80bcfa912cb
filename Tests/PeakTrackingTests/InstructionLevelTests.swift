import Foundation
import PeakTracking
import Quantities
import TestSupport
import Testing

/// The golden vectors of the tracker; `swift run -c release TrackingVectors` writes them.
private struct TrackingVector {
  var name: String
  var configuration: TrackerConfiguration
  var samples: [Int16]
  /// The numbers' bit patterns and the reasons, as the file has them.
  var expected: String

  static func all() throws -> [Self] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("GoldenVectors")
    let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent("frames.bin")))
    let text = try String(
      contentsOf: folder.appendingPathComponent("estimates.txt"), encoding: .utf8)
    var at = 0
    func word() -> Int32 {
      defer { at += 4 }
      return (0..<4).reduce(0) { $0 | Int32(bytes[at + $1]) << (8 * Int32($1)) }
    }
    let vectors = text.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      let header = (0..<8).map { _ in word() }
      let count = Int(header[0])
      let samples = (0..<count).map {
        Int16(bitPattern: UInt16(bytes[at + 2 * $0]) | UInt16(bytes[at + 2 * $0 + 1]) << 8)
      }
      at += (count + 1) / 2 * 4
      return Self(
        name: String(parts[0]),
        configuration: TrackerConfiguration(
          pulse: PulseShape(
            carrierHz: Double(header[1]), fractionalBandwidth: Double(header[2]) / 100,
            sampleRateHz: Double(header[3])),
          sampleCount: count, delay: Nanoseconds(Int64(header[4])),
          blankUntil: Nanoseconds(Int64(header[5])), fullScale: header[6]),
        samples: samples, expected: String(parts[1]))
    }
    #expect(at == bytes.count, "frames and estimates belong together")
    return vectors
  }
}

extension FrameEstimate {
  fileprivate var bits: String {
    let numbers = [
      timeOfFlightNS, amplitude, amplitudeDB, noise, snrDB, sigmaTimeNS, sigmaAmplitudeDB,
      sigmaSNRDB,
      phaseTurns, turnsPerSample,
    ]
    return numbers.map { String(format: "%016lx ", $0.bitPattern) }.joined()
      + String(format: "%04x", Int(reasons.rawValue))
  }
}

@Suite struct InstructionLevelTests {
  @Test func everyLevelGivesTheBitsOfTheGoldenVectors() throws {
    let vectors = try TrackingVector.all()
    #expect(vectors.count >= 30)
    for level in InstructionLevel.supported {
      for vector in vectors {
        var estimator = try FrameEstimator(vector.configuration, level: level)
        let bits = estimator.estimate(vector.samples).bits
        #expect(bits == vector.expected, "\(vector.name) at \(level)")
      }
    }
    print("instruction levels compared: \(InstructionLevel.supported)")
  }

  @Test func goldenVectorsReachEveryReasonAFrameCanHave() throws {
    var seen: InvalidReasons = []
    var valid = 0
    for vector in try TrackingVector.all() {
      var estimator = try FrameEstimator(vector.configuration)
      let estimate = estimator.estimate(vector.samples)
      seen.formUnion(estimate.reasons)
      if estimate.isValid { valid += 1 }
    }
    let expected: InvalidReasons = [
      .belowThreshold, .saturated, .noNoise, .outsideGate, .sampleOutOfRange, .interference,
      .dropout, .earlierArrival,
    ]
    #expect(seen.isSuperset(of: expected), "\(seen)")
    #expect(valid >= 12)
  }

  /// Lengths that leave every remainder in every kernel, pulses of every length, all kinds of
  /// samples: the levels agree where no golden vector lies.
  @Test func levelsAgreeOnRandomFramesOfRandomLengths() throws {
    try #require(InstructionLevel.supported.contains(.portable))
    var random = SplitMix64(seed: 77)
    var compared = 0
    for trial in 0..<400 {
      let count = 700 + Int(random.uniform() * 900)
      let configuration = TrackerConfiguration(
        pulse: PulseShape(
          carrierHz: 4e6 + 10e6 * random.uniform(), fractionalBandwidth: 0.4 + random.uniform(),
          sampleRateHz: 64e6),
        sampleCount: count, blankUntil: Nanoseconds(Int64(random.uniform() * 2000)),
        fullScale: trial % 3 == 0 ? 32_767 : 8191)
      let loudness = pow(10, 5 * random.uniform())
      let samples = (0..<count).map { _ in
        Int16(min(max(loudness * random.gaussian(), -32_768), 32_767).rounded())
      }
      var portable = try FrameEstimator(configuration, level: .portable)
      let expected = portable.estimate(samples)
      for level in InstructionLevel.supported where level != .portable {
        var other = try FrameEstimator(configuration, level: level)
        #expect(other.estimate(samples) == expected, "trial \(trial), seed 77, \(level)")
        compared += 1
      }
    }
    print("random frames compared between levels: \(compared)")
  }
}
