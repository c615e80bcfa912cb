import ControlRuntime
import Foundation
import PeakTracking
import Quantities
import Recording
import TestSupport
import Testing

@Suite struct RecordedTrackingTests {
  let tracking = RecordedTracking(carrierHz: 3.2e6, blankUntil: .microseconds(15))

  /// Lines as an interleaving console records them: ring-down, first echo, reverberation, a
  /// baseline that drifts, 10-bit codes; odd lines sampled half a clock later.
  private func recording(noise: Double, seed: UInt64) -> RecordedLines {
    var random = SplitMix64(seed: seed)
    let (lines, samples) = (8, 6400)
    var codes: [Int16] = []
    for line in 0..<lines {
      for index in 0..<samples {
        let t = (Double(index) + (line % 2 == 1 ? 0.5 : 0)) / 64  // µs
        var v = 3 * exp(-t / 4) * sin(2 * .pi * 3.2 * t) * 512
        for (arrival, strength) in [(39.8, 250.0), (79.4, 34.0)] {
          let x = (t - arrival) / 0.195
          v += strength * exp(-x * x / 2) * cos(2 * .pi * 3.2 * (t - arrival))
        }
        v += -10 + t / 10 + noise * random.gaussian()
        codes.append(Int16(min(max(v.rounded(), -512), 511)))
      }
    }
    return RecordedLines(
      file: "synthetic", lineCount: lines, samplesPerLine: samples, samples: codes,
      sampleRateHz: 64e6, fullScale: 511, voltsPerCode: 1 / 512, interleaved: true)
  }

  @Test func everyLineIsTrackedAtItsFirstEcho() throws {
    let seed: UInt64 = 11
    let result = try tracking.track(recording(noise: 1, seed: seed))
    #expect(result.summary.valid == 8, "seed \(seed)")
    for line in result.lines {
      #expect(abs(line.time_of_flight_us - 39.8) < 0.02, "line \(line.line), seed \(seed)")
      #expect(abs(line.amplitude - 250) < 5, "line \(line.line), seed \(seed)")
      #expect(line.reasons.isEmpty)
    }
    let offset = try #require(result.summary.even_minus_odd_ns)
    #expect(abs(offset - 7.8125) < 1, "seed \(seed)")
  }

  @Test func ringDownIsNeverTakenForAnEcho() throws {
    // Blanked for only 2 µs, the ring-down fills the start of the gate and clips there.
    var short = tracking
    short.blankUntil = .microseconds(2)
    let result = try short.track(recording(noise: 1, seed: 12))
    #expect(result.summary.valid == 0)
    #expect(result.summary.mean_us == nil)
    #expect(result.lines.allSatisfy { !$0.reasons.isEmpty })
  }

  @Test func blankingBeyondTheRecordingIsAnErrorWithARemedy() throws {
    var late = tracking
    late.blankUntil = .microseconds(99)
    let lines = recording(noise: 1, seed: 13)
    let error = #expect(throws: RecordingError.self) { _ = try late.track(lines) }
    #expect(error?.what.contains("gate holds 64 samples") == true, "\(String(describing: error))")
    #expect(error?.remedy.contains("blanking") == true)
  }

  @Test func falseAlarmsThatAreAllowedSetTheThreshold() throws {
    let lines = recording(noise: 1, seed: 14)
    let usual = try tracking.track(lines)
    #expect(usual.detection_threshold_db == 16)
    #expect(usual.false_alarms_per_line == nil)
    var strict = tracking
    strict.falseAlarmsPerLine = 1e-9
    let result = try strict.track(lines)
    #expect(result.false_alarms_per_line == 1e-9)
    let pulse = PulseShape(carrierHz: 3.2e6, fractionalBandwidth: 0.6, sampleRateHz: 64e6)
    let alarms = DetectionLimit.falseAlarms(
      decibels: result.detection_threshold_db, samples: 6_400 - 15 * 64,
      envelopeSigma: pulse.envelopeSigmaSamples)
    #expect(abs(alarms / 1e-9 - 1) < 1e-3)
    // What stands between the two thresholds is heard by one of them only.
    let faint = recording(noise: 140, seed: 15)
    let (heard, refused) = (try tracking.track(faint), try strict.track(faint))
    let between = heard.lines.filter {
      $0.snr_db >= 16 && $0.snr_db < result.detection_threshold_db
    }
    #expect(!between.isEmpty, "seed 15: \(heard.lines.map(\.snr_db))")
    for line in between {
      #expect(refused.lines[line.line].reasons.contains("below_threshold"), "seed 15")
    }
  }

  @Test(arguments: [0, -1, 2, .nan]) func falseAlarmsThatCannotBeAreAnError(limit: Double) {
    var wrong = tracking
    wrong.falseAlarmsPerLine = limit
    let lines = recording(noise: 1, seed: 16)
    let error = #expect(throws: RecordingError.self) { _ = try wrong.track(lines) }
    #expect(error?.what.contains("1e-12 ... 1") == true, "\(String(describing: error))")
    #expect(error?.remedy.contains("1e-6") == true)
  }

  @Test(arguments: [(0.8e6, "512"), (5.5e6, "pulse")])
  func aPulseThatCannotBeCalibratedIsAnErrorThatNamesTheOption(carrier: Double, word: String) {
    var random = SplitMix64(seed: 17)
    var wrong = tracking
    (wrong.carrierHz, wrong.phaseLines) = (carrier, 4)
    var lines = recording(noise: 1, seed: 17)
    for index in lines.samples.indices {
      // Either a pulse of 0.8 MHz, which is too long, or noise alone.
      let x = (Double(index % 6_400) / 64 - 60) / 0.8
      let wave = word == "512" ? 200 * exp(-x * x / 2) * cos(2 * .pi * 0.8 * 0.8 * x) : 0
      lines.samples[index] = Int16((wave + 3 * random.gaussian()).rounded())
    }
    let error = #expect(throws: RecordingError.self) { _ = try wrong.track(lines) }
    #expect(error?.what.contains("--phase") == true, "\(String(describing: error))")
    #expect(error?.what.contains(word) == true, "\(String(describing: error))")
    #expect(error?.remedy.contains("without --phase") == true)
  }

  @Test func everyLineStatesItsDeviations() throws {
    for line in try tracking.track(recording(noise: 1, seed: 18)).lines {
      // 20/ln 10 ÷ √SNR, and for the SNR what its noise adds.
      let bound = 8.686 * pow(10, -line.snr_db / 20)
      #expect(line.sigma_amplitude_db > bound && line.sigma_amplitude_db < 1.1 * bound)
      #expect(line.sigma_snr_db > line.sigma_amplitude_db)
      #expect(line.sigma_ns > 0)
    }
  }

  static let recordings = ProcessInfo.processInfo.environment["PEAKGATE_RECORDINGS"]

  @Test(.enabled(if: recordings != nil, "PEAKGATE_RECORDINGS names no folder of recordings"))
  func realAcquisitionResolvesHalfAClock() throws {
    let folder = try #require(Self.recordings)
    let archive = try NumpyArchive(path: folder + "/20240208182809_ndt.npz")
    let result = try tracking.track(RecordedLines(un0rick: archive))
    #expect(result.summary.lines == 32)
    #expect(result.summary.valid == 32)
    #expect(abs(try #require(result.summary.mean_us) - 39.80) < 0.05)
    #expect(abs(abs(try #require(result.summary.even_minus_odd_ns)) - 7.8) < 0.5)
    #expect(try #require(result.summary.even_sd_ns) <= 1)
    #expect(try #require(result.summary.odd_sd_ns) <= 1)
    #expect(result.lines.allSatisfy { $0.time_of_flight_us > 35 && $0.time_of_flight_us < 45 })
  }
}
