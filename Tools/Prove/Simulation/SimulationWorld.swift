import InterlockOracle
import Quantities
import SafetyInterlock

/// The truth: where the emitter points, how the needle stands, what the operator's hand does.
///
/// Lengths in µm, angles in thousandths of a degree, levels in cdB, times in ms. A parabolic beam
/// (2 dB down at 3.3°, as the physics of the reference rig give it) with side lobes 13.3 dB down at
/// 20°; the vein is 2.5 mm wide at 5 mm.
struct SimulationWorld {
  /// The operator's handle.
  var roll = 0
  var level = 0
  /// From the handle's zero to the true peak.
  var rollOffset: Int
  var levelOffset: Int
  var isPressed = false
  /// True depth of the needle in nm.
  var depth = 0
  /// Outward speed in µm/s, as the drive really moves.
  var speed = 0
  private var random: SeededStream
  private(set) var checksum: UInt32 = 1

  init(seed: UInt64) {
    random = SeededStream(seed: seed)
    rollOffset = random.within(-1_500...1_500)
    levelOffset = random.within(-150...150)
  }

  /// The needle's line misses the vein.
  var isMisaimed: Bool {
    (roll - rollOffset).magnitude > 10_000 || (level - levelOffset).magnitude > 1_000
  }

  mutating func entropy() -> UInt32 { UInt32(truncatingIfNeeded: random.next() >> 32) }

  mutating func moveNeedle() { depth = max(-50_000, depth + speed) }

  /// What a tracker would make of the line that is fired now; nil when no echo is found.
  mutating func signal(at now: Int, _ faults: SimulationFaults) -> SignalObservation? {
    let noise = random.next()
    if !faults[.frozenFrames] || checksum == 0 { checksum = UInt32(truncatingIfNeeded: noise) | 1 }
    var amplitude = 5_000 + beam() + Int(noise & 15) + Int(noise >> 4 & 15) - 15
    var flight = 3_185 + Int(noise >> 8 & 7) - 4 + pulse(now) / 2
    amplitude += pulse(now) / 10
    var floor = 2_000 + Int(noise >> 12 & 63)
    if !faults.isQuiet {
      if faults[.signalLost] { return nil }
      if faults[.amplitudeDrop] { amplitude -= 700 }
      if faults[.amplitudeExcess] { amplitude += 500 }
      if faults[.gainDrift] { amplitude += 150 }
      if faults[.snrLoss] { floor += 2_500 }
      if faults[.flightJump] { flight += 1_000 }
      if faults[.multipathSwap] { (flight, amplitude) = (flight + 2_000, amplitude - 300) }
      if faults[.pulsation] { flight += pulse(now) * 7 }
    }
    return SignalObservation(
      amplitude: CentiDecibels(Int32(amplitude)), snr: CentiDecibels(Int32(amplitude - floor)),
      timeOfFlight: Nanoseconds(Int64(flight)))
  }

  /// cdB relative to the peak.
  private func beam() -> Int {
    let turn = roll - rollOffset
    let side = abs(turn) - 20_000
    let main = -turn * turn * 184 / 10_000_000
    let lobe = -1_330 - side * side * 184 / 10_000_000
    let shift = level - levelOffset
    return max(-3_500, max(main, lobe) - shift * shift / 833)
  }

  /// The vessel's pulse at 72 a minute: a triangle between −128 and 128.
  private func pulse(_ now: Int) -> Int {
    let phase = now % 833 * 512 / 833
    return phase < 256 ? phase - 128 : 384 - phase
  }
}
