import Foundation

/// Both axes, both directions, twice; then the approach and the check.
extension AlignmentSearch {
  var range: Double {
    let fits = (levelSweeps + rollSweeps)
    return fits.min { $0.deficitDB(beam) < $1.deficitDB(beam) }?.rangeMM ?? 5
  }

  mutating func beginFine(level: Double, _ handle: HandlePosition) {
    fine.level = level
    fine.rounds += 1
    levelSweeps = []
    phase = .fineRoll
    sweepRollStart(.rollStart, span: rollSpan(2.2, 5), speed: Self.firstRoll, handle)
  }

  private func rollSpan(_ widths: Double, _ spare: Double) -> Double {
    max(16, min(30, widths * beam.halfWidth(.roll, rangeMM: range) + spare))
      + min(20, 1.5 * (rollModel(at: fine.level)?.sigma ?? 0))
  }

  private func levelSpan(_ widths: Double, _ spare: Double) -> Double {
    min(4, (widths * beam.halfWidth(.level, rangeMM: range) + spare)) * fine.widen
  }

  /// Handle roll at which the tip rests on its peak, come from below.
  func restRoll(_ level: Double) -> Double {
    rollModel(at: level)?.rest(direction: 1, other: level) ?? 0
  }

  private mutating func sweepRollStart(
    _ stage: Stage, span: Double, speed: Double, _ handle: HandlePosition
  ) {
    step = .fine(stage)
    let peak =
      rollModel(at: fine.level)?.handle(atSpeed: speed, other: fine.level) ?? handle.rollDeg
    let start = peak - span - speed * Self.runInSeconds
    // Already a little below: no need to come up to the start.
    let isBelow = handle.rollDeg < start && handle.rollDeg > start - 10
    travel(handle, roll: isBelow ? handle.rollDeg : start, level: fine.level)
  }

  private mutating func sweepRoll(
    _ stage: Stage, sign: Double, span: Double, speed: Double, _ handle: HandlePosition
  ) {
    step = .fine(stage)
    let peak =
      rollModel(at: fine.level)?.handle(atSpeed: sign * speed, other: fine.level) ?? handle.rollDeg
    go(
      handle, roll: peak + sign * span, level: handle.levelMM, rollSpeed: speed, levelSpeed: 1)
  }

  private mutating func sweepLevel(
    _ stage: Stage, to level: Double, speed: Double, _ handle: HandlePosition
  ) {
    step = .fine(stage)
    go(handle, roll: handle.rollDeg, level: level, rollSpeed: 1, levelSpeed: speed)
  }

  @discardableResult
  private mutating func takeSweep(_ axis: AlignmentAxis) -> BeamFit? {
    let fitted =
      axis == .roll ? rollSweep() : BeamFit.fit(steady(axis), axis: axis, beam: beam)
    guard let fit = fitted else { return nil }
    if axis == .roll { rollSweeps.append(fit) } else { levelSweeps.append(fit) }
    if fit.deficitDB(beam) < configuration.linkToleranceDB {
      fine.shortestFlight = min(fine.shortestFlight, beam.timeOfFlightNS(fromRange: fit.rangeMM))
    }
    return fit
  }

  mutating func proceedFine(_ stage: Stage, _ handle: HandlePosition) {
    switch stage {
    case .rollStart:
      sweepRoll(
        .rollForward, sign: 1, span: rollSpan(2.2, 5), speed: Self.firstRoll, handle)
    case .rollForward:
      if prolong(.roll, by: 30) { return }
      takeSweep(.roll)
      sweepRoll(.rollBack, sign: -1, span: rollSpan(2.2, 5), speed: Self.fastRoll, handle)
    case .rollBack:
      if prolong(.roll, by: 30) { return }
      takeSweep(.roll)
      beginLevel(handle)
    case .levelStart:
      sweepLevel(.levelForward, to: fine.level + levelSpan(2.2, 0.5), speed: levelSpeed, handle)
    case .levelForward:
      takeSweep(.level)
      sweepLevel(.levelBack, to: fine.level - levelSpan(2.2, 0.5), speed: levelSpeed, handle)
    case .levelBack:
      let heard = strongestLevel
      takeSweep(.level)
      judgeLevel(heard, handle)
    case .finalRollStart:
      phase = .fineRoll
      sweepRoll(
        .finalRollForward, sign: 1, span: rollSpan(1.9, 3), speed: Self.slowRoll, handle)
    case .finalRollForward:
      if let fit = takeSweep(.roll) { fine.finalFits.append(fit) }
      sweepRoll(.finalRollBack, sign: -1, span: rollSpan(1.9, 3), speed: Self.lastBackRoll, handle)
    case .finalRollBack:
      if let fit = takeSweep(.roll) { fine.finalFits.append(fit) }
      updateEstimate(level: fine.level)
      phase = .fineLevel
      step = .fine(.finalLevelStart)
      travel(handle, roll: restRoll(fine.level), level: fine.level - levelSpan(1.9, 0.45))
    case .finalLevelStart:
      sweepLevel(.finalLevelForward, to: fine.level + levelSpan(1.9, 0.45), speed: 1.5, handle)
    case .finalLevelForward:
      if let fit = takeSweep(.level) { fine.finalFits.append(fit) }
      judgeFinal(handle)
    case .backOff:
      step = .fine(.approach)
      travel(handle, roll: restRoll(fine.level), level: restLevel)
    case .lap: proceedLap(handle)
    case .approach:
      phase = .verify
      step = .fine(.verify)
      records.removeAll(keepingCapacity: true)
      holdSince = lastTime
    case .verify: verify(handle)
    case .aligned: if needsLap { beginLap(handle) }
    }
  }

  private var levelSpeed: Double { fine.widen > 1 ? 3.5 : 3 }
  /// Forward sweeps are slow: the rest is approached forward too, and then neither play nor lag
  /// come in between. Back sweeps only measure the play.
  private static let firstRoll = 40.0
  private static let slowRoll = 25.0
  private static let fastRoll = 80.0
  private static let lastBackRoll = 40.0

  /// Handle level at which the tip rests on its peak, come from the distal side.
  var restLevel: Double {
    levelModel(at: restRoll(fine.level))?.rest(direction: -1, other: restRoll(fine.level))
      ?? fine.level
  }

  private var strongestLevel: Double? {
    records.filter(\.isValid).max { $0.amplitudeDB < $1.amplitudeDB }?.levelMM
  }

  private mutating func beginLevel(_ handle: HandlePosition) {
    phase = .fineLevel
    updateEstimate(level: fine.level)
    step = .fine(.levelStart)
    // The play is taken up on the side that the handle comes from.
    let model = rollModel(at: fine.level)
    let below = restRoll(fine.level)
    let roll =
      handle.rollDeg > below + 3
      ? model?.rest(direction: -1, other: fine.level) ?? handle.rollDeg : below
    travel(handle, roll: roll, level: fine.level - levelSpan(2.2, 0.5))
  }

  /// After the first level sweeps: on, again from the new level, wider, or refused.
  private mutating func judgeLevel(_ heard: Double?, _ handle: HandlePosition) {
    let best = levelSweeps.max { $0.amplitudeDB < $1.amplitudeDB }
    guard let best, let model = levelModel(at: handle.rollDeg) else {
      if fine.rounds < (heard == nil ? 2 : 6) {
        return beginFine(level: heard ?? fine.level, handle)
      }
      return refuse("a signal that no sweep of the level could fit", at: candidate, handle)
    }
    let moved = abs(model.peak - fine.level)
    let half = best.halfWidth
    if !best.isBracketed || moved > 1.3 * half, fine.rounds < 6 {
      fine.widen = 1
      return beginFine(level: best.isBracketed ? model.peak : (heard ?? model.peak), handle)
    }
    if best.deficitDB(beam) > configuration.linkToleranceDB {
      if fine.rounds < 2 { return beginFine(level: model.peak, handle) }
      guard fine.widen == 1 else { return refuse(deficitWords(best), at: candidate, handle) }
      fine.widen = 2.6
      fine.level = model.peak
      levelSweeps = []
      return beginLevel(handle)
    }
    fine.widen = 1
    fine.level = model.peak
    beginFinal(handle)
  }

  mutating func beginFinal(_ handle: HandlePosition) {
    phase = .fineRoll
    fine.finalFits = []
    updateEstimate(level: fine.level)
    sweepRollStart(.finalRollStart, span: rollSpan(1.9, 3), speed: Self.slowRoll, handle)
  }

  private mutating func judgeFinal(_ handle: HandlePosition) {
    guard let model = levelModel(at: handle.rollDeg), !fine.finalFits.isEmpty else {
      return refuse("a signal that was lost in the last sweeps", at: candidate, handle)
    }
    fine.level = model.peak
    updateEstimate(level: fine.level)
    let best = fine.finalFits.max { $0.amplitudeDB < $1.amplitudeDB }!
    if best.deficitDB(beam) > configuration.linkToleranceDB {
      return refuse(deficitWords(best), at: candidate, handle)
    }
    if needsLap { return beginLap(handle) }
    phase = .approach
    let roll = restRoll(fine.level)
    if roll < handle.rollDeg - 0.4 {
      step = .fine(.backOff)
      let play = rollModel(at: fine.level)?.backlash ?? configuration.backlashPriorDeg
      return travel(handle, roll: roll - play - 8, level: handle.levelMM)
    }
    step = .fine(.approach)
    travel(handle, roll: max(roll, handle.rollDeg), level: restLevel)
  }

  var candidate: HandlePosition {
    HandlePosition(rollDeg: restRoll(fine.level), levelMM: fine.level)
  }

  private func deficitWords(_ fit: BeamFit) -> String {
    let tenths = Int((fit.deficitDB(beam) * 10).rounded())
    return "a peak \(tenths / 10).\(abs(tenths % 10)) dB under the link budget"
  }
}
