import CPeers
import Foundation
import PeakTracking
import Quantities

/// The frames and the filter that the tracker and its peers are given.
struct BenchFrames {
  static let pulse = PulseShape(carrierHz: 10e6, fractionalBandwidth: 0.6, sampleRateHz: 64e6)

  let samples: Int
  let frames: [[Int16]]

  static func configuration(samples: Int) -> TrackerConfiguration {
    TrackerConfiguration(pulse: pulse, sampleCount: samples, blankUntil: .zero)
  }

  /// 64 frames, each with an echo of 2,000 LSB somewhere in noise of 20 LSB; the same every time.
  init(samples: Int) {
    self.samples = samples
    var state: UInt64 = 20_260_101
    func uniform() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
    let half = Self.pulse.halfLength
    frames = (0..<64).map { _ in
      let middle = Double(4 * half) + (Double(samples - 8 * half)) * uniform()
      let sigma = Self.pulse.envelopeSigmaSamples
      return (0..<samples).map { i in
        var noise = -6.0
        for _ in 0..<12 { noise += uniform() }
        let x = Double(i) - middle
        let envelope = Self.gaussian(x / sigma)
        let carrier = Self.cosine(x * Self.pulse.carrierHz / Self.pulse.sampleRateHz)
        return Int16((20 * noise + 2_000 * envelope * carrier).rounded())
      }
    }
  }

  /// The matched filter's taps as the peers take them; never given back.
  static func filter() -> peer_filter {
    let half = pulse.halfLength
    let count = 2 * half + 1
    let real = UnsafeMutablePointer<Float>.allocate(capacity: count)
    let imaginary = UnsafeMutablePointer<Float>.allocate(capacity: count)
    var gain = 0.0
    for k in -half...half {
      let envelope = gaussian(Double(k) / pulse.envelopeSigmaSamples)
      let turns = Double(k) * pulse.carrierHz / pulse.sampleRateHz
      real[k + half] = Float(envelope * cosine(turns))
      imaginary[k + half] = Float(-envelope * cosine(turns - 0.25))
      gain += 0.5 * envelope * envelope
    }
    return peer_filter(
      half: Int32(half), real: real, imaginary: imaginary, noise_gain: gain,
      amplitude_per_output: 1 / gain)
  }
}

extension BenchFrames {
  private static func gaussian(_ x: Double) -> Double { exp(-0.5 * x * x) }
  private static func cosine(_ turns: Double) -> Double { cos(2 * Double.pi * turns) }
}
