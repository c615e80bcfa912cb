/// Once round the peak, so that the signal is seen to fall on every side of it.
extension AlignmentSearch {
  var isBracketed: Bool { brackets.allSatisfy(\.isComplete) }

  /// Goes round the peak and round the reading of the highest signal: along the roll above and below
  /// the peak's level, along the level to both sides of its roll. Nowhere on the way is the signal
  /// high, so that the maximum stays where it is; and the roll comes to rest from below.
  mutating func beginLap(_ handle: HandlePosition) {
    fine.laps += 1
    phase = .approach
    step = .fine(.lap)
    fine.lap = lap(from: handle)
    proceedLap(handle)
  }

  mutating func proceedLap(_ handle: HandlePosition) {
    guard !fine.lap.isEmpty else {
      step = .fine(.approach)
      return travel(handle, roll: handle.rollDeg, level: restLevel)
    }
    let next = fine.lap.removeFirst()
    go(
      handle, roll: next.rollDeg, level: next.levelMM, rollSpeed: 120,
      levelSpeed: configuration.levelSpeedMaxMMPerS)
  }

  /// Corners of the way. The sides stand off the tip's peak by two half widths and what the tip still
  /// lags, and lie within 57° of the highest reading, to whichever side of the peak that was.
  private func lap(from handle: HandlePosition) -> [HandlePosition] {
    let bracket = brackets.first { !$0.isComplete } ?? brackets[0]
    let rest = restRoll(fine.level)
    let play = rollModel(at: fine.level)?.backlash ?? configuration.backlashPriorDeg
    let clear = 2 * beam.halfWidth(.roll, rangeMM: range) + 8
    let above = rest + clear
    let below = rest - play - clear
    let highest = rest + wrapped(bracket.rollDeg - rest)
    let right =
      above - highest <= 57 ? max(above, highest + 8) : max(highest + 8, min(highest + 30, below))
    let left =
      highest - below <= 57 ? min(below, highest - 8) : min(highest - 8, max(highest - 30, above))
    let stand = 1.5 * beam.halfWidth(.level, rangeMM: range) + 0.25
    let up = max(
      fine.level + stand, bracket.levelMM + 0.4, min(handle.levelMM, fine.level + 2 * stand))
    let down = min(fine.level - stand, bracket.levelMM - 0.4)
    var corners = [
      (handle.rollDeg, up), (right, up), (right, down), (left, down), (left, up),
    ]
    if left > rest - play - 8 { corners.append((rest - play - 10, up)) }
    corners.append((rest, up))
    return corners.map { HandlePosition(rollDeg: $0.0, levelMM: $0.1) }
  }
}
