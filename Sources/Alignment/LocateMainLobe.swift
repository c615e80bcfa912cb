import Foundation

/// From something heard, perhaps far off in level, to where the main lobe is.
extension AlignmentSearch {
  mutating func proceedLocate(_ handle: HandlePosition) {
    if step == .probeStart {
      step = .probeSweep
      let model = rollModel(at: locate.target)
      let speed = locate.sweepSign * 100
      let peak = model?.handle(atSpeed: speed, other: locate.target) ?? handle.rollDeg
      return go(
        handle, roll: peak + locate.sweepSign * 42, level: handle.levelMM, rollSpeed: 100,
        levelSpeed: 1)
    }
    if prolong(.roll, by: 50) { return }
    if let fit = rollSweep() {
      rollSweeps.append(fit)
    } else {
      locate.losses += 1
    }
    decideLocate(handle)
  }

  /// The sweep with the smallest deficit, and whether it may be the main lobe.
  func decideTarget() -> (level: Double, isMainLobe: Bool) {
    let best = rollSweeps.min { $0.deficitDB(beam) < $1.deficitDB(beam) }!
    if best.deficitDB(beam) < configuration.linkToleranceDB - 1 {
      return (best.otherPosition, true)
    }
    let levels = rollSweeps.map(\.otherPosition)
    if levels.max()! - levels.min()! >= 0.3,
      let parabola = RangeParabola(
        levels: levels, ranges: rollSweeps.map(\.rangeMM), deviation: 0.12),
      parabola.sigma < 4
    {
      let level = max(levels.min()! - 4, min(levels.max()! + 4, parabola.level))
      // Between what was probed there is nothing more to learn this way: let the fine sweeps look.
      return (level, levels.contains { abs($0 - level) < 0.4 })
    }
    // One sweep alone: its deficit says how far off axis it is, not to which side.
    let sine = min(
      0.9, pow(10, best.deficitDB(beam) / 20) / .pi * beam.wavelengthMM / beam.apertureMM)
    let stride = max(0.5, min(2, 0.4 * best.rangeMM * sine))
    let side = locate.losses % 2 == 0 ? locate.direction : -locate.direction
    return (best.otherPosition + side * stride / (1 + 0.5 * Double(locate.losses / 2)), false)
  }

  mutating func decideLocate(_ handle: HandlePosition) {
    phase = .locate
    let (level, isMainLobe) = decideTarget()
    updateEstimate(level: level)
    // One fast sweep cannot tell lag from place: pass it once more, backward, before going fine.
    if isMainLobe, rollSweeps.count > 1 || locate.probes > 0 {
      return beginFine(level: level, handle)
    }
    locate.probes += 1
    guard locate.probes <= 8, locate.losses <= 3 else {
      return beginFine(
        level: rollSweeps.min { $0.deficitDB(beam) < $1.deficitDB(beam) }!.otherPosition, handle)
    }
    var target = level
    if locate.losses > 0, rollSweeps.count > 1 {
      // The last jump lost it: go half as far from where it was heard.
      let heard = rollSweeps.last!.otherPosition
      target = heard + (level - heard) / Double(1 << min(locate.losses, 4))
    }
    locate.target = target
    let model = rollModel(at: target)
    let middle = model?.rest(direction: 0, other: target) ?? handle.rollDeg
    locate.sweepSign = handle.rollDeg > middle ? -1 : 1
    let peak = model?.handle(atSpeed: locate.sweepSign * 100, other: target) ?? handle.rollDeg
    let start = peak - locate.sweepSign * 65
    step = .probeStart
    if abs(handle.rollDeg - start) < 25, abs(handle.levelMM - target) < 0.2 {
      return proceedLocate(handle)
    }
    travel(handle, roll: abs(handle.rollDeg - start) < 10 ? handle.rollDeg : start, level: target)
  }
}
