import HardwareSpecs

/// The receiver's ring after the transmit pulse, from the start of a record. Built once for a sample
/// rate and a delay, so that a frame only adds it.
final class FeedThrough {
  let sampleRateHz: Double
  let delayNS: Double
  let count: Int
  let samples: UnsafeMutablePointer<Float>

  init(sampleRateHz fs: Double, delayNS: Double) {
    sampleRateHz = fs
    self.delayNS = delayNS
    let end = Reference.feedThroughEndUS * 1e-6
    count = max(0, Int(((end - delayNS * 1e-9) * fs).rounded(.up)))
    samples = .allocate(capacity: max(1, count))
    for i in 0..<count { samples[i] = Float(Self.ring(at: Double(i) / fs + delayNS * 1e-9)) }
  }

  deinit { samples.deallocate() }

  /// A decaying ring at the carrier that ends for good (raised cosine) before the nearest echo that a
  /// needle may go for.
  static func ring(at t: Double) -> Double {
    let us = t * 1e6
    guard us >= 0, us < Reference.feedThroughEndUS else { return 0 }
    var level = Reference.feedThroughLSB * Portable.exp(-us / Reference.feedThroughDecayUS)
    if us > Reference.feedThroughTaperUS {
      let part =
        (us - Reference.feedThroughTaperUS)
        / (Reference.feedThroughEndUS - Reference.feedThroughTaperUS)
      level *= 0.5 * (1 + Portable.cos(.pi * part))
    }
    return level * Portable.cos(2 * .pi * Pulse.carrierHz * t)
  }
}

/// A stretch of electrosurgery from which each frame takes a window. Built when it is first wanted.
final class ElectrosurgeryWave {
  let sampleRateHz: Double
  static let count = 1 << 15
  /// Peak about one.
  let samples: UnsafeMutablePointer<Float>

  init(sampleRateHz: Double, seed: UInt64) {
    self.sampleRateHz = sampleRateHz
    samples = .allocate(capacity: Self.count)
    samples.initialize(repeating: 0, count: Self.count)
    fill(seed: seed)
  }

  deinit { samples.deallocate() }

  /// Damped bursts of a fundamental with harmonics that fall with their number up to 5 MHz and are
  /// weak above (0.3–5 MHz: DiVA umu-35830; the shape is a design choice).
  private func fill(seed: UInt64) {
    var random = WorldRandom(seed: seed, stream: 0xE5)
    let spec = Reference.Electrosurgery.self
    let fs = sampleRateHz
    let f0 = spec.fundamentalMHz * 1e6
    let length = Int(6 * spec.decayUS * 1e-6 * fs)
    var start = 0
    while start < Self.count {
      let detune = random.uniform(0.9...1.1)
      for harmonic in 1...20 {
        let f = f0 * detune * Double(harmonic)
        guard f < 0.5 * fs else { break }
        let amplitude = f <= spec.highestMHz * 1e6 ? 0.5 / Double(harmonic) : spec.weakHarmonic
        let phase = random.uniform(0...(2 * .pi))
        for i in 0..<min(length, Self.count - start) {
          let t = Double(i) / fs
          // The generator's spark takes about half a microsecond to build up.
          let rise = 1 - Portable.exp(-t / 0.5e-6)
          let decay = Portable.exp(-t / (spec.decayUS * 1e-6))
          samples[start + i] += Float(
            amplitude * rise * decay * Portable.sin(2 * .pi * f * t + phase))
        }
      }
      start += Int(fs / spec.burstRateHz * random.uniform(0.9...1.1))
    }
  }
}
