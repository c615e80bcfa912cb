import HardwareSpecs
import Quantities

/// The maximum of a finished search, bracketed on both sides of both axes (R04).
///
/// A level is believed only when three valid frames in a row support it, so that no single spike
/// becomes the maximum. When the maximum moves, all four flanks must be seen again.
public struct PeakSearch: Equatable, Sendable {
  public private(set) var isActive = false
  public private(set) var isFinished = false
  public private(set) var maximum: CentiDecibels?
  public private(set) var roll = Millidegrees.zero
  public private(set) var level = Micrometres.zero
  public private(set) var shortestFlight: Nanoseconds?
  public private(set) var flanks: Flanks = []
  private var previous: SignalObservation?
  private var beforePrevious: SignalObservation?

  /// The sides on which the signal was seen to fall.
  public struct Flanks: OptionSet, Equatable, Sendable {
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

  /// Absorbs one frame; a frame without a valid signal breaks the support.
  public mutating func note(
    _ signal: SignalObservation?, roll: Millidegrees, level: Micrometres
  ) {
    defer {
      beforePrevious = previous
      previous = signal
    }
    guard isActive else { return }
    guard let signal, let previous, let beforePrevious else {
      // Far off the beam nothing can be detected: that too is a flank, if a maximum is known.
      if signal == nil { noteFlank(at: nil, roll: roll, level: level) }
      return
    }
    let supported = min(signal.amplitude, min(previous.amplitude, beforePrevious.amplitude))
    let flight = max(signal.timeOfFlight, max(previous.timeOfFlight, beforePrevious.timeOfFlight))
    // A gain within the noise of a level does not move the place of the maximum.
    if let maximum, supported.count <= maximum.count + Limits.peakImprovement.count {
      noteFlank(at: signal.amplitude, roll: roll, level: level)
    } else {
      let moved =
        maximum == nil
        || (roll - self.roll).wrapped.magnitude.count > Limits.bracketRollMin.count
        || (level - self.level).magnitude > Limits.bracketAxialMin
      if moved {
        flanks = []
        shortestFlight = nil
      }
      maximum = supported
      self.roll = roll
      self.level = level
    }
    // The shortest flight counts only near the maximum: elsewhere another path may be shorter.
    if let maximum, supported.count >= maximum.count - Limits.bracketDrop.count {
      shortestFlight = min(shortestFlight ?? flight, flight)
    }
  }

  private mutating func noteFlank(
    at amplitude: CentiDecibels?, roll: Millidegrees, level: Micrometres
  ) {
    guard let maximum else { return }
    if let amplitude, amplitude.count > maximum.count - Limits.bracketDrop.count { return }
    let turned = (roll - self.roll).wrapped
    let moved = level - self.level
    if moved.magnitude <= Limits.bracketAxialSlack,
      turned.magnitude >= Limits.bracketRollMin, turned.magnitude <= Limits.bracketRollMax
    {
      flanks.insert(turned.count < 0 ? .rollBelow : .rollAbove)
    }
    if turned.magnitude <= Limits.bracketRollSlack,
      moved.magnitude >= Limits.bracketAxialMin, moved.magnitude <= Limits.bracketAxialMax
    {
      flanks.insert(moved.count < 0 ? .levelBelow : .levelAbove)
    }
  }
}
