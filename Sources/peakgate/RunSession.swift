import Foundation
import Logging
import Scenarios

/// The runs of one `peakgate run`, one after another.
struct RunSession {
  let scenarios: [Scenario]
  let source: BenchSource
  let seed: UInt64?
  /// One path a scenario; nil keeps no journals.
  let journals: [String]?
  let interrupt: ScenarioRunner.Interrupt
  let display: RunDisplay?
  let log: Logger

  private(set) var results: [ScenarioResult] = []

  init(
    scenarios: [Scenario], source: BenchSource, seed: UInt64?, journals: [String]?,
    interrupt: ScenarioRunner.Interrupt, display: RunDisplay?, log: Logger
  ) {
    self.scenarios = scenarios
    self.source = source
    self.seed = seed
    self.journals = journals
    self.interrupt = interrupt
    self.display = display
    self.log = log
  }

  /// Names of what an interrupt left out.
  var notRun: [String] { scenarios.dropFirst(results.count).map(\.name) }

  var status: ExitStatus {
    // An interrupt between two runs leaves no interrupted result, and is one all the same.
    let outcomes = results.map(\.outcome) + (notRun.isEmpty ? [] : [.interrupted])
    return ExitStatus(of: outcomes)
  }

  mutating func runAll() {
    for (index, scenario) in scenarios.enumerated() {
      if interrupt.isSet { return }
      var runner = ScenarioRunner(source: source, seed: seed, interrupt: interrupt)
      if let journals { runner.journalPath = { _ in journals[index] } }
      var feed: DisplayFeed?
      if let display {
        display.begin(scenario, number: index + 1, seed: seed ?? scenario.seed)
        // As fast as the machine can, a run waits for its display, which so shows each view.
        if source.speed == .real { feed = DisplayFeed(display.show) }
        runner.progress = feed?.show ?? display.show
      }
      log.debug("\(scenario.file): begins")
      let result = carryOut(scenario, runner)
      results.append(result)
      feed?.finish()
      display?.end(result)
    }
  }

  private func carryOut(_ scenario: Scenario, _ runner: ScenarioRunner) -> ScenarioResult {
    do {
      let outcome = try runner.run(scenario)
      for reason in outcome.unsafeReasons.prefix(3) { log.warning("\(scenario.file): \(reason)") }
      log.debug("\(scenario.file): \(outcome.result.outcome.rawValue), \(outcome.gaveUp ?? "")")
      return outcome.result
    } catch {
      Terminal.complain("\(scenario.file): could not be run: \(error); see 'peakgate doctor'")
      return ScenarioResult(
        scenario: scenario.name, outcome: .error, facts: RunFacts(),
        seed: seed ?? scenario.seed ?? ScenarioRunner.defaultSeed, backend: source.name, wall: 0)
    }
  }
}
