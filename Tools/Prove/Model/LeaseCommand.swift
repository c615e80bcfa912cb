import ArgumentParser

/// The model check of the console's guards.
struct LeaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lease",
    abstract: "Explores every state of the console's lease guard and watchdog.")

  @Flag(help: "Put each seeded defect round the guards, and show which invariant sees it.")
  var seededDefects = false

  func run() throws {
    if seededDefects { return try runSeededDefects() }
    var exploration = Exploration(LeaseModel())
    if let finding = exploration.run() {
      print("lease: violated: \(finding.violation.statement)")
      for (index, round) in finding.trace.enumerated() { print("  \(index + 1). \(round)") }
      throw ExitCode.failure
    }
    print(
      "lease: \(exploration.states) states, \(exploration.openStates) of them with a lease, "
        + "\(exploration.transitions) rounds, depth \(exploration.depth), "
        + "\(LeaseModel.Violation.allCases.count) invariants, 0 violations")
    guard exploration.openStates > 0 else { throw ExitCode.failure }
  }

  private func runSeededDefects() throws {
    print("| invariant | seeded defect | rounds to it |")
    print("| --- | --- | ---: |")
    for defect in LeaseModel.Defect.allCases {
      var model = LeaseModel()
      model.defect = defect
      model.watched = [defect.breaks]
      var exploration = Exploration(model)
      guard let finding = exploration.run(limit: 100_000) else {
        print("lease: \(defect) is not seen by \(defect.breaks)")
        throw ExitCode.failure
      }
      print("| `\(finding.violation)` | `\(defect)` | \(finding.trace.count) |")
    }
    print("\nlease: \(LeaseModel.Defect.allCases.count) seeded defects, each seen by its invariant")
  }
}
