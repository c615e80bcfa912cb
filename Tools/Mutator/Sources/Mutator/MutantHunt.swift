import Foundation
import Synchronization

/// Builds the copy and runs oracle and tests against each mutant, in processes of their own.
struct MutantHunt {
  let folder: URL
  let jobs: Int

  /// Where outcomes are noted as they come, so that a run that was ended can go on: `number TAB outcome`.
  var notes: URL { folder.deletingLastPathComponent().appending(path: "outcomes.txt") }

  enum Outcome: String, Sendable { case byOracle, byTests, byTrap, survived }

  func build() throws {
    let arguments = [
      "swift", "build", "-c", "release", "--build-tests", "--package-path", folder.path,
    ]
    guard run("/usr/bin/env", arguments, mutant: nil, seconds: 3_600) == 0 else {
      throw ScratchPackage.Failure(
        description: "the rewritten core does not build: see swift build in \(folder.path)")
    }
  }

  /// - Parameter resuming: outcomes that are noted already count; the sources must be the same.
  /// - Returns: by number of the mutant.
  func kill(_ all: [Mutant], resuming: Bool) throws -> [Int: Outcome] {
    let isSound = Length.allCases.allSatisfy {
      oracle($0, mutant: nil) == 0 && tests($0, mutant: nil) == 0
    }
    guard isSound else {
      throw ScratchPackage.Failure(
        description:
          "the copy is not built, or fails without any mutant: mend tests or oracle first")
    }
    var known: [Int: Outcome] = [:]
    if resuming, let text = try? String(contentsOf: notes, encoding: .utf8) {
      for line in text.split(separator: "\n") {
        let fields = line.split(separator: "\t")
        if fields.count == 2, let number = Int(fields[0]) {
          known[number] = Outcome(rawValue: String(fields[1]))
        }
      }
    } else {
      try "".write(to: notes, atomically: true, encoding: .utf8)
    }
    let mutants = all.filter { known[$0.number] == nil }
    let file = try FileHandle(forWritingTo: notes)
    try file.seekToEnd()
    let state = Mutex((next: 0, outcome: known))
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while true {
        let index = state.withLock { state in
          state.next += 1
          return state.next - 1
        }
        guard index < mutants.count else { return }
        let outcome = outcome(of: mutants[index])
        state.withLock {
          $0.outcome[mutants[index].number] = outcome
          file.write(Data("\(mutants[index].number)\t\(outcome.rawValue)\n".utf8))
        }
        if index % 50 == 49 {
          FileHandle.standardError.write(Data("\(index + 1) of \(mutants.count) mutants\n".utf8))
        }
      }
    }
    return state.withLock { $0.outcome }
  }

  /// What is quick comes first: nearly all mutants end there.
  private func outcome(of mutant: Mutant) -> Outcome {
    for (isOracle, notices) in [
      (true, { oracle(.short, mutant: $0) }), (false, { tests(.short, mutant: $0) }),
      (true, { oracle(.long, mutant: $0) }), (false, { tests(.long, mutant: $0) }),
    ] as [(Bool, (Int) -> Int32)] {
      switch notices(mutant.number) {
      case 0: continue
      case 1: return isOracle ? .byOracle : .byTests
      default: return .byTrap
      }
    }
    return .survived
  }

  private enum Length: String, CaseIterable { case short, long }

  private var products: URL { folder.appending(path: ".build/release") }

  private func oracle(_ length: Length, mutant: Int?) -> Int32 {
    run(
      products.appending(path: "Killer").path, ["40", length.rawValue], mutant: mutant)
  }

  /// The random walk is left out: the oracle's slice is a longer one.
  private func tests(_ length: Length, mutant: Int?) -> Int32 {
    let long = [
      "exactlyOneOfAllCombinationsEnables", "heldOnlyAfterASeenRelease", "selfTestExpires",
      "noInterleavingMovesAfterADisarm", "leaseLapsesByItselfWheneverRenewalsStop",
    ]
    let others = ["RandomWalkTests", "coreAndOracleDecideAlike"] + long
    let chosen =
      length == .long
      ? ["--filter", long.joined(separator: "|")] : others.flatMap { ["--skip", $0] }
    return run(
      products.appending(path: "mutantsPackageTests.xctest").path,
      ["--testing-library", "swift-testing"] + chosen, mutant: mutant)
  }

  /// Seconds are of the processor, several times what the sound core needs: nothing but a hang
  /// runs into them, also on a busy machine.
  ///
  /// - Returns: the exit code; above 1 for a signal or when time was up.
  private func run(_ path: String, _ arguments: [String], mutant: Int?, seconds: Int = 30) -> Int32
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "ulimit -t \(seconds); exec \"$@\"", "sh", path] + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = "enable=no"
    environment["MUTANT"] = mutant.map(String.init)
    process.environment = environment
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return 127 }
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : 128
  }
}
