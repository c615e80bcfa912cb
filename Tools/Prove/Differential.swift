import ArgumentParser
import Dispatch
import Foundation
import InterlockOracle
import SafetyInterlock
import Synchronization

/// The core against the oracle, step by step on the same inputs.
struct DifferentialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "differential",
    abstract: "Holds the interlock against a second, independent implementation.",
    discussion: """
      Sessions of a simulated operator at a bench where things go wrong, each with a seed of its own.
      Fails on a disagreement, when less than a fifth of the steps were enabled, or when a check was
      never seen to fail alone. A disagreement is shrunk, printed, and replayed with --session.
      """)

  @Option(help: "Steps to take, as 1000000 or 1e8.") var steps = "1e6"
  @Option(help: "Seed of the whole run.") var seed: UInt64 = 1
  @Option(help: "Sessions at a time; by default one a core.") var jobs: Int?
  @Option(help: "Steps of a session.") var sessionSteps = 20_000
  @Option(help: "Runs this one session and no other.") var session: UInt64?
  @Option(help: "With --session: only these steps, as 3,17,18.") var only: String?

  func run() throws {
    if let session { return try replay(session) }
    guard let wanted = Double(steps), wanted >= 1, wanted <= 1e12 else {
      throw ValidationError("--steps takes a number of steps from 1 to 1e12, not '\(steps)'")
    }
    let sessions = Int((wanted / Double(sessionSteps)).rounded(.up))
    let jobs = max(1, jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    let progress = DifferentialProgress(sessions: sessions, shown: isatty(2) == 1)
    print("differential: seed \(seed), \(sessions) sessions of \(sessionSteps) steps, \(jobs) jobs")
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while let index = progress.begin() {
        // The seed of a session tells all of it; the run's seed tells all sessions.
        var stream = SeededStream(seed: seed &+ UInt64(index) &* 0x2545_F491_4F6C_DD1D)
        let session = DifferentialSession(seed: stream.next())
        var tally = DifferentialTally()
        let mismatch = session.run(steps: sessionSteps, tally: &tally)
        progress.end(session, tally, mismatch)
      }
    }
    try report(progress)
  }

  private func report(_ progress: DifferentialProgress) throws {
    let (tally, found) = progress.outcome
    let mismatches = found.isEmpty ? "0 mismatches" : "\(found.count) sessions with a mismatch"
    let share = String(format: "%.1f", tally.enabledShare * 100)
    print("\(tally.steps) steps, \(mismatches), \(share) % enabled, \(tally.faults) faults")
    print("steps in which a check alone did not permit:")
    for id in CheckID.allCases {
      print(
        "  \("\(id.name)".padding(toLength: 26, withPad: " ", startingAt: 0))"
          + " \(tally.alone[Int(id.rawValue)])")
    }
    for (session, mismatch) in found.prefix(3) { show(session, mismatch) }
    guard found.isEmpty else { throw ExitCode(1) }
    guard tally.enabledShare >= 0.20 else {
      print("too little of the run was enabled to prove anything: 20 % are asked for")
      throw ExitCode(1)
    }
    guard tally.steps < 1_000_000 || tally.neverAlone.isEmpty else {
      print("never alone: \(tally.neverAlone.map { "\($0.name)" }.joined(separator: ", "))")
      throw ExitCode(1)
    }
  }

  private func show(_ session: DifferentialSession, _ mismatch: DifferentialSession.Mismatch) {
    let kept = session.shrink(mismatch)
    let inputs = session.record(steps: mismatch.step + 1)
    let list = kept.map(String.init).joined(separator: ",")
    print("\nsession \(session.seed), step \(mismatch.step): \(mismatch.what)")
    if let found = session.replay(kept.map({ inputs[$0] })) { print("shrunk: \(found.what)") }
    print("  Prove differential --session \(session.seed) --only \(list)")
    for step in kept.suffix(12) { print("  \(step): \(inputs[step])") }
  }

  private func replay(_ seed: UInt64) throws {
    let session = DifferentialSession(seed: seed)
    let kept = try only?.split(separator: ",").map { text in
      guard let step = Int(text), step >= 0 else {
        throw ValidationError("--only takes numbers of steps, as 3,17,18; not '\(text)'")
      }
      return step
    }
    let inputs = session.record(steps: kept.map { ($0.max() ?? 0) + 1 } ?? sessionSteps)
    let found = session.replay(kept.map { $0.map { inputs[$0] } } ?? inputs)
    print(found.map { "step \($0.step): \($0.what)" } ?? "no disagreement")
    if found != nil { throw ExitCode(1) }
  }
}

/// Hands out sessions and gathers what they came to. Safe from any thread.
final class DifferentialProgress: Sendable {
  private struct State {
    var next = 0
    var done = 0
    var tally = DifferentialTally()
    var found: [(DifferentialSession, DifferentialSession.Mismatch)] = []
  }

  private let state = Mutex(State())
  private let sessions: Int
  private let isShown: Bool

  init(sessions: Int, shown: Bool) {
    self.sessions = sessions
    isShown = shown
  }

  func begin() -> Int? {
    state.withLock { state in
      guard state.next < sessions, state.found.count < 20 else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  func end(
    _ session: DifferentialSession, _ tally: DifferentialTally,
    _ mismatch: DifferentialSession.Mismatch?
  ) {
    state.withLock { state in
      state.done += 1
      state.tally.add(tally)
      if let mismatch { state.found.append((session, mismatch)) }
      let percent = state.done * 100 / sessions
      guard percent != (state.done - 1) * 100 / sessions, isShown || percent % 10 == 0 else {
        return
      }
      let line = "\(percent) %, \(state.tally.steps) steps, \(state.found.count) mismatches\n"
      FileHandle.standardError.write(Data(line.utf8))
    }
  }

  var outcome: (DifferentialTally, [(DifferentialSession, DifferentialSession.Mismatch)]) {
    state.withLock { ($0.tally, $0.found.sorted { $0.0.seed < $1.0.seed }) }
  }
}
