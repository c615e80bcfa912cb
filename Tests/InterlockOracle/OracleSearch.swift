import HardwareSpecs
import Quantities
import SafetyInterlock

/// A search for the maximum: every good sample of it, judged when it is finished (R04).
struct OracleSearch: Sendable {
  struct Sample: Sendable {
    var roll: Millidegrees
    var level: Micrometres
    var amplitude: Int32
    var timeOfFlight: Int64
  }

  /// What a finished search found.
  struct Result: Equatable, Sendable {
    var amplitude: Int32
    var shortestFlight: Int64?
    var isBracketed: Bool
  }

  private(set) var isRunning = false
  private(set) var result: Result?
  private var samples: [Sample] = []

  mutating func begin() {
    isRunning = true
    result = nil
    samples.removeAll(keepingCapacity: true)
  }

  mutating func take(_ frame: FrameObservation, _ signal: SignalObservation) {
    guard isRunning else { return }
    samples.append(
      Sample(
        roll: frame.handleRoll, level: frame.handleLevel, amplitude: signal.amplitude.count,
        timeOfFlight: signal.timeOfFlight.count))
  }

  mutating func finish() {
    guard isRunning else { return }
    isRunning = false
    result = judge()
  }

  private func judge() -> Result? {
    guard var peak = samples.first else { return nil }
    var highest = peak.amplitude
    for sample in samples {
      // A smaller gain does not move the place of the maximum.
      if sample.amplitude >= peak.amplitude + Limits.peakImprovement.count { peak = sample }
      highest = max(highest, sample.amplitude)
    }
    var sides: Set<Side> = []
    var shortest: Int64?
    for sample in samples {
      let roll = Millidegrees(Int32(wrapping(sample.roll, minus: peak.roll)))
      let level = Int64(sample.level.count) - Int64(peak.level.count)
      let isNearRoll = abs(Int64(roll.count)) <= Limits.bracketRollSlack.count
      let isNearLevel = abs(level) <= Limits.bracketAxialSlack.count
      if isNearRoll, isNearLevel { shortest = min(shortest ?? .max, sample.timeOfFlight) }
      guard sample.amplitude <= highest - Limits.bracketDrop.count else { continue }
      let turned = abs(Int64(roll.count))
      if isNearLevel, turned >= Limits.bracketRollMin.count, turned <= Limits.bracketRollMax.count {
        sides.insert(roll.count > 0 ? .right : .left)
      }
      let moved = abs(level)
      if isNearRoll, moved >= Limits.bracketAxialMin.count, moved <= Limits.bracketAxialMax.count {
        sides.insert(level > 0 ? .distal : .proximal)
      }
    }
    return Result(amplitude: highest, shortestFlight: shortest, isBracketed: sides.count == 4)
  }

  private enum Side { case left, right, distal, proximal }

  /// The turn from one roll to another, by the shorter way.
  private func wrapping(_ a: Millidegrees, minus b: Millidegrees) -> Int64 {
    let turn = (Int64(a.count) - Int64(b.count)) % 360_000
    return turn >= 180_000 ? turn - 360_000 : (turn < -180_000 ? turn + 360_000 : turn)
  }
}
