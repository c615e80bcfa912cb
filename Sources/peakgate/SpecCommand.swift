import ArgumentParser
import Foundation
import HardwareSpecs
import Scenarios
import SpecFiles

struct SpecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spec",
    abstract: "Check HardwareSpecs, the single source of protocol and limits.",
    subcommands: [SpecCheckCommand.self, SpecHashCommand.self])
}

struct SpecHashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Print the hash of the specs that this program was built from.",
    discussion: """
      Host and console exchange it when they connect; with another hash nothing can be armed.

      Exit codes: 0 always, unless the command is used wrongly (4).
      """)

  func run() throws { print(Hex.text(SpecHash.value)) }
}

struct SpecCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read all specs and scenarios of a folder, and report all that is wrong.",
    discussion: """
      Also compares the hash of the folder's protocol and limits with the one that this program \
      was built from.

      Examples:
        peakgate spec check
        peakgate spec check --folder HardwareSpecs --json

      Exit codes: 0 all is well, 1 the program was built from other specs, 4 usage, or a file is \
      wrong.
      """)

  @Option(help: "The folder.", completion: .directory)
  var folder = "HardwareSpecs"

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var common: CommonOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var ok: Bool
    var files: [String]
    var scenarios: Int
    /// nil when the specs have errors.
    var hash: String?
    var built_hash: String
    var errors: [String]
  }

  func run() throws {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory),
      isDirectory.boolValue
    else { throw CommandEnd(.usage, "\(folder): no such folder; name one with --folder") }
    let (model, specErrors) = SpecModel.check(folder: folder)
    let (scenarios, scenarioErrors) = checkScenarios()
    let errors = (specErrors + scenarioErrors).map { "\($0)" }
    let isSame = model?.hash == SpecHash.value
    if json {
      let report = Report(
        ok: errors.isEmpty && isSame, files: model?.files ?? [], scenarios: scenarios,
        hash: model.map { Hex.text($0.hash) }, built_hash: Hex.text(SpecHash.value),
        errors: errors)
      Terminal.write(String(decoding: try ResultsJSON.data(report), as: UTF8.self), to: 1)
    } else {
      for error in errors { Terminal.complain(error) }
    }
    guard errors.isEmpty, let model else { throw CommandEnd(.usage) }
    guard isSame else {
      throw CommandEnd(
        .failed,
        "\(folder) has the hash \(Hex.text(model.hash)), this program was built from "
          + "\(Hex.text(SpecHash.value)); run SpecGenerator and build again")
    }
    if !json {
      print("\(model.files.count) spec files and \(scenarios) scenarios are well")
      print("hash \(Hex.text(model.hash)), as built")
    }
  }

  /// Every scenario of the folder; a folder without any is no error.
  private func checkScenarios() -> (count: Int, errors: [SpecFileError]) {
    let place = "\(folder)/scenarios"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    let files = names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.sorted()
    var errors: [SpecFileError] = []
    for name in files {
      do throws(SpecFileError) {
        _ = try Scenario.load(file: "\(place)/\(name)", checkIDs: Scenario.knownChecks)
      } catch {
        errors.append(error)
      }
    }
    return (files.count, errors)
  }
}
