import Foundation

/// The procedure from "nothing is heard" to "hold", as a value.
///
/// Feed every frame to `add`, and ask `next` when the instruction has been carried out; asking more
/// often is allowed, and the answer is then the rest of the same instruction. Deterministic: the
/// same samples and questions give the same guidance. Not bound to any thread.
///
/// Order of work: a helix over all levels until something is heard; sweeps of a sector to where the
/// ranges say that the main lobe is; fine sweeps of roll and level in both directions; the same once
/// more, narrower, through the best position; once round the peak, to see the signal fall on every
/// side; an approach from the side whose peak was measured; and holding still to see that amplitude,
/// link budget and time of flight agree.
public struct AlignmentSearch: Sendable {
  public let configuration: AlignmentConfiguration
  public let beam: BeamModel
  public internal(set) var phase: Guidance.Phase = .coarseSearch
  public internal(set) var estimate: AlignmentEstimate?
  /// Sweeps that were fitted for the candidate under work.
  public internal(set) var rollSweeps: [BeamFit] = []
  public internal(set) var levelSweeps: [BeamFit] = []
  /// Candidates that were refused, in words, in order.
  public internal(set) var refusals: [String] = []

  /// What the judge of the alignment holds, if there is one: what it has not seen yet is led to.
  public var judged: JudgedPeak?

  var step = Step.start
  var leg: Leg?
  /// The motion that `records` belong to.
  var recordedLeg: Leg?
  var prolonged = 0
  var records: [AlignmentSample] = []
  var lastTime = -Double.infinity
  var noise: [Double] = []
  var plan: HelixPlan?
  var helix = 0
  var piece = 0
  var detection = Detection()
  var excluded: [HandlePosition] = []
  var locate = Locate()
  var fine = Fine()
  var holdSince = Double.infinity

  public init(
    beam: BeamModel = BeamModel(), configuration: AlignmentConfiguration = AlignmentConfiguration()
  ) {
    self.beam = beam
    self.configuration = configuration
  }

  /// Takes one frame. A sample with a number that is not finite, or not newer than the last, is
  /// rejected. Returns true when the instruction under way is overtaken: stop, and ask `next` now.
  /// Ignoring that costs time, not correctness.
  @discardableResult
  public mutating func add(_ sample: AlignmentSample) -> Bool {
    guard sample.isFinite, sample.time > lastTime else { return false }
    lastTime = sample.time
    if noise.count < 101 { noise.append(sample.amplitudeDB - sample.snrDB) }
    // Nothing is kept while nobody asks: a minute at 1 kHz bounds the memory.
    if records.count < 60_000 { records.append(sample) }
    guard phase == .coarseSearch else { return false }
    if sample.isValid, !isExcluded(sample) { detection.note(sample) }
    return detection.isPassed(at: sample.rollDeg)
  }

  /// What to do now, with the handle where it is. A handle that is still short of the end of the
  /// last instruction gets the rest of it.
  public mutating func next(handle: HandlePosition, isMoving: Bool) -> Guidance {
    guard handle.rollDeg.isFinite, handle.levelMM.isFinite else {
      return Guidance(instruction: .hold, phase: phase, estimate: estimate)
    }
    // A transition may find that there is nothing to move; the bound is on such in a row.
    for _ in 0..<40 {
      let overtaken = phase == .coarseSearch && detection.isPassed(at: handle.rollDeg)
      if let leg, !overtaken, !leg.isDone(at: handle, configuration) {
        return guidance(leg.remaining(from: handle), handle)
      }
      leg = nil
      proceed(handle)
      if leg == nil { break }
    }
    if case .exhausted(let reason) = step {
      return guidance(.searchExhausted(reason: reason), handle)
    }
    return guidance(.hold, handle)
  }

  private func guidance(_ instruction: Guidance.Instruction, _ handle: HandlePosition) -> Guidance {
    var shown = estimate
    if let estimate {
      shown!.rollToGoDeg = estimate.bestRollDeg - handle.rollDeg
      shown!.levelToGoMM = estimate.bestLevelMM - handle.levelMM
    }
    return Guidance(instruction: instruction, phase: phase, estimate: shown)
  }

  mutating func go(
    _ from: HandlePosition, roll: Double, level: Double, rollSpeed: Double, levelSpeed: Double
  ) {
    records.removeAll(keepingCapacity: true)
    leg = Leg(
      from: from, to: HandlePosition(rollDeg: roll, levelMM: level),
      rollSpeed: min(rollSpeed, configuration.rollSpeedMaxDegPerS),
      levelSpeed: min(levelSpeed, configuration.levelSpeedMaxMMPerS))
    recordedLeg = leg
    prolonged = 0
  }

  /// The records of a sweep without its run-in, while the tip still comes to a steady lag (or ends
  /// the motion before), and without what came after the handle stopped.
  func steady(_ axis: AlignmentAxis) -> [AlignmentSample] {
    guard let leg = recordedLeg else { return records }
    let from = axis == .roll ? leg.from.rollDeg : leg.from.levelMM
    let planned = axis == .roll ? leg.to.rollDeg : leg.to.levelMM
    let sign = planned < from ? -1.0 : 1.0
    // Where the handle came to rest, if that is short of the plan.
    let reached = records.last?.position(on: axis) ?? planned
    let to = sign > 0 ? min(planned, reached) : max(planned, reached)
    let runIn = axis == .roll ? leg.rollSpeed * Self.runInSeconds : 0
    let end = axis == .roll ? 0.3 : 0.01
    return records.filter {
      let x = $0.position(on: axis)
      return (x - from) * sign >= runIn && (to - x) * sign >= end
    }
  }

  /// Goes on with a sweep that ended while the signal was highest near its end; false when it did
  /// not, or was prolonged twice already.
  mutating func prolong(_ axis: AlignmentAxis, by amount: Double) -> Bool {
    guard let last = recordedLeg, prolonged < 2,
      let best = records.filter(\.isValid).max(by: { $0.amplitudeDB < $1.amplitudeDB })
    else { return false }
    let end = axis == .roll ? last.to.rollDeg : last.to.levelMM
    guard abs(best.position(on: axis) - end) < amount / 3 else { return false }
    prolonged += 1
    var longer = last
    if axis == .roll {
      longer.to.rollDeg += last.to.rollDeg < last.from.rollDeg ? -amount : amount
    } else {
      longer.to.levelMM += last.to.levelMM < last.from.levelMM ? -amount : amount
    }
    leg = longer
    recordedLeg = longer
    return true
  }

  static let runInSeconds = 0.35

  /// Goes there as fast as the handle may.
  mutating func travel(_ from: HandlePosition, roll: Double, level: Double) {
    go(
      from, roll: roll, level: level, rollSpeed: configuration.rollSpeedMaxDegPerS,
      levelSpeed: configuration.levelSpeedMaxMMPerS)
  }

  private mutating func proceed(_ handle: HandlePosition) {
    switch step {
    case .start, .coarseTravel, .coarseTurn: proceedCoarse(handle)
    case .probeStart, .probeSweep: proceedLocate(handle)
    case .fine(let stage): proceedFine(stage, handle)
    case .exhausted: break
    }
  }

  private func isExcluded(_ sample: AlignmentSample) -> Bool {
    excluded.contains {
      abs(wrapped(sample.rollDeg - $0.rollDeg)) < 70 && abs(sample.levelMM - $0.levelMM) < 0.8
    }
  }
}

/// The same direction in −180 ..< 180 degrees.
func wrapped(_ degrees: Double) -> Double {
  let rest = degrees.truncatingRemainder(dividingBy: 360)
  return rest >= 180 ? rest - 360 : (rest < -180 ? rest + 360 : rest)
}
