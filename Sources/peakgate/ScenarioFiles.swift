import Scenarios
import SpecFiles

/// Scenario files as a person names them on the command line.
enum ScenarioFiles {
  /// Reads all of them before anything runs, and reports all that is wrong.
  static func load(_ paths: [String]) throws -> [Scenario] {
    var scenarios: [Scenario] = []
    var errors: [SpecFileError] = []
    for path in paths {
      do throws(SpecFileError) {
        scenarios.append(try Scenario.load(file: path, checkIDs: Scenario.knownChecks))
      } catch {
        errors.append(error)
      }
    }
    guard errors.isEmpty else {
      for error in errors { Terminal.complain("\(error)") }
      throw CommandEnd(.usage)
    }
    return scenarios
  }
}
