import Foundation

/// What became of the mutants: in a few lines for the terminal, as a page for the results.
struct MutationReport {
  let mutants: [Mutant]
  let survivors: [Mutant]
  let unexplained: [Mutant]
  private let outcome: [Int: MutantHunt.Outcome]
  private let explained: Explanations

  init(
    _ mutants: [Mutant], _ outcome: [Int: MutantHunt.Outcome], _ explained: Explanations
  ) {
    self.mutants = mutants
    self.outcome = outcome
    self.explained = explained
    survivors = mutants.filter { outcome[$0.number] == .survived }
    unexplained = survivors.filter { explained.reason(of: $0) == nil }
  }

  /// The survivors that nobody explained, a table by operator, and the sum.
  func lines() -> String {
    var text = ""
    for mutant in unexplained {
      text += "\(mutant.file):\(mutant.line):\(mutant.column): survives: \(mutant.change)\n"
      text += "    - \(mutant.code)\n    key: \(mutant.key)\n"
    }
    return text + table() + "\n" + sum()
  }

  func page() -> String {
    var text = "# Mutants of the interlock\n\n\(table())\n\(sum())"
    for (title, list) in [
      ("Survivors without a reason", unexplained),
      ("No different for any input", survivors.filter { explained.reason(of: $0) != nil }),
    ] where !list.isEmpty {
      text += "\n## \(title)\n\n"
      for mutant in list {
        text += "- \(mutant.file):\(mutant.line): `\(mutant.code)`: \(mutant.change)"
        text += explained.reason(of: mutant).map { ". \($0)\n" } ?? "\n"
      }
    }
    return text
  }

  private func table() -> String {
    var text = """
      | change | mutants | killed | equivalent | survivors |
      | --- | ---: | ---: | ---: | ---: |

      """
    for kind in Mutant.Operator.allCases {
      let own = mutants.filter { $0.operator == kind }
      let alive = own.filter { outcome[$0.number] == .survived }
      let unknown = alive.filter { explained.reason(of: $0) == nil }
      text +=
        "| \(kind.rawValue) | \(own.count) | \(own.count - alive.count) | "
        + "\(alive.count - unknown.count) | \(unknown.count) |\n"
    }
    return text
  }

  private func sum() -> String {
    func count(_ kind: MutantHunt.Outcome) -> Int { outcome.values.filter { $0 == kind }.count }
    let killed = mutants.count - survivors.count
    let equivalent = survivors.count - unexplained.count
    let share = Double(killed) / Double(max(1, mutants.count - equivalent)) * 100
    return """
      mutants \(mutants.count): killed \(killed) (oracle \(count(.byOracle)), tests \
      \(count(.byTests)), trap or hang \(count(.byTrap))), equivalent \(equivalent), survivors \
      \(unexplained.count)
      killed of those that are not equivalent: \(String(format: "%.2f", share)) %

      """
  }
}
