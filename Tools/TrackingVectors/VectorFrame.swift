import Foundation
import PeakTracking
import Quantities

/// One frame of the golden vectors, as a converter would give it.
struct VectorFrame {
  var name: String
  var configuration: TrackerConfiguration
  var samples: [Int16]

  /// As `frames.bin` holds it.
  var encoded: Data {
    let c = configuration
    let header: [Int32] = [
      Int32(samples.count), Int32(c.pulse.carrierHz),
      Int32((c.pulse.fractionalBandwidth * 100).rounded()), Int32(c.pulse.sampleRateHz),
      Int32(c.delay.count), Int32(c.blankUntil.count), c.fullScale, 0,
    ]
    var data = Data()
    for value in header { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
    for value in samples { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
    if samples.count % 2 == 1 { data.append(contentsOf: [0, 0]) }
    return data
  }
}

extension VectorFrame {
  /// Every reason for which a frame is refused, and frames that are good, for pulses and lengths
  /// that leave different remainders in every kernel.
  static var all: [Self] {
    var random = SeededNoise(state: 20_260_101)
    func consoleOf(
      _ carrierHz: Double, _ bandwidth: Double, _ rate: Double, samples: Int, fullScale: Int32
    ) -> TrackerConfiguration {
      TrackerConfiguration(
        pulse: PulseShape(
          carrierHz: carrierHz, fractionalBandwidth: bandwidth, sampleRateHz: rate),
        sampleCount: samples, delay: Nanoseconds(700), blankUntil: .microseconds(2),
        fullScale: fullScale)
    }
    let console = consoleOf(10e6, 0.6, 64e6, samples: 1024, fullScale: 8191)
    let others = [
      consoleOf(3.2e6, 0.6, 64e6, samples: 1537, fullScale: 8191),
      consoleOf(7.5e6, 0.6, 40e6, samples: 2046, fullScale: 8191),
      consoleOf(20e6, 0.4, 64e6, samples: 515, fullScale: 511),
      consoleOf(5e6, 0.3, 64e6, samples: 2048, fullScale: 32_767),
    ]
    var all: [Self] = []
    func add(
      _ name: String, _ configuration: TrackerConfiguration, noise: Double,
      echoes: [(at: Double, amplitude: Double)], change: (Int, Double) -> Double = { $1 }
    ) {
      let samples = (0..<configuration.sampleCount).map { i -> Int16 in
        var value = noise * random.gaussian()
        for (turn, echo) in echoes.enumerated() {
          let phase = 0.37 * Double(turn + all.count)
          value +=
            echo.amplitude * configuration.pulse.sample(at: Double(i) - echo.at, phase: phase)
        }
        return Int16(min(max(change(i, value).rounded(), -32_768), 32_767))
      }
      all.append(Self(name: name, configuration: configuration, samples: samples))
    }
    func clipped(_: Int, _ x: Double) -> Double { min(max(x, -8192), 8191) }

    for step in 0..<8 {
      add(
        "echo_\(step)", console, noise: 10, echoes: [(200.37 + 97.13 * Double(step), 1500)],
        change: clipped)
    }
    add("strong", console, noise: 0.4, echoes: [(511.5, 8000)], change: clipped)
    add("weak", console, noise: 20, echoes: [(640.2, 62)], change: clipped)
    add("noise", console, noise: 20, echoes: [], change: clipped)
    add("two_paths", console, noise: 8, echoes: [(400.25, 900), (470.5, 1300)], change: clipped)
    add("offset", console, noise: 8, echoes: [(700.8, 900)]) { _, x in x + 3000 }
    add("drift", console, noise: 8, echoes: [(300.1, 900)]) { i, x in x + 3 * Double(i - 512) }
    add("saturated", console, noise: 8, echoes: [(500.9, 12_000)], change: clipped)
    add("out_of_range", console, noise: 8, echoes: [(500.9, 900)]) { i, x in
      i % 97 == 0 ? -32_768 : x
    }
    add("rails", console, noise: 8, echoes: []) { i, _ in i / 31 % 2 == 0 ? 32_767 : -32_768 }
    add("dead", console, noise: 0, echoes: [])
    add("dead_offset", console, noise: 0, echoes: []) { _, _ in -1234 }
    add("early", console, noise: 8, echoes: [(131, 3000)], change: clipped)
    add("late", console, noise: 8, echoes: [(1020, 3000)], change: clipped)
    add("surgery", console, noise: 8, echoes: [(600, 900)]) { i, x in
      (500..<760).contains(i) ? x + 700 * (i / 80 % 2 == 0 ? 1 : -1) : x
    }
    add("hum", console, noise: 8, echoes: [(600, 900)]) { i, x in
      x + 400 * ElementaryMath.cosineAndSine(turns: Double(i) / 40).cosine
    }
    for (index, other) in others.enumerated() {
      let middle = Double(other.sampleCount) * 0.61
      add("other_\(index)", other, noise: 6, echoes: [(middle + 0.3, 420)])
      add("other_\(index)_noise", other, noise: 6, echoes: [])
    }
    add("dropout", console, noise: 8, echoes: [(800.3, 900)]) { i, x in
      (250..<600).contains(i) ? 37 : x
    }
    add("earlier", console, noise: 8, echoes: [(400.6, 300), (640.2, 1500)], change: clipped)
    add("few_codes", console, noise: 0.4, echoes: [(500.7, 40)], change: clipped)
    return all
  }
}

/// SplitMix64, and nearly Gaussian numbers from it: the sum of twelve uniform ones.
private struct SeededNoise {
  var state: UInt64

  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }

  mutating func gaussian() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += uniform() }
    return sum
  }
}
