import ArgumentParser
import BenchWorld
import ControlRuntime
import Foundation
import Scenarios

struct CampaignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "campaign",
    abstract: "Cross many random anatomies, and count what came of it.",
    discussion: """
      Draws anatomies over the ranges of HardwareSpecs/anatomies.yaml: spiral, calcium, \
      separation, noise, backlash. Each trial follows from its own seed, so that the result is \
      the same whatever the number of jobs. Shares have 95 % Wilson intervals.

      Examples:
        peakgate campaign --trials 100 --seed 1
        peakgate campaign --trials 500 --json out.json --min-crossed 0.95
        peakgate campaign --only-seed 1234

      Exit codes: 0 done, 1 a share is below its minimum, 2 interrupted, 4 usage, 5 no trial ran, \
      6 the drive was enabled when it must not be.
      """)

  @Option(help: "How many anatomies.")
  var trials = 100

  @Option(help: "Of all draws.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Write the counts as JSON; - is standard output.", valueName: "file"),
    completion: .file())
  var json: String?

  @Option(help: "Trials at a time; all cores if left out.")
  var jobs: Int?

  @Option(help: ArgumentHelp("Least share of reachable anatomies that cross.", valueName: "share"))
  var minCrossed: Double?

  @Option(
    help: ArgumentHelp(
      "Least share of opened gates with the needle's line in the vein.", valueName: "share"))
  var minInVein: Double?

  @Option(help: ArgumentHelp("Run the one trial of this seed, step by step.", valueName: "seed"))
  var onlySeed: UInt64?

  @OptionGroup var console: BackEndOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...1_000_000).contains(trials) else {
      throw ValidationError("--trials must be 1 to 1000000, not \(trials)")
    }
    if let jobs, !(1...256).contains(jobs) {
      throw ValidationError("--jobs must be 1 to 256, not \(jobs)")
    }
    for (name, share) in [("--min-crossed", minCrossed), ("--min-in-vein", minInVein)] {
      if let share, !(0...1).contains(share) {
        throw ValidationError("\(name) must be a share from 0 to 1, not \(share)")
      }
    }
  }

  func run() throws {
    let signals = StopSignals()
    let source = try console.source(speed: nil)
    if let onlySeed { return try runAgain(onlySeed, on: source, signals.interrupt) }
    let output = json.map { OutputFile(path: $0) }
    try output?.check()
    let meter = ProgressMeter(total: trials, noun: "trials")
    let results = try Campaign(trials: trials, seed: seed, source: source).run(
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount, interrupt: signals.interrupt,
      progress: { meter.show($0) })
    meter.finish()
    let summary = CampaignSummary(results)
    try output?.write(try ResultsJSON.data(summary))
    let table = CampaignTable(summary)
    Terminal.write("\(table)", to: output?.isStandardOutput == true ? 2 : 1)
    throw CommandEnd(status(summary, table, isInterrupted: signals.interrupt.isSet))
  }

  private func status(
    _ summary: CampaignSummary, _ table: CampaignTable, isInterrupted: Bool
  ) -> ExitStatus {
    if summary.unsafeEnables > 0 { return .unsafe }
    if isInterrupted { return .interrupted }
    if summary.trials == 0 { return .nothingRan }
    var status = ExitStatus.passed
    func hold(_ what: String, _ count: Int, of total: Int, atLeast share: Double?) {
      guard let share, Double(count) < share * Double(total) else { return }
      Terminal.complain(
        "\(what): \(count) of \(total) is less than the share of \(share) asked for")
      status = .failed
    }
    hold("crossed", table.crossedReachable, of: summary.reachable, atLeast: minCrossed)
    hold("opened in vein", summary.openedInVein, of: summary.opened, atLeast: minInVein)
    return status
  }

  /// One trial with everything that it drew and every change on the way.
  private func runAgain(
    _ seed: UInt64, on source: BenchSource, _ interrupt: ScenarioRunner.Interrupt
  ) throws {
    print("world: \(WorldParameters.drawn(seed: seed))")
    var plain = PlainProgress()
    let result = try Campaign.trial(seed: seed, on: source, interrupt: interrupt) { view in
      for line in plain.lines(for: view, isPaced: false) { print(line) }
    }
    guard let result else { throw CommandEnd(.interrupted) }
    print(
      """
      reachable: \(result.reachable)
      opened: \(result.opened), always toward the vein: \(result.openedInVein)
      crossed: \(result.crossed)\(result.failure.map { " (\($0))" } ?? "")
      unsafe enables: \(result.unsafeEnables)
      time to align: \(result.timeToAlign.map { "\(BenchWords.number($0, 1)) s" } ?? "never")
      """)
    throw CommandEnd(result.unsafeEnables > 0 ? .unsafe : .passed)
  }
}
