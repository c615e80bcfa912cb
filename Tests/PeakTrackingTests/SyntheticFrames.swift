import Foundation
import PeakTracking
import Quantities

/// SplitMix64 with Gaussian numbers by Box and Muller; the seed is the whole state.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Within 0 ..< 1, never 0.
  mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  mutating func gaussian() -> Double {
    (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}

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
