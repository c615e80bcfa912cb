import Foundation
import SwiftOperators
import SwiftParser
import SwiftSyntax

/// The small package that mutants are killed in: the core rewritten, its tests, and the oracle.
struct ScratchPackage {
  let root: URL
  let folder: URL

  struct Failure: Error, CustomStringConvertible { var description: String }

  /// Writes everything anew and returns the mutants, by number.
  func write() throws -> [Mutant] {
    let files = FileManager.default
    for part in ["Sources", "Tests", "Package.swift"] {
      try? files.removeItem(at: folder.appending(path: part))
    }
    try files.createDirectory(
      at: folder.appending(path: "Sources/Killer"), withIntermediateDirectories: true)
    try files.createDirectory(
      at: folder.appending(path: "Tests"), withIntermediateDirectories: true)
    for part in [
      "Sources/Quantities", "Sources/HardwareSpecs", "Sources/SafetyInterlock",
      "Tests/InterlockBench", "Tests/InterlockOracle", "Tests/SafetyInterlockTests",
    ] {
      try files.copyItem(at: root.appending(path: part), to: folder.appending(path: part))
    }
    try Self.manifest.write(
      to: folder.appending(path: "Package.swift"), atomically: true, encoding: .utf8)
    try Self.killer.write(
      to: folder.appending(path: "Sources/Killer/Killer.swift"), atomically: true, encoding: .utf8)
    return try rewriteCore()
  }

  private func rewriteCore() throws -> [Mutant] {
    let core = folder.appending(path: "Sources/SafetyInterlock")
    guard let paths = FileManager.default.enumerator(atPath: core.path) else {
      throw Failure(description: "\(core.path) cannot be read: run this in the project's folder")
    }
    var mutants: [Mutant] = []
    let sources = paths.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
    for name in sources {
      let place = core.appending(path: name)
      let text = try String(contentsOf: place, encoding: .utf8)
      let folded = try OperatorTable.standardOperators.foldAll(Parser.parse(source: text))
      guard let tree = folded.as(SourceFileSyntax.self) else { continue }
      let rewriter = SchemaRewriter(file: name, text: text, tree: tree, from: mutants.count)
      let rewritten = rewriter.rewrite(tree).description
      try rewritten.write(to: place, atomically: true, encoding: .utf8)
      mutants += rewriter.mutants
    }
    try SchemaSupport.text.write(
      to: core.appending(path: "SchemaSupport.swift"), atomically: true, encoding: .utf8)
    return mutants
  }

  private static let manifest = """
    // swift-tools-version: 6.2
    import PackageDescription
    let settings: [SwiftSetting] = [
      .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    ]
    let package = Package(
      name: "mutants",
      targets: [
        .target(name: "Quantities", swiftSettings: settings),
        .target(name: "HardwareSpecs", dependencies: ["Quantities"], swiftSettings: settings),
        .target(
          name: "SafetyInterlock", dependencies: ["Quantities", "HardwareSpecs"],
          swiftSettings: settings),
        .target(
          name: "InterlockBench", dependencies: ["Quantities", "HardwareSpecs", "SafetyInterlock"],
          path: "Tests/InterlockBench", swiftSettings: settings),
        .target(
          name: "InterlockOracle", dependencies: ["Quantities", "HardwareSpecs", "SafetyInterlock"],
          path: "Tests/InterlockOracle", swiftSettings: settings),
        .executableTarget(name: "Killer", dependencies: ["InterlockOracle"]),
        .testTarget(
          name: "SafetyInterlockTests",
          dependencies: [
            "Quantities", "HardwareSpecs", "SafetyInterlock", "InterlockBench", "InterlockOracle",
          ],
          swiftSettings: settings),
      ],
      swiftLanguageModes: [.v6]
    )
    """

  /// Runs sessions against the oracle, short or long ones, until one disagrees: exit code 1.
  private static let killer = """
    import Glibc
    import InterlockOracle

    @main struct Killer {
      static func main() {
        let sessions = CommandLine.arguments.dropFirst().first.flatMap { UInt64($0) } ?? 40
        var tally = DifferentialTally()
        let isLong = CommandLine.arguments.last == "long"
        for length in isLong ? [10_000] : [400] {
          for seed in UInt64(1)...sessions {
            let session = DifferentialSession(seed: seed)
            if session.run(steps: length, tally: &tally) != nil { exit(1) }
          }
        }
      }
    }
    """
}
