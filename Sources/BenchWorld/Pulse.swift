/// The received pulse: a carrier under a Gaussian envelope whose spectrum is 6 dB down at the edges of
/// the fractional bandwidth. Time 0 is the top of the envelope, where the carrier's phase is 0.
package enum Pulse {
  package static let carrierHz = Reference.carrierMHz * 1e6
  /// Standard deviation of the envelope in seconds: σ_t = √(2 ln 2) / (2π · half bandwidth).
  package static let sigmaS =
    1.1774100225154747 / (2 * .pi * 0.5 * Reference.fractionalBandwidth * carrierHz)

  package static func envelope(_ t: Double) -> Double {
    let u = t / sigmaS
    return Portable.exp(-0.5 * u * u)
  }
  package static func value(_ t: Double) -> Double {
    envelope(t) * Portable.cos(2 * .pi * carrierHz * t)
  }
}

/// The pulse sampled at 64 fractional delays: row `p` is the pulse `p`/64 of a sample late.
///
/// Delays are rounded to 1/64 sample: at 64 MS/s an error below 0.13 ns (0.2 µm).
final class PulseTable {
  static let phases = 64
  let sampleRateHz: Double
  /// Length of a row, a multiple of 16.
  let taps: Int
  /// The tap at the pulse's top in row 0.
  let centre: Int
  let rows: UnsafeMutablePointer<Float>

  init(sampleRateHz: Double) {
    self.sampleRateHz = sampleRateHz
    taps = (Int((11 * Pulse.sigmaS * sampleRateHz).rounded(.up)) + 2 + 15) / 16 * 16
    centre = taps / 2
    rows = .allocate(capacity: taps * Self.phases)
    for phase in 0..<Self.phases {
      for tap in 0..<taps {
        let t = Double(tap - centre) - Double(phase) / Double(Self.phases)
        rows[phase * taps + tap] = Float(Pulse.value(t / sampleRateHz))
      }
    }
  }

  deinit { rows.deallocate() }
}
