/// One change to the core, behind its number in the schema.
struct Mutant: Codable, Equatable {
  /// What kind of change it is; the report counts by it.
  enum Operator: String, Codable, CaseIterable {
    case relation, logic, negation, condition, constant, limit
    case extremum = "min and max"
    case statement = "deleted statement"
  }

  var number: Int
  var `operator`: Operator
  var file: String
  var line: Int
  var column: Int
  /// The source line as it stands, without its indentation.
  var code: String
  /// What becomes of what: `>= → >`.
  var change: String

  /// Stable while the line stays as it is, wherever it moves to in its file.
  var key: String { "\(file) | \(code) | \(change) | \(column - indentation)" }
  var indentation = 0
}
