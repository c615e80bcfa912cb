import BenchWorld
import ControlRuntime

/// Many random anatomies, each with the guided operator, drawn over the ranges that HardwareSpecs
/// declares.
///
/// Every trial follows from its own seed alone, so that the result does not depend on how many run
/// at a time, and each can be run again by itself.
public struct Campaign: Sendable {
  public var trials: Int
  public var seed: UInt64
  public var source: BenchSource

  /// Simulated seconds after which a trial ends wherever it stands.
  public static let duration = 120.0

  public init(trials: Int, seed: UInt64, source: BenchSource = .simulated(.max)) {
    self.trials = trials
    self.seed = seed
    self.source = source
  }

  /// The seed of one trial, below 2⁵³: every reader of JSON keeps such a number exactly.
  ///
  /// The output function of SplitMix64 (Steele, Lea and Flood 2014) at state `seed` + index + 1 steps.
  public func seed(ofTrial index: Int) -> UInt64 {
    var z = seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(index + 1)
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return (z ^ (z >> 31)) >> 11
  }

  /// Runs all trials, `jobs` at a time.
  ///
  /// - Parameters:
  ///   - interrupt: ends the trials under way and begins no more.
  ///   - progress: called after each trial with how many are done; from any thread, one at a time.
  /// - Returns: the trials that came to their end, in order.
  public func run(
    jobs: Int, interrupt: ScenarioRunner.Interrupt = ScenarioRunner.Interrupt(),
    progress: @Sendable (_ done: Int) -> Void = { _ in }
  ) throws -> [TrialResult] {
    try ParallelRuns.map(trials, jobs: min(jobs, source.jobsMax ?? jobs), progress: progress) {
      index in
      interrupt.isSet
        ? nil
        : try Self.trial(seed: seed(ofTrial: index), on: source, interrupt: interrupt)
    }.compactMap { $0 }
  }

  /// One trial; nil when it was interrupted.
  public static func trial(
    seed: UInt64, on source: BenchSource = .simulated(.max),
    interrupt: ScenarioRunner.Interrupt = ScenarioRunner.Interrupt(),
    progress: ((ScenarioRunner.RunView) -> Void)? = nil
  ) throws -> TrialResult? {
    let scenario = Scenario(guided: "trial \(seed)", duration: duration, expect: .safety)
    var runner = ScenarioRunner(source: source, seed: seed, interrupt: interrupt)
    runner.progress = progress
    let world = WorldParameters.drawn(seed: seed)
    let outcome = try runner.run(scenario, in: world)
    guard outcome.result.outcome != .interrupted else { return nil }
    return TrialResult(outcome, seed: seed, reach: BenchWorld(world, seed: seed).bestReach)
  }
}

extension TrialResult {
  init(_ outcome: ScenarioRunner.Outcome, seed: UInt64, reach: BestReach) {
    let facts = outcome.facts
    let opened = outcome.openings > 0
    self.init(
      seed: seed, reachable: reach.isReachable, opened: opened,
      openedInVein: opened && outcome.alwaysTowardVein, crossed: facts.crossed,
      unsafeEnables: facts.interlock.unsafeEnables, timeToAlign: facts.timeToAlign,
      failure: facts.crossed ? nil : Self.reason(outcome, reach))
  }

  private static func reason(_ outcome: ScenarioRunner.Outcome, _ reach: BestReach) -> String {
    if let reason = reach.reasons.first { return unreachablePrefix + reason.rawValue }
    if let reason = outcome.gaveUp { return reason }
    return outcome.facts.simulated < Campaign.duration ? "needle_not_in_vein" : "duration"
  }
}
