import ArgumentParser
import Quantities
import SafetyInterlock

/// Steps of the interlock per second on one core.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Counts the interlock's steps per second on one core.")

  @Option(help: "Steps to take.")
  var steps = 1_000_000

  func run() throws {
    print("bench: \(steps) steps: not measured yet")
  }
}
