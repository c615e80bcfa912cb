import ArgumentParser
import Foundation
import Yams

/// Mutates the interlock and counts what its tests and its oracle notice.
@main
struct Mutator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Mutator",
    abstract: "Mutates Sources/SafetyInterlock and sees whether tests and oracle notice.",
    discussion: """
      All mutants are compiled into one build, behind a number. A mutant is killed by a differential
      slice against the oracle, or by SafetyInterlockTests, or by a trap. Survivors must be explained
      in Tools/Mutator/equivalent.yaml; exit code 1 when one is not, or an explanation is out of date.
      """)

  @Option(help: "The project's folder.") var root = "."
  @Option(help: "Where the copy is built.") var scratch = "results/mutation/package"
  @Option(help: "Where the report is written, as Markdown.")
  var report = "results/mutation/report.md"
  @Option(help: "Mutants at a time.") var jobs = 2
  @Option(help: "Only mutants of files whose path contains this.") var file: String?
  @Option(help: "Only these mutants, by number: 17,18.") var only: String?
  @Flag(help: "Writes the copy and lists the mutants.") var list = false
  @Flag(help: "The copy is built already, and the sources have not changed since.")
  var noBuild = false

  @Flag(help: "Goes on where a run of the same sources was ended.") var resume = false

  func run() throws {
    let root = URL(fileURLWithPath: root).standardizedFileURL
    let package = ScratchPackage(
      root: root, folder: URL(fileURLWithPath: scratch, relativeTo: root).standardizedFileURL)
    let wanted = only.map { Set($0.split(separator: ",").compactMap { Int($0) }) }
    let mutants = try package.write().filter {
      (file == nil || $0.file.contains(file!)) && (wanted == nil || wanted!.contains($0.number))
    }
    if list {
      for mutant in mutants {
        print("\(mutant.number) \(mutant.file):\(mutant.line) \(mutant.change)")
      }
      return
    }
    let hunt = MutantHunt(folder: package.folder, jobs: jobs)
    if !noBuild { try hunt.build() }
    let explained = try Explanations(root.appending(path: "Tools/Mutator/equivalent.yaml"))
    let outcome = try hunt.kill(mutants, resuming: resume)
    try report(mutants, outcome, explained)
  }

  private func report(
    _ mutants: [Mutant], _ outcome: [Int: MutantHunt.Outcome], _ explained: Explanations
  ) throws {
    let report = MutationReport(mutants, outcome, explained)
    // What a part of the mutants leaves out is not explained in vain.
    let stale = file == nil && only == nil ? explained.stale(report.survivors) : []
    print(report.lines(), terminator: "")
    for key in stale { print("explained, but does not survive: \(key)") }
    let place = URL(fileURLWithPath: self.report, relativeTo: URL(fileURLWithPath: root))
    try Data(report.page().utf8).write(to: place)
    print("mutation: the report is \(self.report)")
    if !report.unexplained.isEmpty || !stale.isEmpty { throw ExitCode(1) }
  }
}

/// Why a survivor is no different from the original: `equivalent.yaml`.
struct Explanations {
  private var reasons: [String: String] = [:]

  init(_ place: URL) throws {
    guard let text = try? String(contentsOf: place, encoding: .utf8), !text.isEmpty else { return }
    let groups = try YAMLDecoder().decode([Group].self, from: text)
    for group in groups { for key in group.mutants { reasons[key] = group.why } }
  }

  private struct Group: Decodable {
    var why: String
    var mutants: [String]
  }

  func reason(of mutant: Mutant) -> String? { reasons[mutant.key] }

  func stale(_ survivors: [Mutant]) -> [String] {
    reasons.keys.filter { key in !survivors.contains { $0.key == key } }.sorted()
  }
}
