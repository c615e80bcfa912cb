import ArgumentParser
import BenchWorld
import ControlRuntime
import Foundation
import SafetyInterlock
import Scenarios

struct JournalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal",
    abstract: "Work with the journals that runs leave.",
    subcommands: [JournalReplayCommand.self])
}

struct JournalReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Take every decision of a journal again, and compare.",
    discussion: """
      A journal holds the inputs of every decision of a run. The interlock takes them again and \
      must come to the same decisions.

      Example:
        peakgate run first.yaml --results results/first
        peakgate journal replay results/first/first.journal --scenario first.yaml

      Exit codes: 0 every decision came out the same, 1 one did not, 4 usage or a bad file, 5 the \
      journal holds no decision.
      """)

  @Argument(help: ArgumentHelp("The journal.", valueName: "file"), completion: .file())
  var journal: String

  @Option(
    help: ArgumentHelp(
      "The scenario of the run: its medium sets the link budget.", valueName: "file"),
    completion: .file(extensions: ["yaml"]))
  var scenario: String

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var common: CommonOptions

  struct Report: Encodable {
    var steps: UInt64
    var mismatches: UInt64
    var cut_short: Bool
    var damaged: Bool
  }

  func run() throws {
    let world = try ScenarioFiles.load([scenario])[0].world
    let replay: JournalReplay
    do {
      replay = try JournalReplay(
        path: journal, setup: BenchAssembly.setup(for: WorldParameters(world)).interlock)
    } catch let error as JournalReplay.NotAJournal {
      throw CommandEnd(.usage, "\(error); name a file that 'peakgate run --results' wrote")
    } catch {
      throw CommandEnd(
        .usage, "\(journal): cannot be read; check that the file exists and that you may read it")
    }
    if json {
      let report = Report(
        steps: replay.steps, mismatches: replay.mismatches, cut_short: replay.isCutShort,
        damaged: replay.isDamaged)
      Terminal.write(String(decoding: try ResultsJSON.data(report), as: UTF8.self), to: 1)
    } else {
      print("\(replay.steps) decisions taken again, \(replay.mismatches) came out differently")
      if replay.isCutShort { print("the journal was cut off in the middle of a record") }
    }
    if replay.isDamaged, !json { print("a record behind the last of these is damaged") }
    if replay.steps == 0 {
      throw CommandEnd(.nothingRan, "\(journal): holds no decision; was the run cut off at once?")
    }
    if !replay.isFaithful { throw CommandEnd(.failed) }
  }
}
