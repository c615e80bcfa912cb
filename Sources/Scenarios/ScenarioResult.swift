import ConsoleEmulator
import ControlRuntime
import Foundation
import Quantities

/// What came of one scenario; its JSON is public and stable.
///
/// Every key is always present: a value that could not be measured is null, never a guess.
public struct ScenarioResult: Codable, Equatable, Sendable {
  public var scenario: String
  public var outcome: ScenarioOutcome
  public var seed: UInt64
  public var backend: String
  @Rounded public var simulated: Double?
  /// Real time; the only value that differs between two runs of the same seed.
  @Rounded public var wall: Double?
  public var needle: Needle
  public var alignment: Alignment
  public var interlock: Interlock
  public var stream: Stream
  public var expectations: [ExpectationVerdict]

  enum CodingKeys: String, CodingKey {
    case scenario, outcome, seed, backend
    case simulated = "simulated_s"
    case wall = "wall_s"
    case needle, alignment, interlock, stream, expectations
  }

  /// The result of a run that came to its end, judged by the scenario's expectations.
  public init(
    of scenario: Scenario, facts: RunFacts, seed: UInt64, backend: String, wall: Double
  ) {
    let verdicts = scenario.expect.verdicts(on: facts)
    self.init(
      scenario: scenario.name, outcome: ScenarioOutcome(verdicts: verdicts, facts: facts),
      facts: facts, seed: seed, backend: backend, wall: wall, expectations: verdicts)
  }

  /// A result whose outcome is known otherwise: an interrupt, an error, an abort.
  public init(
    scenario: String, outcome: ScenarioOutcome, facts: RunFacts, seed: UInt64, backend: String,
    wall: Double, expectations: [ExpectationVerdict] = []
  ) {
    self.scenario = scenario
    self.outcome = outcome
    self.seed = seed
    self.backend = backend
    self.expectations = expectations
    needle = facts.needle
    alignment = facts.alignment
    interlock = facts.interlock
    stream = facts.stream
    simulated = facts.simulated
    self.wall = wall
  }

  /// Lowers the outcome by what no expectation tells. An unsafe run is never reported as less.
  mutating func note(
    faultsNotBegun: [FaultKind], recordsLost: UInt64, isRigUnfit: Bool, wasCutShort: Bool
  ) {
    guard outcome != .unsafe else { return }
    if wasCutShort {
      outcome = .interrupted
      return
    }
    for kind in faultsNotBegun {
      expectations.append(
        ExpectationVerdict(
          what: "fault \(kind.rawValue)", limit: .text("begins"), value: .text("never began"),
          outcome: .failed))
      outcome = .failed
    }
    if recordsLost > 0 {
      expectations.append(
        ExpectationVerdict(
          what: "journal records lost", limit: .number(0), value: .number(Double(recordsLost)),
          outcome: .failed))
      outcome = .error
    }
    if isRigUnfit, outcome == .failed { outcome = .aborted }
  }

  /// Expectations that did not hold, one line each.
  public var failures: [String] { expectations.filter { $0.outcome == .failed }.map(\.line) }
}

/// How a scenario ended.
public enum ScenarioOutcome: String, Codable, CaseIterable, Sendable {
  case passed
  /// An expectation did not hold.
  case failed
  case interrupted
  /// The program could not carry the run out.
  case error
  /// The drive was enabled when it must not be, or was not off at the end.
  case unsafe
  /// The rig gave up: the run ended before the scenario did.
  case aborted

  /// An unsafe run is never reported as less, whatever was expected of it.
  init(verdicts: [ExpectationVerdict], facts: RunFacts) {
    if facts.interlock.unsafeEnables > 0 || !facts.driveOffAtEnd {
      self = .unsafe
    } else if verdicts.isEmpty || verdicts.contains(where: { $0.outcome == .failed }) {
      self = .failed
    } else {
      self = .passed
    }
  }
}

extension ScenarioResult {
  /// From the true geometry at the end of the run.
  public struct Needle: Codable, Equatable, Sendable {
    @Rounded public var depth: Double? = 0
    public var inVein = false
    /// How far from the vein's axis the needle passes; nil when it did not leave.
    @Rounded public var miss: Double?
    /// All travel, forward and back, millimetres.
    @Rounded public var travelled: Double? = 0

    public init() {}

    enum CodingKeys: String, CodingKey {
      case depth = "depth_mm"
      case inVein = "in_vein"
      case miss = "miss_mm"
      case travelled
    }
  }

  public struct Alignment: Codable, Equatable, Sendable {
    @Rounded public var rollError: Double?
    @Rounded public var axialError: Double?
    @Rounded public var distance: Double?
    @Rounded public var distanceTrue: Double?
    @Rounded public var sigmaRoll: Double?
    @Rounded public var sigmaAxial: Double?

    public init() {}

    enum CodingKeys: String, CodingKey {
      case rollError = "roll_error_deg"
      case axialError = "axial_error_mm"
      case distance = "distance_mm"
      case distanceTrue = "distance_true_mm"
      case sigmaRoll = "sigma_roll_deg"
      case sigmaAxial = "sigma_axial_mm"
    }
  }

  public struct Interlock: Codable, Equatable, Sendable {
    public var permits = 0
    /// Judged from the true geometry and the injected faults.
    public var unsafeEnables = 0
    /// How often each check refused, by its id.
    public var refusals: [String: Int] = [:]
    /// Ids in the order in which they latched.
    public var faults: [String] = []
    /// Milliseconds from a fault to the drive being off, the longest; nil when no fault came
    /// while the drive was on.
    @Rounded public var maxFaultToOff: Double?

    public init() {}

    enum CodingKeys: String, CodingKey {
      case permits
      case unsafeEnables = "unsafe_enables"
      case refusals, faults
      case maxFaultToOff = "max_fault_to_off_ms"
    }
  }

  public struct Stream: Codable, Equatable, Sendable {
    public var frames = 0
    public var lost = 0
    public var late = 0
    public var overruns = 0
    /// From a frame being handed to the tracker's queue to its result; not measured when simulated
    /// time has the tracker run in step. Not the same from run to run.
    public var trackerDelay = Delay()

    public init() {}

    enum CodingKeys: String, CodingKey {
      case frames, lost, late, overruns
      case trackerDelay = "tracker_delay_us"
    }
  }
}

extension ScenarioResult.Stream {
  /// Quantiles of a delay, µs.
  public struct Delay: Codable, Equatable, Sendable {
    @Rounded public var p50: Double?
    @Rounded public var p99: Double?
    @Rounded public var p999: Double?
    @Rounded public var longest: Double?

    init() {}

    init(_ histogram: DelayHistogram) {
      guard histogram.count > 0 else { return }
      func microseconds(_ delay: Nanoseconds?) -> Double? { delay.map { Double($0.count) / 1e3 } }
      p50 = microseconds(histogram.quantile(0.5))
      p99 = microseconds(histogram.quantile(0.99))
      p999 = microseconds(histogram.quantile(0.999))
      longest = microseconds(histogram.longest)
    }
  }
}

/// The file that `--json` writes: sorted keys, one result a scenario, in the order of the runs.
public enum ResultsJSON {
  public static func data<Results: Encodable>(_ results: Results) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(results) + Data("\n".utf8)
  }
}
