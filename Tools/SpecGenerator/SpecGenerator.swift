import ArgumentParser
import Foundation
import SpecFiles

@main
struct SpecGenerator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "SpecGenerator",
    abstract:
      "Writes what follows from HardwareSpecs: Swift, protocol page, udev rules, dissector, vectors.",
    discussion: """
      Reads every HardwareSpecs/*.yaml, reports everything that is wrong with them as \
      file:line:column: key: message, and writes nothing unless all of it is right.

        swift run -c release SpecGenerator            after a change of a spec file
        swift run -c release SpecGenerator --check    in CI: is what is committed up to date?

      Exit codes: 0 done, 1 the specs are wrong or (with --check) something differs.
      """)

  @Flag(
    help: "Write nothing; print what differs or is left over, and exit with 1 if anything does.")
  var check = false

  @Option(help: "The root of the repository.")
  var root = "."

  func run() throws {
    let result = SpecModel.check(folder: root == "." ? "HardwareSpecs" : "\(root)/HardwareSpecs")
    guard let model = result.model else {
      for error in result.errors { report("\(error)") }
      report("\(result.errors.count) error\(result.errors.count == 1 ? "" : "s") in the specs")
      throw ExitCode(1)
    }
    let files = GeneratedFiles.all(from: model)
    let tree = OutputTree(root: root)
    let changes = tree.changes(to: files, ownedFolders: GeneratedFiles.folders)
    if check {
      for change in changes { report("\(change)") }
      guard changes.isEmpty else {
        report("run: swift run -c release SpecGenerator")
        throw ExitCode(1)
      }
      print("\(files.count) generated files are up to date")
    } else {
      for change in changes {
        try tree.apply(change, from: files)
        print(change)
      }
      print("\(files.count) generated files, \(changes.count) changed")
    }
  }

  private func report(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
