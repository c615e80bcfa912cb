import Foundation
import PeakTracking
import Quantities
import TestSupport

/// One pulse as it arrives: when (in samples), how strong, at which phase of its carrier (turns).
struct Arrival {
  var at: Double
  var amplitude: Double
  var phase = 0.0
}

let console = PulseShape(carrierHz: 10e6, fractionalBandwidth: 0.6, sampleRateHz: 64e6)

extension TrackerConfiguration {
  /// 1024 samples at 64 MS/s, the first microsecond blanked.
  static let console = Self(
    pulse: PeakTrackingTests.console, sampleCount: 1024, blankUntil: .microseconds(1))
}

/// A frame as a 14-bit converter would give it, not yet rounded.
///
/// The pulse is written out here from its definition (a Gaussian whose amplitude spectrum is 6 dB
/// down at ± half the bandwidth), not taken from the code under test.
func analogue(
  _ arrivals: [Arrival], noise: Double, count: Int = 1024, pulse: PulseShape = console,
  random: inout SplitMix64
) -> [Double] {
  let sigmaHz =
    pulse.carrierHz * pulse.fractionalBandwidth / 2 / (2 * 0.3 * log(10)).squareRoot()
  let sigma = pulse.sampleRateHz / (2 * .pi * sigmaHz)
  return (0..<count).map { i in
    var v = noise * random.gaussian()
    for a in arrivals {
      let x = Double(i) - a.at
      v +=
        a.amplitude * exp(-x * x / (2 * sigma * sigma))
        * cos(2 * .pi * (x * pulse.carrierHz / pulse.sampleRateHz + a.phase))
    }
    return v
  }
}

func coded(_ values: [Double]) -> [Int16] {
  values.map { Int16(min(max($0.rounded(), -8192), 8191)) }
}

func frame(
  _ arrivals: [Arrival], noise: Double, count: Int = 1024, pulse: PulseShape = console,
  random: inout SplitMix64
) -> [Int16] {
  coded(analogue(arrivals, noise: noise, count: count, pulse: pulse, random: &random))
}

extension FrameEstimator {
  mutating func estimate(_ samples: [Int16]) -> FrameEstimate {
    samples.withUnsafeBufferPointer { estimate($0) }
  }
}
