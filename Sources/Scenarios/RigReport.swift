import BenchWorld
import Quantities

/// What a rig knows of a run: the true geometry, and the judge's verdicts on every round of the console.
public struct RigReport: Codable, Equatable, Sendable {
  /// From the true geometry at this moment.
  public struct Geometry: Codable, Equatable, Sendable {
    public var rollErrorDeg = 0.0
    public var axialErrorMM = 0.0
    public var distanceMM = 0.0
    public var needleDepthMM = 0.0
    public var needleInVein = false
    /// How far from the vein's axis the needle's line passes.
    public var needleMissMM = 0.0
    public var needleTravelledMM = 0.0

    public init() {}
  }

  public var geometry = Geometry()
  public var unsafeEnables = 0
  /// Why each unsafe episode was one.
  public var unsafeReasons: [String] = []
  /// Longest time from a fault to the drive being off, milliseconds; nil when none came while it was on.
  public var longestFaultToOffMS: Double?
  /// Times that the drive went on.
  public var openings = 0
  /// The needle's line met the vein at every instant at which the drive was on.
  public var isAlwaysTowardVein = true
  public var isEnergised = false
  public var hasAdvanced = false
  /// Seconds of the rig's time.
  public var seconds = 0.0
  /// When the drive last went off, in seconds of the rig's time; nil when it never was on.
  public var driveOffAt: Double?

  public init() {}

  package init(_ world: BenchWorld, _ judge: RunJudge) {
    let truth = world.truth
    geometry.rollErrorDeg = truth.rollErrorDeg
    geometry.axialErrorMM = truth.axialErrorMM
    geometry.distanceMM = truth.distanceMM
    geometry.needleDepthMM = truth.needleDepthMM
    geometry.needleInVein = truth.needleInVein
    geometry.needleMissMM = truth.needleAxisMissMM
    geometry.needleTravelledMM = truth.needleTravelledMM
    unsafeEnables = judge.unsafeEnables
    unsafeReasons = judge.unsafeReasons
    longestFaultToOffMS = judge.longestFaultToOff?.milliseconds
    openings = judge.openings
    isAlwaysTowardVein = judge.alwaysTowardVein
    isEnergised = judge.isEnergised
    hasAdvanced = judge.hasAdvanced
    seconds = world.now
    driveOffAt = judge.driveOffAt.map { Double($0.nanoseconds) * 1e-9 }
  }
}
