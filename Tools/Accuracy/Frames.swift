import Foundation
import PeakTracking
import Quantities

/// Frames with one arrival at most, written from the definition of the pulse, not with the tracker's own.
struct Frames {
  /// 7.5 MHz, 60 %, 40 MS/s: the pulse that the literature on the bound is computed for.
  static let pulse = PulseShape(carrierHz: 7.5e6, fractionalBandwidth: 0.6, sampleRateHz: 40e6)
  static let noise = 8.0

  var carrierHz = pulse.carrierHz
  var count = 512
  var random: Noise

  /// As the bench is shipped: every threshold and check as the tracker has them.
  static func shipped(count: Int) -> TrackerConfiguration {
    TrackerConfiguration(pulse: pulse, sampleCount: count, blankUntil: Nanoseconds(500))
  }

  /// Everything counts, and only the strongest: single path, no threshold.
  static func everything(count: Int, phase: PhaseCalibration? = nil) -> TrackerConfiguration {
    TrackerConfiguration(
      pulse: pulse, sampleCount: count, blankUntil: Nanoseconds(500), detectionThresholdDB: 0,
      earlierPeakWithinDB: 0, interferenceDB: 100, phase: phase)
  }

  /// Standard deviation of the envelope, samples.
  var sigma: Double {
    let sigmaHz =
      Self.pulse.carrierHz * Self.pulse.fractionalBandwidth / 2 / (2 * 0.3 * log(10)).squareRoot()
    return Self.pulse.sampleRateHz / (2 * .pi * sigmaHz)
  }

  /// Matched-filter output, peak² ÷ variance of one quadrature, of a pulse whose envelope's peak is
  /// `snrDB` above the noise's standard deviation per sample: 2E/N0 = A²·√π·σ_t/2 ÷ σ².
  func output(snrDB: Double) -> Double {
    pow(10, snrDB / 10) * Double.pi.squareRoot() * sigma / 2
  }

  mutating func frame(at: Double?, amplitude: Double, phase: Double) -> [Int16] {
    var values = (0..<count).map { _ in Self.noise * random.normal() }
    if let at {
      let turns = carrierHz / Self.pulse.sampleRateHz
      for i in max(0, Int(at - 7 * sigma))...min(count - 1, Int(at + 7 * sigma)) {
        let x = Double(i) - at
        values[i] +=
          amplitude * exp(-x * x / (2 * sigma * sigma)) * cos(2 * .pi * (x * turns + phase))
      }
    }
    return values.map { Int16(min(max($0.rounded(), -8191), 8190)) }
  }
}

extension FrameEstimator {
  mutating func estimate(_ samples: [Int16]) -> FrameEstimate {
    samples.withUnsafeBufferPointer { estimate($0) }
  }
}
