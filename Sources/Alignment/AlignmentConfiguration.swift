/// How the search goes about it. Every figure is a design choice unless it says otherwise.
public struct AlignmentConfiguration: Hashable, Sendable {
  /// Levels are searched this far to either side of the start, mm.
  public var levelReachMM = 10.5
  /// Fastest turn of the handle, degrees/s.
  public var rollSpeedMaxDegPerS = 180.0
  /// Fastest move of the handle, mm/s.
  public var levelSpeedMaxMMPerS = 8.0
  /// Matched-filter output that a blind detector needs, dB.
  public var detectionSNRDB = 14.5
  /// A peak weaker than the link budget by more than this is a side lobe or is shadowed, dB.
  public var linkToleranceDB = 6.0
  /// How far below the fitted peak the held amplitude may be, dB.
  public var verifyDropDB = 1.0
  /// At its weakest a held peak is to be so much, dB, above the least that an independent judge takes.
  public var judgedMarginDB = 0.6
  /// How far the held time of flight may be above the shortest of the search, ns.
  public var timeOfFlightExcessNS = 350.0
  /// How long the handle is held still to verify, s: more than one heart beat.
  public var verifySeconds = 1.0
  /// An instruction counts as carried out within this of its end, degrees.
  public var rollToleranceDeg = 0.5
  /// An instruction counts as carried out within this of its end, mm.
  public var levelToleranceMM = 0.03
  /// Play of the roll as believed before it was measured, and its deviation, degrees.
  public var backlashPriorDeg = 4.0
  public var backlashPriorSigmaDeg = 4.0
  /// Lag of the roll as believed before it was measured, and its deviation, s.
  public var lagPriorSeconds = 0.18
  public var lagPriorSigmaSeconds = 0.1
  /// Nearest and farthest receiver that the coarse search is spaced for, mm from the face.
  public var rangeMinMM = 1.1
  public var rangeMaxMM = 8.5

  public init() {}
}
