import Foundation
import SafetyInterlock

/// A violation as a file: what was violated, with which defect, and the steps from power-up to it.
struct Counterexample: Codable {
  var model: String
  var keepsDwell: Bool
  var defect: Defect?
  var violates: Invariant
  var steps: [Stimulus]
  /// With a defect: so many steps at the beginning are without it.
  var soundSteps = 0

  static func read(_ path: String) throws -> Counterexample {
    try JSONDecoder().decode(Counterexample.self, from: Data(contentsOf: URL(filePath: path)))
  }

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try encoder.encode(self).write(to: url)
  }

  /// Takes the steps again, and says where each leads.
  ///
  /// - Returns: the invariants that the last step violates.
  func replay(_ say: (String) -> Void) -> [Invariant] {
    var state = InterlockState()
    var violated: [Invariant] = []
    for (index, stimulus) in steps.enumerated() {
      let (transition, next) = state.step(
        stimulus, defect: index < soundSteps ? nil : defect, keepsDwell: keepsDwell)
      state = next
      violated = Invariant.allCases.filter { !$0.holds(transition) }
      let denial = transition.decision.report.firstDenial().map { ", denied by \($0.name)" } ?? ""
      say("\(index + 1). \(stimulus) → \(transition.stateAfter.word)\(denial)")
    }
    return violated
  }
}
