import ArgumentParser
import Foundation

/// How near the estimators come to what any estimator can reach, as tables.
@main
struct Accuracy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Accuracy",
    abstract: "Measures tracker and beam fit against their bounds.",
    discussion: """
      Prints tables in Markdown, as the documentation shows them, and with them what failed its aim. \
      The same seed and number of trials give the same figures.

      Exit codes: 0 every figure meets its aim, 1 one does not, 64 usage.
      """)

  @Option(help: "Trials a point.")
  var trials = 20_000

  @Option(help: "Seed of all randomness.")
  var seed: UInt64 = 1

  @Option(help: "Only these tables: arrival, phase, detection, sweep, bench. May be repeated.")
  var only: [Table] = []

  @Flag(help: "Print JSON instead: a list of tables with their rows.")
  var json = false

  enum Table: String, CaseIterable, ExpressibleByArgument {
    case arrival, phase, detection, sweep, bench
  }

  func validate() throws {
    guard (100...10_000_000).contains(trials) else {
      throw ValidationError("--trials must be 100 to 10000000, not \(trials)")
    }
  }

  func run() throws {
    let chosen = only.isEmpty ? Table.allCases : only
    var results: [FigureTable] = []
    for table in chosen {
      note("\(table.rawValue): \(trials) trials a point, seed \(seed)")
      let result: FigureTable
      switch table {
      case .arrival: result = try ArrivalTable(trials: trials, seed: seed).measured()
      case .phase: result = try PhaseTable(trials: trials, seed: seed).measured()
      case .detection: result = try DetectionTable(trials: trials, seed: seed).measured()
      case .sweep: result = SweepTable(trials: trials, seed: seed).measured()
      case .bench: result = BenchTable(trials: max(100, trials / 20), seed: seed).measured()
      }
      results.append(result)
      if !json { print(result.markdown(trials: trials, seed: seed)) }
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      print(String(decoding: try encoder.encode(results), as: UTF8.self))
    }
    let missed = results.flatMap(\.missed)
    for line in missed { note("missed: \(line)") }
    if !missed.isEmpty { throw ExitCode.failure }
  }

  private func note(_ text: String) {
    FileHandle.standardError.write(Data("accuracy: \(text)\n".utf8))
  }
}
