import ArgumentParser
import ConsoleEmulator
import Foundation
import Scenarios

struct FaultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faults",
    abstract: "Inject every fault at several phases of a crossing.",
    discussion: """
      For each kind of fault and each phase: how soon the drive was off, whether it was ever on \
      when it must not be, and what the interlock latched, the first cause first.

      Examples:
        peakgate faults
        peakgate faults --phases advance --json faults.json

      Exit codes: 0 every cell is as required, 1 one is not, 2 interrupted, 4 usage, 6 the drive \
      was enabled when it must not be.
      """)

  @Option(help: "Phases, with commas: \(RunPhase.allCases.map(\.rawValue).joined(separator: ",")).")
  var phases = RunPhase.allCases.map(\.rawValue).joined(separator: ",")

  @Option(
    help: ArgumentHelp("Write the cells as JSON; - is standard output.", valueName: "file"),
    completion: .file())
  var json: String?

  @Option(help: "Of every run.")
  var seed: UInt64 = 1

  @Option(help: "Runs at a time; all cores if left out.")
  var jobs: Int?

  @OptionGroup var console: BackEndOptions

  @OptionGroup var common: CommonOptions

  func validate() throws {
    _ = try chosenPhases()
    if let jobs, !(1...256).contains(jobs) {
      throw ValidationError("--jobs must be 1 to 256, not \(jobs)")
    }
  }

  func run() throws {
    let signals = StopSignals()
    let output = json.map { OutputFile(path: $0) }
    try output?.check()
    let matrix = FaultMatrix(
      phases: try chosenPhases(), seed: seed, source: try console.source(speed: nil))
    let meter = ProgressMeter(total: matrix.cellCount, noun: "runs")
    let cells = try matrix.run(
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount, interrupt: signals.interrupt,
      progress: { meter.show($0) })
    meter.finish()
    try output?.write(try ResultsJSON.data(cells))
    Terminal.write(table(cells) + "\n", to: output?.isStandardOutput == true ? 2 : 1)
    throw CommandEnd(
      cells.contains { $0.unsafeEnables > 0 }
        ? .unsafe
        : signals.interrupt.isSet
          ? .interrupted : cells.allSatisfy(\.isAsRequired) ? .passed : .failed)
  }

  private func chosenPhases() throws -> [RunPhase] {
    guard !phases.allSatisfy({ $0 == "," || $0 == " " }) else {
      throw ValidationError("--phases names no phase; leave it out for all three")
    }
    return try phases.split(separator: ",").map { name in
      guard let phase = RunPhase(rawValue: String(name)) else {
        let known = RunPhase.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("no phase '\(name)'; there are: \(known)")
      }
      return phase
    }
  }

  private func table(_ cells: [FaultMatrix.Cell]) -> String {
    var rows = [["fault", "phase", "drive off", "unsafe", "latched", "verdict"]]
    for cell in cells {
      let off = cell.driveOff.map { "\(BenchWords.number($0, 0)) ms" } ?? "was off"
      let latched =
        cell.faults.isEmpty
        ? cell.refusal.map { "none; refuses \($0)" } ?? "none"
        : cell.faults.joined(separator: ", ")
      rows.append([
        cell.kind, cell.phase, off, "\(cell.unsafeEnables)", latched.cut(to: 60),
        cell.problem ?? "ok",
      ])
    }
    let bad = cells.count { !$0.isAsRequired }
    let longest = cells.compactMap(\.driveOff).max().map { "\(BenchWords.number($0, 1)) ms" } ?? "–"
    let unsafe = cells.reduce(0) { $0 + $1.unsafeEnables }
    return TextTable(rows, numeric: [2, 3]).text
      + "\n\n\(cells.count) runs, \(unsafe) unsafe enables, longest time to drive off \(longest), "
      + "\(bad) not as required"
  }
}
