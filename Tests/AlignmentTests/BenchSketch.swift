import Alignment
import Foundation
import TestSupport

/// A small bench for closed loops: two vessels, a beam summed over the aperture's sub-elements and
/// over the band, and a tip that follows the handle with play and lag.
struct BenchSketch {
  var separation = 5.0
  var bearing = 0.0
  var receiverLevel = 0.0
  /// Change of the bearing per mm of level, degrees; change of the separation per mm.
  var twist = 0.0
  var convergence = 0.0
  var snrPerSampleDB = 25.0
  var backlash = 4.0
  var lag = 0.15
  var levelPlay = 0.05
  var soundSpeed = 1570.0
  var pulsation = 0.15
  var pulsationPhase = 0.0
  var tremor = 1.0
  /// Shadowed sectors: centre and half width in degrees of absolute bearing, loss in dB.
  var calcium: [(centre: Double, half: Double, loss: Double)] = []
  var numbers = SeededNumbers(seed: 1)

  var time = 0.0
  var handle = HandlePosition(rollDeg: 0, levelMM: 0)
  var played = 0.0
  var tipRoll = 0.0
  var tipLevel = 0.0

  static let emitterOffset = 0.9
  static let referenceDB = 66.02

  var rollError: Double { wrap(bearing + twist * (tipLevel - receiverLevel) - tipRoll) }
  var levelError: Double { tipLevel - receiverLevel }
  var faceDistance: Double { separation - Self.emitterOffset }

  mutating func placeTip() {
    played = handle.rollDeg
    tipRoll = handle.rollDeg
    tipLevel = handle.levelMM
  }

  mutating func step(_ dt: Double) -> AlignmentSample {
    time += dt
    played = min(max(played, handle.rollDeg - backlash / 2), handle.rollDeg + backlash / 2)
    tipRoll += (played - tipRoll) * (1 - exp(-dt / lag))
    tipLevel = min(max(tipLevel, handle.levelMM - levelPlay / 2), handle.levelMM + levelPlay / 2)
    let shakeRoll = tremor * (0.2 * sin(2 * .pi * 4.7 * time) + 0.1 * sin(2 * .pi * 8.3 * time + 1))
    let shakeLevel =
      tremor * (0.03 * sin(2 * .pi * 3.9 * time + 2) + 0.02 * sin(2 * .pi * 7.1 * time))
    return hear(roll: tipRoll + shakeRoll, level: tipLevel + shakeLevel)
  }

  private mutating func hear(roll: Double, level: Double) -> AlignmentSample {
    let along = level - receiverLevel
    let distance =
      separation + convergence * along + pulsation * sin(2 * .pi * 1.2 * time + pulsationPhase)
    let angle = wrap(bearing + twist * along - roll) * .pi / 180
    let x = distance * cos(angle) - Self.emitterOffset
    let y = distance * sin(angle)
    let range = (x * x + y * y + along * along).squareRoot()
    var gain = Self.pressure(x: x, y: y, z: along) / Self.reference
    if x <= 0 { gain *= 0.03 }
    gain *= pow(10, -0.238 * (range - 5) / 20)
    for sector in calcium where abs(wrap(roll - sector.centre)) < sector.half {
      gain *= pow(10, -sector.loss / 20)
    }
    let full = pow(10, Self.referenceDB / 20)
    let noise = full * pow(10, -(snrPerSampleDB + 5.5) / 20)
    let inPhase = full * gain + noise * numbers.normal() / 2.0.squareRoot()
    let quadrature = noise * numbers.normal() / 2.0.squareRoot()
    var amplitude = (inPhase * inPhase + quadrature * quadrature).squareRoot()
    var flight = range / (soundSpeed * 1e-6) + 3 * numbers.normal()
    // The highest of the noise elsewhere on the line.
    let highest = noise * numbers.uniform(2.6, 4.2)
    if highest > amplitude {
      amplitude = highest
      flight = numbers.uniform(600, 8000)
    }
    let snr = 20 * log10(amplitude / noise)
    return AlignmentSample(
      time: time, rollDeg: handle.rollDeg, levelMM: handle.levelMM,
      amplitudeDB: 20 * log10(amplitude), timeOfFlightNS: flight, snrDB: snr, isValid: snr >= 14.5)
  }

  private static let reference = pressure(x: 5, y: 0, z: 0)

  /// Root mean square over the band of the sum over 9 × 9 sub-elements (as a product of two lines).
  private static func pressure(x: Double, y: Double, z: Double) -> Double {
    let range = (x * x + y * y + z * z).squareRoot()
    var power = 0.0
    for (frequency, weight) in [(7.6, 0.16), (8.8, 0.22), (10.0, 0.24), (11.2, 0.22), (12.4, 0.16)]
    {
      let k = 2 * Double.pi * frequency / 1.57
      power += weight * line(k, range, y) * line(k, range, z)
    }
    return power.squareRoot() / range
  }

  private static func line(_ k: Double, _ range: Double, _ offset: Double) -> Double {
    var real = 0.0
    var imaginary = 0.0
    for index in -4...4 {
      let u = Double(index) / 9
      let path = (range * range - 2 * offset * u + u * u).squareRoot() - range
      real += cos(k * path)
      imaginary += sin(k * path)
    }
    return (real * real + imaginary * imaginary) / 81
  }

  func wrap(_ degrees: Double) -> Double {
    let r = degrees.truncatingRemainder(dividingBy: 360)
    return r >= 180 ? r - 360 : (r < -180 ? r + 360 : r)
  }
}

/// Somebody at the handle who does as told, at a steady speed, and asks again.
struct ClosedLoop {
  var bench: BenchSketch
  var search: AlignmentSearch
  var rate = 200.0
  var reaction = 0.2
  var limit = 150.0
  var phases: [Guidance.Phase: Double] = [:]
  var trace: [String] = []
  /// The largest deviation of the level that any estimate stated, mm.
  var widestLevelMM = 0.0
  /// Told where the handle is, at the end of every motion.
  var look: ((HandlePosition) -> Void)?

  /// Runs until aligned, exhausted, or out of time.
  mutating func run() -> Guidance {
    let dt = 1 / rate
    var guidance = search.next(handle: bench.handle, isMoving: false)
    while bench.time < limit {
      note(guidance)
      var asked = bench.time
      guard let motion = Motion(guidance.instruction, from: bench.handle) else {
        if guidance.phase == .aligned || guidance.phase == .exhausted { return guidance }
        // Hold: look again ten times a second.
        while bench.time - asked < 0.1 { search.add(bench.step(dt)) }
        guidance = search.next(handle: bench.handle, isMoving: false)
        continue
      }
      phases[guidance.phase, default: 0] -= bench.time
      defer { asked = bench.time }
      let began = bench.time
      let pace = 1 + 0.05 * bench.numbers.uniform(-1, 1)
      var overtaken = false
      while bench.time - began < motion.duration / pace, !overtaken {
        let share = min(1, (bench.time - began + dt) * pace / motion.duration)
        bench.handle = motion.position(share)
        overtaken = search.add(bench.step(dt))
      }
      if !overtaken { bench.handle = motion.position(1) }
      look?(bench.handle)
      let stopped = bench.time
      while bench.time - stopped < reaction { search.add(bench.step(dt)) }
      phases[guidance.phase, default: 0] += bench.time
      guidance = search.next(handle: bench.handle, isMoving: false)
    }
    return guidance
  }

  private mutating func note(_ guidance: Guidance) {
    widestLevelMM = max(widestLevelMM, guidance.estimate?.sigmaLevelMM ?? 0)
    let t = Double(Int(bench.time * 100)) / 100
    trace.append(
      "\(t) \(guidance.phase) \(guidance.words) h=(\(Int(bench.handle.rollDeg)), "
        + "\(Int(bench.handle.levelMM * 100))e-2) err=(\(Int(bench.rollError * 10))e-1, "
        + "\(Int(bench.levelError * 100))e-2)")
  }
}

/// One instruction as a straight path in time.
private struct Motion {
  var from: HandlePosition
  var roll = 0.0
  var level = 0.0
  var duration = 0.0

  init?(_ instruction: Guidance.Instruction, from: HandlePosition) {
    self.from = from
    switch instruction {
    case .rotate(let by, let speed):
      roll = by
      duration = abs(by) / speed
    case .move(let by, let speed):
      level = by
      duration = abs(by) / speed
    case .sweep(let rollBy, let rollSpeed, let levelBy, let levelSpeed):
      roll = rollBy
      level = levelBy
      duration = max(abs(rollBy) / rollSpeed, abs(levelBy) / levelSpeed)
    case .hold, .searchExhausted:
      return nil
    }
  }

  func position(_ share: Double) -> HandlePosition {
    HandlePosition(rollDeg: from.rollDeg + roll * share, levelMM: from.levelMM + level * share)
  }
}
