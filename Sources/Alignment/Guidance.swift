/// What the operator is to do with the handle, and why.
public struct Guidance: Hashable, Sendable {
  public enum Instruction: Hashable, Sendable {
    /// Turn the handle by so many degrees at this speed.
    case rotate(byDeg: Double, speedDegPerS: Double)
    /// Move the handle by so many millimetres (positive: advance) at this speed.
    case move(byMM: Double, speedMMPerS: Double)
    /// Do both at once; the speeds are such that both end together.
    case sweep(
      rollByDeg: Double, rollSpeedDegPerS: Double, levelByMM: Double, levelSpeedMMPerS: Double)
    /// Keep the handle still.
    case hold
    /// Everything was covered without a peak that can be trusted.
    case searchExhausted(reason: String)
  }

  public enum Phase: String, Hashable, Sendable, CaseIterable {
    /// Turning through full circles, level by level, until something is heard.
    case coarseSearch
    /// Something was heard off axis; going where the main lobe should be.
    case locate
    case fineRoll
    case fineLevel
    /// Going to the best position from the side whose peak was measured.
    case approach
    /// Holding still to see whether amplitude, link budget and time of flight agree.
    case verify
    case aligned
    case exhausted
  }

  public var instruction: Instruction
  public var phase: Phase
  /// The instruction as the operator reads it, such as "rotate +12°, withdraw 1.4 mm".
  public var words: String
  /// The best estimate so far; nil until one sweep has been fitted.
  public var estimate: AlignmentEstimate?

  public init(instruction: Instruction, phase: Phase, estimate: AlignmentEstimate?) {
    self.instruction = instruction
    self.phase = phase
    self.words = instruction.words
    self.estimate = estimate
  }
}

/// Where the peak is, how well that is known, and whether it can be trusted.
public struct AlignmentEstimate: Hashable, Sendable {
  /// Handle roll, degrees, that puts the tip on the peak when it is approached from the side that
  /// the guidance approaches it from. Counted over turns, in the turn that was swept.
  public var bestRollDeg: Double
  /// One standard deviation of the roll, degrees.
  public var sigmaRollDeg: Double
  /// Handle level, mm, of the peak.
  public var bestLevelMM: Double
  /// One standard deviation of the level, mm.
  public var sigmaLevelMM: Double
  /// Range from emitter to receiver at the peak, mm.
  public var distanceMM: Double
  /// One standard deviation of the range, mm.
  public var sigmaDistanceMM: Double
  /// Amplitude at the peak, dB re one converter step.
  public var amplitudeDB: Double
  public var rollToGoDeg: Double
  public var levelToGoMM: Double
  /// The amplitude is what the link budget says for this range, and the widths fit the main lobe.
  public var isMainLobe: Bool
  /// Amplitude is at its maximum and time of flight at its minimum.
  public var cuesAgree: Bool
  /// Play between handle and tip in roll, degrees: what was believed beforehand, until both
  /// directions were swept.
  public var backlashDeg: Double
  /// Lag of the tip's roll, seconds: what was believed beforehand, until two speeds were swept.
  public var lagSeconds: Double
}
