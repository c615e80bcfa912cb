import ArgumentParser
import Foundation
import HardwareSpecs
import InterlockBench
import Quantities
import SafetyInterlock

/// Steps of the interlock per second on one core, and what single kinds of step cost.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Counts the interlock's steps per second on one core.",
    discussion: """
      Every kind of step is taken alone; kinds are taken in turns, so that a loaded machine is \
      unfair to none. For instructions in the place of time, run one kind under callgrind, as \
      Tools/prove --only instructions does.
      """)

  /// A bench in a state in which the step that follows always does the same.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case enabled, locked, searching, faulted, refusedAcknowledge, everythingMissing
  }

  @Option(help: "Steps of each kind in a turn.")
  var steps = 100_000

  @Option(help: "Turns.")
  var turns = 5

  @Option(
    help: "Only this kind, and no time: \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var kind: Kind?

  func run() throws {
    if let kind {
      print("bench: \(steps) steps, \(kind): \(Self.take(kind, steps).enabled) enabled")
      return
    }
    var best = [Kind: Double]()
    for _ in 0..<turns {
      for kind in Kind.allCases {
        best[kind] = min(best[kind] ?? .infinity, Self.take(kind, steps).seconds)
      }
    }
    print("| kind of step | steps per second, best of \(turns) turns of \(steps) |")
    print("| --- | ---: |")
    for kind in Kind.allCases {
      print("| \(kind) | \(Int(Double(steps) / (best[kind] ?? .infinity))) |")
    }
  }

  /// The inputs are made beforehand: only steps are counted, in runs from the same state.
  private static func take(_ kind: Kind, _ steps: Int) -> (seconds: Double, enabled: Int) {
    let (start, inputs) = scene(kind)
    var enabled = 0
    var taken = 0
    let began = ProcessInfo.processInfo.systemUptime
    while taken < steps {
      var interlock = start
      for input in inputs where taken < steps {
        if interlock.step(input).isEnabled { enabled += 1 }
        taken += 1
      }
    }
    return (ProcessInfo.processInfo.systemUptime - began, enabled)
  }

  private static func scene(_ kind: Kind) -> (Interlock, [InterlockInputs]) {
    var bench =
      switch kind {
      case .enabled: Bench.enabled()
      case .locked: Bench.searched()
      case .searching: Bench.locked()
      case .faulted, .refusedAcknowledge, .everythingMissing: Bench.enabled()
      }
    if kind == .searching { bench.step(.beginSearch) }
    if kind == .faulted || kind == .refusedAcknowledge { bench.step { $0.isConnected = false } }
    let start = bench.interlock
    var inputs: [InterlockInputs] = []
    for index in 0..<200 {
      bench.step(
        kind == .refusedAcknowledge && index % 2 == 0 ? .acknowledge : [],
        acknowledging: .powerUp
      ) {
        if kind == .everythingMissing { $0 = InterlockInputs(now: $0.now) }
        inputs.append($0)
      }
    }
    return (start, inputs)
  }
}
