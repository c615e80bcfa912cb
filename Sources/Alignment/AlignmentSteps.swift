/// The states of the search, and what each needs to remember.
extension AlignmentSearch {
  enum Step: Hashable, Sendable {
    case start
    case coarseTravel
    case coarseTurn
    case probeStart
    case probeSweep
    case fine(Stage)
    case exhausted(reason: String)
  }

  enum Stage: Hashable, Sendable {
    case rollStart, rollForward, rollBack
    case levelStart, levelForward, levelBack
    case finalRollStart, finalRollForward, finalRollBack
    case finalLevelStart, finalLevelForward
    case backOff, lap, approach, verify, aligned
  }

  /// One motion of the handle.
  struct Leg: Hashable, Sendable {
    var from: HandlePosition
    var to: HandlePosition
    var rollSpeed: Double
    var levelSpeed: Double

    func isDone(at handle: HandlePosition, _ configuration: AlignmentConfiguration) -> Bool {
      func reached(_ from: Double, _ to: Double, _ now: Double, _ tolerance: Double) -> Bool {
        from == to || (to > from ? to - now : now - to) <= tolerance
      }
      return reached(from.rollDeg, to.rollDeg, handle.rollDeg, configuration.rollToleranceDeg)
        && reached(from.levelMM, to.levelMM, handle.levelMM, configuration.levelToleranceMM)
    }

    func remaining(from handle: HandlePosition) -> Guidance.Instruction {
      let roll = from.rollDeg == to.rollDeg ? 0 : to.rollDeg - handle.rollDeg
      let level = from.levelMM == to.levelMM ? 0 : to.levelMM - handle.levelMM
      if level == 0 { return .rotate(byDeg: roll, speedDegPerS: rollSpeed) }
      if roll == 0 { return .move(byMM: level, speedMMPerS: levelSpeed) }
      let time = max(abs(roll) / rollSpeed, abs(level) / levelSpeed)
      return .sweep(
        rollByDeg: roll, rollSpeedDegPerS: abs(roll) / time, levelByMM: level,
        levelSpeedMMPerS: abs(level) / time)
    }
  }

  /// Something heard in the coarse search: three frames within 20° make it one.
  struct Detection: Hashable, Sendable {
    var hits = 0
    var last: AlignmentSample?
    var best: AlignmentSample?

    var isConfirmed: Bool { hits >= 3 }

    mutating func note(_ sample: AlignmentSample) {
      if let last, !isConfirmed, abs(sample.rollDeg - last.rollDeg) > 20 {
        hits = 0
        best = nil
      }
      hits += 1
      last = sample
      if best == nil || sample.amplitudeDB > best!.amplitudeDB { best = sample }
    }

    /// Whether the peak lies well behind.
    func isPassed(at roll: Double) -> Bool {
      guard isConfirmed, let best else { return false }
      return abs(roll - best.rollDeg) >= 60
    }
  }

  struct Locate: Hashable, Sendable {
    var probes = 0
    var losses = 0
    /// Direction of the helix along the level: what was passed already heard less.
    var direction = 1.0
    var target = 0.0
    var sweepSign = -1.0
    /// Level offset at which the coarse search goes on if this leads nowhere.
    var resume = 0.0
  }

  struct Fine: Hashable, Sendable {
    var level = 0.0
    var rounds = 0
    var retries = 0
    /// Level sweeps are this much wider after a peak that the link budget refuses.
    var widen = 1.0
    var finalFits: [BeamFit] = []
    var shortestFlight = Double.infinity
    /// Legs still to come of the way round the peak, and how often it was gone.
    var lap: [LapLeg] = []
    var laps = 0
  }

  var rollBeliefs: HandleModel.Beliefs { .roll(configuration) }

  func rollModel(at level: Double) -> HandleModel? {
    let near = rollSweeps.filter { abs($0.otherPosition - level) < 2.5 }
    return HandleModel(near.isEmpty ? rollSweeps : near, reference: level, beliefs: rollBeliefs)
  }

  func levelModel(at roll: Double) -> HandleModel? {
    HandleModel(levelSweeps, reference: roll, beliefs: .level)
  }
}
