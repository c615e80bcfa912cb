import Alignment
import BenchWorld
import ConsoleEmulator
import ControlRuntime
import Foundation
import PeakTracking
import Quantities
import SafetyInterlock
import Synchronization

/// Runs scenarios on a bench, and makes a result of each.
public struct ScenarioRunner {
  public var source: BenchSource
  /// Replaces the seed of the file.
  public var seed: UInt64?
  /// Where each run leaves its journal; nil keeps none.
  public var journalPath: ((Scenario) -> String)?
  /// Sees the bench ten times a simulated second.
  public var progress: ((RunView) -> Void)?
  /// Set from a signal handler or another thread: the run ends with the drive off.
  public let interrupt: Interrupt

  public init(source: BenchSource, seed: UInt64? = nil, interrupt: Interrupt = Interrupt()) {
    self.source = source
    self.seed = seed
    self.interrupt = interrupt
  }

  /// Ends a run early, from anywhere.
  public final class Interrupt: Sendable {
    private let flag = Atomic<Bool>(false)
    public init() {}
    public func set() { flag.store(true, ordering: .releasing) }
    public var isSet: Bool { flag.load(ordering: .acquiring) }
  }

  /// A run as it stands, for a screen.
  public struct RunView: Sendable {
    public var scenario: String
    public var seconds: Double
    public var snapshot: BenchSnapshot
    public var soundSpeedMPerS: Double
  }

  /// What a run gave, beyond the public result.
  public struct Outcome {
    public var result: ScenarioResult
    public var facts: RunFacts
    /// Why the operator gave up; nil when the procedure was carried through.
    public var gaveUp: String?
    public var unsafeReasons: [String]
    public var openings: Int
    public var alwaysTowardVein: Bool
    /// The first check, in order of blame, that permitted before a fault and not while it lasted.
    public var firstBroken: CheckID?
  }

  public static let defaultSeed: UInt64 = 1

  /// Runs a scenario to its end.
  ///
  /// - Parameter world: replaces the scenario's own, for worlds that no file can write down.
  /// - Throws: when the journal cannot be made or the tracker refuses its configuration.
  public func run(_ scenario: Scenario, in world: WorldParameters? = nil) throws -> Outcome {
    let seed = seed ?? scenario.seed ?? Self.defaultSeed
    let wallStart = MonotonicTime.nanoseconds()
    let journal: any Journal =
      try journalPath.map { try FileJournal(path: $0(scenario)) } ?? CountingJournal()
    let bench = try source.assemble(
      world ?? WorldParameters(scenario.world), seed, journal)
    var run = ScenarioRun(scenario, bench)
    run.carryOut(interrupt: interrupt, progress: progress)
    bench.runtime.shutDown()
    let report = bench.rig.finish()
    let facts = run.facts(report)
    let wall = Double(MonotonicTime.nanoseconds() - wallStart) * 1e-9
    var result = ScenarioResult(
      of: scenario, facts: facts, seed: seed, backend: source.name, wall: wall)
    result.note(
      faultsNotBegun: run.faultsNotBegun, recordsLost: journal.lost,
      isRigUnfit: run.person.gaveUp == GuidedOperator.rigNotReady, wasCutShort: run.wasCutShort)
    return Outcome(
      result: result, facts: facts, gaveUp: run.person.gaveUp,
      unsafeReasons: report.unsafeReasons, openings: report.openings,
      alwaysTowardVein: report.isAlwaysTowardVein,
      firstBroken: run.firstBroken)
  }
}

/// One run under way.
struct ScenarioRun {
  let scenario: Scenario
  let bench: BenchAssembly
  var person: any BenchOperator
  private var schedule: FaultSchedule
  private var timeToAlign: Double?
  private var atOpening: ScenarioResult.Alignment?
  /// When the run began, and how long it has lasted.
  private let start: HostInstant
  private var seconds = 0.0
  private(set) var firstBroken: CheckID?
  /// The run was interrupted before its end.
  private(set) var wasCutShort = false
  /// Faults of the scenario whose time or phase never came.
  var faultsNotBegun: [FaultKind] { schedule.notBegun }
  /// What permitted before any fault, one bit a check.
  private var permitted: UInt64 = 0

  init(_ scenario: Scenario, _ bench: BenchAssembly) {
    self.scenario = scenario
    self.bench = bench
    schedule = FaultSchedule(scenario.faults)
    switch scenario.operatorPlan {
    case .guided: person = GuidedOperator()
    case .steps(let steps): person = ScriptedOperator(steps)
    }
    start = bench.runtime.snapshot.now
  }

  mutating func carryOut(
    interrupt: ScenarioRunner.Interrupt, progress: ((ScenarioRunner.RunView) -> Void)?
  ) {
    let runtime = bench.runtime
    let rig = bench.rig
    var nextProgress = 0.0
    while seconds < scenario.duration, !person.isDone, !interrupt.isSet {
      schedule.apply(to: rig, at: seconds)
      person.act(runtime, rig, at: seconds)
      runtime.step()
      seconds = (runtime.snapshot.now - start).seconds
      notePhases(runtime)
      noteBroken(runtime)
      if seconds >= nextProgress {
        nextProgress = seconds + 0.1
        progress?(view(runtime))
      }
    }
    wasCutShort = interrupt.isSet && seconds < scenario.duration && !person.isDone
    // Whatever happened, the hands leave the switch, and the drive is seen to go off.
    rig.set(.released)
    runtime.disarm()
    for _ in 0..<100 { runtime.step() }
    seconds = (runtime.snapshot.now - start).seconds
    progress?(view(runtime))
  }

  private func view(_ runtime: BenchRuntime) -> ScenarioRunner.RunView {
    ScenarioRunner.RunView(
      scenario: scenario.name, seconds: seconds, snapshot: runtime.snapshot,
      soundSpeedMPerS: runtime.setup.beam.soundSpeedMPerS)
  }

  private mutating func notePhases(_ runtime: BenchRuntime) {
    let view = runtime.snapshot
    if runtime.isSearching { schedule.note(.search, at: seconds) }
    switch view.state {
    case .armed: schedule.note(.armed, at: seconds)
    case .enabled: if atOpening == nil { atOpening = alignment() }
    default: break
    }
    if bench.rig.hasAdvanced { schedule.note(.advance, at: seconds) }
    if timeToAlign == nil, view.decision?.report[.alignmentDwell].permits == true {
      timeToAlign = seconds
    }
  }

  private mutating func noteBroken(_ runtime: BenchRuntime) {
    guard !scenario.faults.isEmpty, firstBroken == nil,
      let report = runtime.snapshot.decision?.report
    else { return }
    let isFaultActive = bench.rig.hasActiveFaults
    if !isFaultActive { permitted = 0 }
    for id in CheckID.allCases {
      let bit = UInt64(1) << UInt64(id.rawValue)
      if !isFaultActive, report[id].permits { permitted |= bit }
      if isFaultActive, permitted & bit != 0, !report[id].permits {
        firstBroken = id
        return
      }
    }
  }

  private func alignment() -> ScenarioResult.Alignment {
    let truth = bench.rig.report.geometry
    let estimate = bench.runtime.snapshot.guidance?.estimate
    var alignment = ScenarioResult.Alignment()
    alignment.rollError = truth.rollErrorDeg
    alignment.axialError = truth.axialErrorMM
    alignment.distanceTrue = truth.distanceMM
    alignment.distance = estimate?.distanceMM
    alignment.sigmaRoll = estimate?.sigmaRollDeg
    alignment.sigmaAxial = estimate?.sigmaLevelMM
    return alignment
  }

  func facts(_ report: RigReport) -> RunFacts {
    let truth = report.geometry
    let view = bench.runtime.snapshot
    var facts = RunFacts()
    facts.needle.depth = truth.needleDepthMM
    facts.needle.inVein = truth.needleInVein
    facts.needle.miss = truth.needleTravelledMM > 0.05 ? truth.needleMissMM : nil
    facts.needle.travelled = truth.needleTravelledMM
    facts.alignment = atOpening ?? alignment()
    facts.interlock.permits = Int(view.counts.permits)
    facts.interlock.unsafeEnables = report.unsafeEnables
    facts.interlock.refusals = Dictionary(
      uniqueKeysWithValues: view.counts.refusals.map { ($0.key.name.description, Int($0.value)) })
    facts.interlock.faults = view.counts.faults.map { $0.cause.name.description }
    facts.interlock.maxFaultToOff = report.longestFaultToOffMS
    facts.stream.frames = Int(view.counts.frames)
    facts.stream.lost = Int(view.counts.lost)
    facts.stream.late = Int(view.counts.late)
    facts.stream.overruns = Int(view.counts.overruns)
    facts.stream.trackerDelay = ScenarioResult.Stream.Delay(bench.runtime.trackerDelays)
    facts.aligned = timeToAlign != nil
    facts.timeToAlign = timeToAlign
    facts.crossed = report.hasAdvanced && report.isAlwaysTowardVein && truth.needleInVein
    facts.driveOffAtEnd = !report.isEnergised
    facts.simulated = seconds
    return facts
  }
}
