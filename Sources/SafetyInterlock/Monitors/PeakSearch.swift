import HardwareSpecs
import Quantities

/// The maximum of a finished search, bracketed on both sides of both axes (R04).
///
/// A level is believed only when three valid frames in a row support it, so that no single spike
/// becomes the maximum and no single dropout a flank. When the maximum moves, all four flanks must
/// be seen again.
public struct PeakSearch: Hashable, Sendable {
  public package(set) var isActive = false
  public package(set) var isFinished = false
  public package(set) var maximum: CentiDecibels?
  public package(set) var roll = Millidegrees.zero
  public package(set) var level = Micrometres.zero
  public package(set) var shortestFlight: Nanoseconds?
  public package(set) var flanks: Flanks = []
  package var flanksRoll = Millidegrees.zero
  package var flanksLevel = Micrometres.zero
  package var previous: SignalObservation?
  package var beforePrevious: SignalObservation?

  /// The sides on which the signal was seen to fall.
  public struct Flanks: OptionSet, Hashable, Sendable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static var rollBelow: Self { Self(rawValue: 1) }
    public static var rollAbove: Self { Self(rawValue: 2) }
    public static var levelBelow: Self { Self(rawValue: 4) }
    public static var levelAbove: Self { Self(rawValue: 8) }
    public static var all: Self { Self(rawValue: 15) }
  }

  public init() {}

  public var isBracketed: Bool { isFinished && maximum != nil && flanks == .all }

  public mutating func begin() {
    self = Self()
    isActive = true
  }

  public mutating func finish() {
    if isActive { isFinished = true }
    isActive = false
  }

  /// Absorbs one frame; a frame without a valid signal breaks the support, and proves nothing: it
  /// may be a weak signal, a disturbance or a strong signal that was clipped.
  public mutating func note(
    _ signal: SignalObservation?, roll: Millidegrees, level: Micrometres
  ) {
    defer {
      beforePrevious = previous
      previous = signal
    }
    guard isActive, let signal, let previous, let beforePrevious else { return }
    let supported = min(signal.amplitude, min(previous.amplitude, beforePrevious.amplitude))
    let flight = max(signal.timeOfFlight, max(previous.timeOfFlight, beforePrevious.timeOfFlight))
    // A gain within the noise of a level does not move the place of the maximum.
    if let maximum,
      Int64(supported.count) <= Int64(maximum.count) + Int64(Limits.peakImprovement.count)
    {
      let highest = max(signal.amplitude, max(previous.amplitude, beforePrevious.amplitude))
      if isOnFlank(highest, of: maximum) { noteFlank(roll: roll, level: level) }
    } else {
      // Held against where the flanks were begun, so that many small moves count as a large one.
      let moved =
        maximum == nil
        || turned(from: flanksRoll, to: roll).magnitude > Limits.bracketRollMin.count.magnitude
        || apart(level, flanksLevel).magnitude > Limits.bracketAxialMin.count.magnitude
      if moved {
        flanks = []
        flanksRoll = roll
        flanksLevel = level
        shortestFlight = nil
      }
      maximum = supported
      self.roll = roll
      self.level = level
    }
    // The shortest flight counts only near the maximum: elsewhere another path may be shorter.
    if let maximum, !isOnFlank(supported, of: maximum) {
      shortestFlight = min(shortestFlight ?? flight, flight)
    }
  }

  private func isOnFlank(_ amplitude: CentiDecibels, of maximum: CentiDecibels) -> Bool {
    Int64(amplitude.count) <= Int64(maximum.count) - Int64(Limits.bracketDrop.count)
  }

  /// A place is a flank of one axis at the most: of the one on which it is farther off, in the least
  /// distances of a flank. Equally far on both, its fall may be owed to either, and it proves neither.
  private mutating func noteFlank(roll: Millidegrees, level: Micrometres) {
    let turn = turned(from: self.roll, to: roll)
    let move = apart(level, self.level)
    // Multiplied out; both stay far below 2⁶³.
    let turns = abs(turn) * Int64(Limits.bracketAxialMin.count)
    let moves = abs(move) * Int64(Limits.bracketRollMin.count)
    if turns > moves, move.magnitude <= Limits.bracketAxialSlack.count.magnitude,
      (Int64(Limits.bracketRollMin.count)...Int64(Limits.bracketRollMax.count))
        .contains(abs(turn))
    {
      flanks.insert(turn < 0 ? .rollBelow : .rollAbove)
    }
    if moves > turns, turn.magnitude <= Limits.bracketRollSlack.count.magnitude,
      (Int64(Limits.bracketAxialMin.count)...Int64(Limits.bracketAxialMax.count))
        .contains(abs(move))
    {
      flanks.insert(move < 0 ? .levelBelow : .levelAbove)
    }
  }
}
