import ArgumentParser
import Foundation
import SafetyInterlock

/// The model check of the interlock's own step.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Explores every state of the real interlock, breadth first.",
    discussion: """
      Each slice is explored until no step leads to a new state. A violation is printed with a \
      shortest way to it, and written as a file that `Prove replay` runs again.
      """)

  @Flag(help: "Only the slices that take seconds.")
  var quick = false

  @Flag(help: "Put each seeded defect round the interlock, and show which invariant sees it.")
  var seededDefects = false

  @Option(help: "Only the slices of these names.")
  var slice: [String] = []

  @Option(help: "States of a slice at the most; a slice that is cut short fails.")
  var limit = 2_000_000

  @Option(help: "The folder for counterexamples.")
  var results = "results/prove"

  func run() throws {
    if seededDefects { return try runSeededDefects() }
    let named = (Slices.all + Slices.open).filter { slice.contains($0.name) }
    let chosen = slice.isEmpty ? (quick ? Slices.quick : Slices.all) : named
    guard !chosen.isEmpty else {
      throw ValidationError("no such slice; there are \((Slices.all + Slices.open).map(\.name))")
    }
    var states = 0
    print("| slice | stimuli | states | of them enabled | steps taken | depth | s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    try inOrder(chosen) { [limit] slice in
      var exploration = Exploration(slice)
      let began = ProcessInfo.processInfo.systemUptime
      let finding = exploration.run(limit: limit)
      return (exploration, finding, ProcessInfo.processInfo.systemUptime - began)
    } show: { slice, outcome in
      let (exploration, finding, seconds) = outcome
      states += exploration.states
      try show(slice, exploration, finding, seconds)
    }
    print("\nmodel: \(states) states, \(Invariant.allCases.count) invariants, 0 violations")
  }

  private func show(
    _ slice: Slice, _ exploration: Exploration<Slice>, _ finding: Exploration<Slice>.Finding?,
    _ seconds: Double
  ) throws {
    if let finding {
      try report(finding.violation, finding.trace, in: slice)
      throw ExitCode.failure
    }
    print(
      "| \(slice.name) | \(slice.stimuli.count) | \(exploration.states) "
        + "| \(exploration.openStates) | \(exploration.transitions) | \(exploration.depth) "
        + "| \(Int(seconds)) |")
    fflush(nil)
    guard !exploration.isCutShort else {
      print("model: \(slice.name) did not close within \(limit) states")
      throw ExitCode.failure
    }
    guard exploration.openStates > 0 else {
      print("model: \(slice.name) never enables: it proves nothing")
      throw ExitCode.failure
    }
  }

  private func report(_ violated: Invariant, _ trace: [Stimulus], in slice: Slice) throws {
    print("model: \(slice.name): violated: \(violated.statement)")
    let example = Counterexample(
      model: slice.name, keepsDwell: slice.keepsDwell, defect: slice.defect, violates: violated,
      steps: trace)
    _ = example.replay { print("  \($0)") }
    let path = "\(results)/\(slice.name)-\(violated.rawValue).json"
    try example.write(to: path)
    print("model: run it again with: Prove replay '\(path)'")
  }

  private func runSeededDefects() throws {
    var missed: [Invariant] = []
    print("| invariant | seeded defect | seen in slice | steps to it | states before |")
    print("| --- | --- | --- | ---: | ---: |")
    try inOrder(Defect.allCases) { defect in
      var slice = defect.slice
      slice.defect = defect
      slice.invariants = [defect.breaks]
      var exploration = Exploration(slice)
      let finding = exploration.run(limit: 150_000)
      return (slice, exploration.states, finding)
    } show: { defect, outcome in
      let (slice, states, finding) = outcome
      guard let finding else {
        print("model: \(defect) is not seen in \(slice.name), \(states) states")
        missed.append(defect.breaks)
        return
      }
      print(
        "| `\(finding.violation)` | `\(defect)` | \(slice.name) | \(finding.trace.count) "
          + "| \(states) |")
      fflush(nil)
      try replay(finding, of: defect, in: slice)
    }
    let untested = Invariant.allCases.filter { !Defect.allCases.map(\.breaks).contains($0) }
    guard missed.isEmpty, untested.isEmpty else {
      print("model: no seeded defect is seen by \((missed + untested).map(\.rawValue))")
      throw ExitCode.failure
    }
    print("\nmodel: \(Defect.allCases.count) seeded defects, each seen by its invariant")
  }

  private func replay(
    _ finding: Exploration<Slice>.Finding, of defect: Defect, in slice: Slice
  ) throws {
    let example = Counterexample(
      model: slice.name, keepsDwell: slice.keepsDwell, defect: defect,
      violates: finding.violation, steps: finding.trace, soundSteps: finding.rootSteps)
    try example.write(to: "\(results)/defects/\(defect.rawValue).json")
    guard example.replay({ _ in }).contains(finding.violation) else {
      print("model: \(defect): its counterexample does not replay")
      throw ExitCode.failure
    }
  }
}

/// Runs a counterexample again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Runs a counterexample again, and shows every step.",
    discussion: "Exit codes: 0 it violates what the file says, 1 it does not.")

  @Argument(help: "A file that `Prove model` wrote.")
  var file: String

  @Flag(help: "Leave the defect out that the file names.")
  var withoutDefect = false

  func run() throws {
    var example = try Counterexample.read(file)
    if withoutDefect { example.defect = nil }
    let violated = example.replay { print($0) }
    print(
      "violates: \(violated.isEmpty ? "nothing" : violated.map(\.statement).joined(separator: "; "))"
    )
    guard violated.contains(example.violates) else { throw ExitCode.failure }
  }
}

extension InterlockStateMachine.State {
  var word: String {
    switch self {
    case .faulted(let fault): "faulted (\(fault.cause.name))"
    case .locked: "locked"
    case .armed: "armed"
    case .enabled: "ENABLED"
    }
  }
}
