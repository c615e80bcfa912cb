import ArgumentParser
import Foundation

/// A page of the documentation that a proof writes, and that CI holds to what the code says.
struct GeneratedPage {
  /// From the root of the repository.
  var path: String
  var text: String

  /// Writes the page; or, to check, fails when the page on disk is another.
  func settle(check: Bool, command: String) throws {
    let url = URL(filePath: path)
    let old = try? String(contentsOf: url, encoding: .utf8)
    if old == text {
      print("\(path) is up to date")
      return
    }
    guard !check else {
      print("\(path) is out of date: run \(command)")
      throw ExitCode.failure
    }
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
    print("wrote \(path)")
  }
}

/// The diagram and table of the state machine.
struct StatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "states",
    abstract: "Writes the state machine's diagram and table from what the code answers.")

  @Flag(help: "Write nothing; fail if the page is out of date.")
  var check = false

  func run() throws {
    let table = StateTable()
    for ambiguity in table.ambiguities { print("states: not one answer: \(ambiguity)") }
    guard table.ambiguities.isEmpty else { throw ExitCode.failure }
    try GeneratedPage(
      path: "Docs.docc/Safety/StateMachine.md", text: StateDocument(table: table).text
    ).settle(check: check, command: "Prove states")
  }
}
