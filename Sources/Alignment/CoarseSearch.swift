import Foundation

/// Listening everywhere, and going to what was heard.
extension AlignmentSearch {
  mutating func proceedCoarse(_ handle: HandlePosition) {
    phase = .coarseSearch
    if detection.isConfirmed, let best = detection.best,
      detection.isPassed(at: handle.rollDeg) || abs(handle.rollDeg - best.rollDeg) > 30
    {
      return beginLocate(best, handle)
    }
    switch step {
    case .start:
      // The pitch rests on the noise that is seen: hold for a few frames first.
      guard noise.count >= 10 else { return }
      let pitch = HelixPlan.pitch(
        noiseDB: median(noise), beam: beam, configuration: configuration)
      plan = HelixPlan(origin: handle, pitch: pitch, reach: configuration.levelReachMM)
      piece = 0
      beginPiece(handle)
    case .coarseTravel:
      turn(handle)
    case .coarseTurn:
      guard let plan else { return }
      let offset = handle.levelMM - plan.origin.levelMM
      let current = plan.pieces[piece]
      let left = (current.to - offset) * (current.to < current.from ? -1 : 1)
      if left > configuration.levelToleranceMM * 2 { return turn(handle) }
      piece += 1
      if piece < plan.pieces.count { return beginPiece(handle) }
      beginSecondHelix(handle)
    default: break
    }
  }

  private mutating func beginSecondHelix(_ handle: HandlePosition) {
    guard let first = plan, helix == 0 else {
      phase = .exhausted
      step = .exhausted(reason: exhaustionReason)
      return
    }
    helix = 1
    var origin = first.origin
    origin.rollDeg += 180
    plan = HelixPlan(
      origin: origin, pitch: HelixPlan.finestPitch, reach: configuration.levelReachMM)
    piece = 0
    beginPiece(handle)
  }

  private var exhaustionReason: String {
    refusals.isEmpty
      ? "no signal at any roll and level within reach"
      : "no trusted peak within reach; \(refusals.joined(separator: "; "))"
  }

  /// Travels to the start of a piece, turning all the way: what is heard in passing counts.
  private mutating func beginPiece(_ handle: HandlePosition) {
    guard let plan else { return }
    let current = plan.pieces[piece]
    let way = plan.origin.levelMM + current.from - handle.levelMM
    let turnBy = abs(way) / configuration.levelSpeedMaxMMPerS * configuration.rollSpeedMaxDegPerS
    let roll = handle.rollDeg + (current.to < current.from ? -turnBy : turnBy)
    let level = plan.origin.levelMM + plan.level(roll: roll, near: current.from)
    step = .coarseTravel
    if abs(level - handle.levelMM) > configuration.levelToleranceMM {
      travel(handle, roll: roll, level: level)
    } else {
      turn(handle)
    }
  }

  /// Up to three turns of the helix.
  private mutating func turn(_ handle: HandlePosition) {
    guard let plan else { return }
    let current = plan.pieces[piece]
    let sign = current.to < current.from ? -1.0 : 1.0
    let offset = handle.levelMM - plan.origin.levelMM
    let turns = min(3, max(0.1, sign * (current.to - offset) / plan.pitch))
    step = .coarseTurn
    go(
      handle, roll: handle.rollDeg + sign * 360 * turns,
      level: handle.levelMM + sign * plan.pitch * turns,
      rollSpeed: configuration.rollSpeedMaxDegPerS,
      levelSpeed: configuration.levelSpeedMaxMMPerS)
  }

  /// Goes on where the coarse search was left, without this candidate.
  mutating func refuse(_ reason: String, at position: HandlePosition, _ handle: HandlePosition) {
    refusals.append(reason)
    excluded.append(position)
    estimate = nil
    detection = Detection()
    phase = .coarseSearch
    if plan != nil {
      let current = plan!.pieces[piece]
      let sign = current.to < current.from ? -1.0 : 1.0
      if (current.to - locate.resume) * sign > 0 { plan!.pieces[piece].from = locate.resume }
    }
    beginPiece(handle)
  }

  private mutating func beginLocate(_ best: AlignmentSample, _ handle: HandlePosition) {
    let near = steady(.roll).filter { abs($0.rollDeg - best.rollDeg) < 70 }
    rollSweeps = []
    levelSweeps = []
    detection = Detection()
    locate = Locate()
    fine = Fine()
    if let plan {
      let current = plan.pieces[piece]
      locate.direction = current.to < current.from ? -1 : 1
      locate.resume = best.levelMM - plan.origin.levelMM
    }
    phase = .locate
    if let fit = BeamFit.fit(near, axis: .roll, beam: beam) {
      rollSweeps.append(fit)
    } else {
      rollSweeps.append(rough(best, speed: BeamFit.speed(near, axis: .roll)))
    }
    decideLocate(handle)
  }

  /// A place in roll from the strongest frame alone, for want of a fit: good to some 8°.
  func rough(_ best: AlignmentSample, speed: Double) -> BeamFit {
    let range = beam.range(fromTimeOfFlightNS: best.timeOfFlightNS)
    return BeamFit(
      axis: .roll, position: best.rollDeg, sigma: 8, amplitudeDB: best.amplitudeDB,
      sigmaAmplitudeDB: 6, covariance: 0,
      halfWidth: beam.halfWidth(.roll, rangeMM: range), widthRatio: 1, rangeMM: range,
      sigmaRangeMM: 0.3, speed: speed, otherPosition: best.levelMM, dropLowDB: 0, dropHighDB: 0,
      sampleCount: 1, outlierShare: 0)
  }

  /// The sweep of roll that just ended: fitted, or roughly placed; nil when nothing was heard.
  func rollSweep() -> BeamFit? {
    if let fit = BeamFit.fit(steady(.roll), axis: .roll, beam: beam) { return fit }
    let heard = records.filter(\.isValid)
    guard heard.count >= 3, let leg = recordedLeg,
      let best = heard.max(by: { $0.amplitudeDB < $1.amplitudeDB })
    else { return nil }
    return rough(best, speed: leg.to.rollDeg < leg.from.rollDeg ? -leg.rollSpeed : leg.rollSpeed)
  }
}
