import Foundation

/// The estimate, and whether it is to be believed.
extension AlignmentSearch {
  mutating func updateEstimate(level: Double) {
    guard let roll = rollModel(at: level) else { return }
    let along = levelModel(at: roll.peak)
    let fits = fine.finalFits.isEmpty ? rollSweeps + levelSweeps : fine.finalFits
    guard let best = fits.max(by: { $0.amplitudeDB < $1.amplitudeDB }) else { return }
    let bestLevel = along?.rest(direction: -1, other: roll.peak) ?? level
    let isMain =
      abs(best.deficitDB(beam)) <= configuration.linkToleranceDB
      && fits.allSatisfy { $0.widthRatio > 0.45 && $0.widthRatio < 2.2 }
    estimate = AlignmentEstimate(
      bestRollDeg: roll.rest(direction: 1, other: bestLevel), sigmaRollDeg: roll.sigma,
      bestLevelMM: bestLevel,
      sigmaLevelMM: along?.sigma ?? 2 * beam.halfWidth(.level, rangeMM: best.rangeMM),
      distanceMM: best.rangeMM, sigmaDistanceMM: best.sigmaRangeMM,
      amplitudeDB: median(fits.map(\.amplitudeDB).sorted().suffix(3)), rollToGoDeg: 0,
      levelToGoMM: 0, isMainLobe: isMain && !levelSweeps.isEmpty, cuesAgree: false,
      backlashDeg: roll.backlash, lagSeconds: roll.lag)
  }

  mutating func verify(_ handle: HandlePosition) {
    // The first part of the hold is for the tip to come to rest.
    let held = records.filter { $0.time > holdSince + 0.3 }
    guard lastTime - holdSince >= configuration.verifySeconds + 0.3, !held.isEmpty,
      let before = estimate
    else { return }
    let heard = held.filter(\.isValid)
    let amplitude = median(heard.map(\.amplitudeDB))
    let flight = median(heard.map(\.timeOfFlightNS))
    let isHeard = heard.count * 2 > held.count
    let isStrong =
      isHeard && amplitude >= before.amplitudeDB - configuration.verifyDropDB
      && judged.map {
        lowest(of: heard) >= $0.leastDB + configuration.judgedMarginDB
      } ?? true
    let isNearest = isHeard && flight <= fine.shortestFlight + configuration.timeOfFlightExcessNS
    let deficit =
      beam.onAxisAmplitudeDB(rangeMM: beam.range(fromTimeOfFlightNS: flight)) - amplitude
    let isExpected = isHeard && abs(deficit) <= configuration.linkToleranceDB
    let level = RangeParabola.agreement(of: rollSweeps + levelSweeps, at: fine.level)
    estimate!.cuesAgree = isStrong && isNearest && level == .agrees
    if estimate!.cuesAgree, isExpected, before.isMainLobe {
      // The hold itself may have moved the maximum: round it again, and hold again.
      if needsLap { return beginLap(handle) }
      phase = .aligned
      step = .fine(.aligned)
      return
    }
    fine.retries += 1
    let reason =
      !isHeard
      ? "a peak that was not heard when held"
      : !isExpected || !before.isMainLobe
        ? "a peak that does not fit the main lobe"
        : !isStrong
          ? "a peak that was weaker when held"
          : isNearest && level == .unknown
            ? "a peak whose level of the shortest flight no sweep could tell"
            : "a peak not at the shortest flight"
    guard fine.retries <= 2 else { return refuse(reason, at: candidate, handle) }
    beginFinal(handle)
  }

  /// The weakest twentieth of a second, by its median: what an unsteady hand makes of the peak.
  private func lowest(of heard: [AlignmentSample]) -> Double {
    guard let start = heard.first?.time else { return -.infinity }
    return Dictionary(grouping: heard) { Int(($0.time - start) / 0.05) }.values
      .map { median($0.map(\.amplitudeDB)) }.min() ?? -.infinity
  }
}
