/// A scenario that uses every key, for tests to take apart.
let fullScenario = """
  name: first crossing
  seed: 7
  duration_s: 60
  world:
    anatomy:
      separation_mm: 5.0
      vein_radius_mm: 1.5
      artery_radius_mm: 1.1
      bearing_deg: 40
      twist_deg_per_cm: 15
      convergence_deg: 2
      pulsation_mm: 0.1
      pulsation_hz: 1.2
    tremor: {roll_deg: 0.5, axial_mm: 0.1}
    calcium: [{bearing_deg: [20, 35], axial_mm: [-2, 2], loss_db: 12}]
    medium: blood
    snr_db: 30
    handle: {backlash_deg: 4, torque_lag_s: 0.15}
    start: {roll_error_deg: 140, axial_error_mm: 8}
  operator:
    - {at_s: 1, do: arm}
    - {at_s: 2.5, do: rotate_deg, by: 12}
    - {at_s: 3, do: move_mm, by: -1.5}
    - {at_s: 4, do: advance_needle_mm, to: 6}
  faults:
    - {at_s: 12.5, kind: unplug, for_s: 2}
    - {when: {phase: advance, after_s: 0.3}, kind: drop_frames, amount: 0.5}
  expect:
    needle_in_vein: true
    unsafe_enables: 0
    time_to_align_s: {max: 90}
    fault_to_off_ms: {max: 50}
    refused_by: [alignment.bracketed]
    faults: {contains: [stream.fresh]}
    first_fault: link.connected

  """

/// The smallest scenario that is one, with more lines after it.
func smallScenario(_ more: String = "") -> String {
  "name: small\nexpect: {unsafe_enables: 0}\n" + more
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
