import BenchWorld
import ConsoleEmulator
import ControlRuntime
import HardwareSpecs
import Quantities
import SafetyInterlock

/// Every kind of fault at several phases of a crossing: what happened to the drive, and what was
/// latched.
public struct FaultMatrix: Sendable {
  public var kinds: [FaultKind]
  public var phases: [RunPhase]
  public var seed: UInt64
  public var source: BenchSource

  public init(
    kinds: [FaultKind] = FaultKind.allCases, phases: [RunPhase] = RunPhase.allCases,
    seed: UInt64 = 1, source: BenchSource = .simulated(.max)
  ) {
    self.kinds = kinds
    self.phases = phases
    self.seed = seed
    self.source = source
  }

  /// One fault in one phase.
  public struct Cell: Codable, Equatable, Sendable {
    public var kind: String
    public var phase: String
    public var outcome: String
    /// From the fault to the drive being off; nil when the drive was off all along.
    @Rounded public var driveOff: Double?
    public var unsafeEnables: Int
    /// In the order in which they latched.
    public var faults: [String]
    /// The first check, in order of blame, that permitted before the fault and not while it lasted;
    /// nil when the fault changed nothing that was permitted.
    public var refusal: String?
    public var crossed: Bool
    /// What is not as required; nil when all is.
    public var problem: String?

    public var isAsRequired: Bool { problem == nil }

    enum CodingKeys: String, CodingKey {
      case kind, phase, outcome
      case driveOff = "drive_off_ms"
      case unsafeEnables = "unsafe_enables"
      case faults, refusal, crossed, problem
    }
  }

  public var cellCount: Int { kinds.count * phases.count }

  /// Runs all cells, `jobs` at a time; in the order of kinds, then of phases.
  ///
  /// - Parameter progress: called after each cell with how many are done; never two at a time.
  /// - Returns: the cells that came to their end.
  public func run(
    jobs: Int, interrupt: ScenarioRunner.Interrupt = ScenarioRunner.Interrupt(),
    progress: @Sendable (_ done: Int) -> Void = { _ in }
  ) throws -> [Cell] {
    try ParallelRuns.map(cellCount, jobs: min(jobs, source.jobsMax ?? jobs), progress: progress) {
      index -> Cell? in
      guard !interrupt.isSet else { return nil }
      return try cell(
        kinds[index / phases.count], phases[index % phases.count], interrupt: interrupt)
    }.compactMap { $0 }
  }

  /// When within its phase, how long and how strong: each such that the fault tells in that phase.
  public static func event(_ kind: FaultKind, _ phase: RunPhase) -> FaultEvent {
    let delay =
      switch phase {
      case .search: 5.0
      // The operator presses 0.3 s after arming.
      case .armed: 0.1
      case .advance: 0.2
      }
    // Over an advance of less than a second, the drift must leave the tolerance within it.
    let amount = kind == .gainDrift ? 12.0 : nil
    return FaultEvent(.after(phase, delay), kind, amount: amount)
  }

  private func cell(
    _ kind: FaultKind, _ phase: RunPhase, interrupt: ScenarioRunner.Interrupt
  ) throws -> Cell? {
    let scenario = Scenario(
      guided: "\(kind.rawValue) in \(phase.rawValue)", faults: [Self.event(kind, phase)],
      expect: .safety)
    let runner = ScenarioRunner(source: source, seed: seed, interrupt: interrupt)
    let outcome = try runner.run(scenario)
    guard outcome.result.outcome != .interrupted else { return nil }
    let facts = outcome.facts
    var cell = Cell(
      kind: kind.rawValue, phase: phase.rawValue, outcome: outcome.result.outcome.rawValue,
      driveOff: facts.interlock.maxFaultToOff, unsafeEnables: facts.interlock.unsafeEnables,
      faults: facts.interlock.faults,
      refusal: outcome.firstBroken?.name.description, crossed: facts.crossed)
    cell.problem =
      outcome.result.outcome == .failed
      ? outcome.result.failures.first
      : Self.problem(cell, phase: phase, isOffAtEnd: facts.driveOffAtEnd)
    return cell
  }

  private static func problem(_ cell: Cell, phase: RunPhase, isOffAtEnd: Bool) -> String? {
    if cell.unsafeEnables > 0 { return "unsafe" }
    if !isOffAtEnd { return "drive on at the end" }
    if let off = cell.driveOff, off > Limits.faultToDriveOff.milliseconds {
      return "drive off too late"
    }
    guard phase == .advance else { return nil }
    if cell.driveOff == nil { return "drive was not on" }
    return cell.faults.isEmpty ? "no cause latched" : nil
  }
}
