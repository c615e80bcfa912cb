/// Once round the peak, so that the signal is seen to fall on every side of it.
extension AlignmentSearch {
  /// The judge has not seen the signal fall on all four sides; where there is none, nobody asks for it.
  var needsLap: Bool { judged?.isBracketed == false }

  private static var lapsMax: Int { 8 }

  /// Sweeps once more through the peak, along both axes, out to where the signal has fallen and is still
  /// heard: only there a side counts. So slowly that the highest reading lies where the tip comes to
  /// rest; the ways between lead past the peak, where nothing is high, so that the maximum stays there.
  mutating func beginLap(_ handle: HandlePosition) {
    guard fine.laps < Self.lapsMax else {
      phase = .exhausted
      step = .exhausted(reason: "the signal was not seen to fall on every side of the peak")
      return
    }
    phase = .approach
    step = .fine(.lap)
    fine.lap = lap(from: handle, round: judged?.highest ?? handle)
    fine.laps += 1
    proceedLap(handle)
  }

  mutating func proceedLap(_ handle: HandlePosition) {
    guard !fine.lap.isEmpty else {
      step = .fine(.approach)
      return travel(handle, roll: handle.rollDeg, level: restLevel)
    }
    let next = fine.lap.removeFirst()
    go(
      handle, roll: next.place.rollDeg, level: next.place.levelMM, rollSpeed: next.rollSpeed,
      levelSpeed: next.levelSpeed)
  }

  /// One straight piece of the way: where it ends, and how fast the handle goes, degrees/s and mm/s.
  struct LapLeg: Hashable, Sendable {
    var place: HandlePosition
    var rollSpeed: Double
    var levelSpeed: Double

    init(_ roll: Double, _ level: Double, _ speeds: (roll: Double, level: Double)) {
      place = HandlePosition(rollDeg: roll, levelMM: level)
      (rollSpeed, levelSpeed) = speeds
    }
  }

  /// Degrees/s and mm/s. In a slow sweep the tip lags by less than the angle that moves a maximum.
  private static let slow = (roll: 16.0, level: 3.0)
  private static let fast = (roll: 120.0, level: 6.0)
  /// Half widths beside the peak, lap by lap: by some 7, 4, 5 and 9 dB has the signal fallen there. A weak
  /// one is heard only near the peak, and what calcium shades only farther out.
  private static let reaches = [1.1, 0.8, 0.95, 1.25]

  /// Past the peak to below it, forward through it, past it back, forward to rest on it, and along the
  /// level to both sides of it.
  private func lap(from handle: HandlePosition, round highest: HandlePosition) -> [LapLeg] {
    let rest = restRoll(fine.level)
    let play = rollModel(at: fine.level)?.backlash ?? configuration.backlashPriorDeg
    let reach = Self.reaches[fine.laps % Self.reaches.count]
    let clear = max(3, reach * beam.halfWidth(.roll, rangeMM: range))
    let stand = max(0.3, reach * beam.halfWidth(.level, rangeMM: range))
    let up = max(fine.level + stand, min(highest.levelMM + 0.3, fine.level + 2 * stand))
    let down = min(fine.level - stand, max(highest.levelMM - 0.3, fine.level - 2 * stand))
    let away = up + stand
    let below = rest - play - clear - 6
    func back(from roll: Double) -> [LapLeg] {
      [
        LapLeg(roll, away, Self.fast), LapLeg(below, away, Self.fast),
        LapLeg(below, fine.level, Self.fast),
      ]
    }
    let beside = besideTheHighest(
      at: rest + wrapped(highest.rollDeg - rest), rest: rest, play: play, levels: (up, down))
    return [LapLeg(handle.rollDeg, away, Self.fast)] + beside
      + back(from: beside.last?.place.rollDeg ?? handle.rollDeg)
      + [LapLeg(rest + clear, fine.level, Self.slow)] + back(from: rest + clear)
      + [
        LapLeg(rest, fine.level, Self.slow), LapLeg(rest, down, Self.slow),
        LapLeg(rest, up, Self.slow),
      ]
  }

  /// A highest reading far from the place of rest was found in a quick turn, with the tip behind. Turns
  /// the same way as quickly, above and below the peak: the tip is at the peak's roll when the handle
  /// reads that again.
  private func besideTheHighest(
    at highest: Double, rest: Double, play: Double, levels: (up: Double, down: Double)
  ) -> [LapLeg] {
    let isForward = highest > rest
    let behind = isForward ? highest - rest : rest - play - highest
    guard behind > 4.5, let lag = rollModel(at: fine.level)?.lag, lag > 0.005 else { return [] }
    let speed = min(max(behind / lag, Self.slow.roll), configuration.rollSpeedMaxDegPerS)
    let sign = isForward ? 1.0 : -1.0
    let start = highest - sign * (speed * (Self.runInSeconds + lag) + 10)
    let end = highest + sign * 8
    let along = (roll: speed, level: Self.fast.level)
    return [
      LapLeg(start, levels.up, Self.fast), LapLeg(end, levels.up, along),
      LapLeg(start, levels.down, Self.fast), LapLeg(end, levels.down, along),
    ]
  }
}
