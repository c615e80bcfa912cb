import ArgumentParser
import ControlRuntime
import Foundation
import Logging
import ProbeHAL
import Scenarios

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run scenarios on a console, and judge them.",
    discussion: """
      Runs the scenarios in the order given. All files are read before anything moves. In a \
      terminal the state of the bench is shown as it goes: what the guidance asks for, the peak, \
      and which checks still refuse, each with its value, its limit and what to do about it.

      Examples:
        peakgate run HardwareSpecs/scenarios/first-crossing.yaml --speed real
        peakgate run HardwareSpecs/scenarios/*.yaml --junit out.xml --json out.json
        peakgate run my.yaml --seed 42 --results results/my
        peakgate run my.yaml --backend usb:PG-SIM-0001 --rig tcp:127.0.0.1:5020
        peakgate run my.yaml --quiet --json - | python3 -m json.tool

      Exit codes: 0 all passed, 1 an expectation failed, 2 interrupted (the drive is off and the \
      result is complete), 3 internal error, 4 usage or a bad file, 5 nothing ran, 6 rig unsafe \
      or aborted. The gravest decides.
      """)

  @Argument(help: "Scenario files.", completion: .file(extensions: ["yaml"]))
  var scenarios: [String] = []

  @OptionGroup var console: BackEndOptions

  @Option(
    help: """
      max: simulated time, as fast as this machine can; real: obey time. A simulated console goes \
      at max unless told otherwise, one on USB always at real.
      """)
  var speed: BenchAssembly.Speed?

  @Option(help: "Replaces the seed of every scenario.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Write a JUnit report.", valueName: "file"), completion: .file())
  var junit: String?

  @Option(
    help: ArgumentHelp("Write results as JSON; - is standard output.", valueName: "file"),
    completion: .file())
  var json: String?

  @Option(
    help: ArgumentHelp(
      "Write result.json, junit.xml and a journal of each run there.", valueName: "folder"),
    completion: .directory)
  var results: String?

  @Flag(help: "Show nothing but errors.")
  var quiet = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let log = common.logger("run")
    guard !scenarios.isEmpty else {
      throw CommandEnd(
        .nothingRan, "nothing to run; name a scenario, such as HardwareSpecs/scenarios/*.yaml")
    }
    let loaded = try ScenarioFiles.load(scenarios)
    let source = try console.source(speed: speed)
    log.debug(
      "read \(loaded.count) scenarios, back end \(source.name), speed \(source.speed.rawValue)")
    let outputs = try Outputs(junit: junit, json: json, folder: results)
    let signals = StopSignals()
    // With JSON on standard output, what people read goes to standard error.
    let descriptor: Int32 = outputs.usesStandardOutput ? 2 : 1
    var session = RunSession(
      scenarios: loaded, source: source, seed: seed,
      journals: outputs.folder?.journals(for: loaded), interrupt: signals.interrupt,
      display: quiet
        ? nil : RunDisplay(descriptor: descriptor, speed: source.speed, of: loaded.count),
      log: log)
    session.runAll()
    try outputs.write(session)
    if !quiet {
      let status = session.status
      Terminal.write(
        RunSummary(session, places: outputs.places, colour: Terminal.hasColour(descriptor)).text,
        to: descriptor)
      log.debug("exit \(status.rawValue): \(status.meaning)")
    }
    throw CommandEnd(session.status)
  }
}

extension BenchAssembly.Speed: ExpressibleByArgument {}

/// Where the results of `run` go.
struct Outputs {
  var junit: [OutputFile] = []
  var json: [OutputFile] = []
  var folder: ResultsFolder?

  /// Makes the folder and finds out what cannot be written.
  init(junit: String?, json: String?, folder: String?) throws {
    if junit == "-", json == "-" {
      throw CommandEnd(.usage, "--junit - and --json - both want standard output; give one a file")
    }
    self.junit = junit.map { [OutputFile(path: $0)] } ?? []
    self.json = json.map { [OutputFile(path: $0)] } ?? []
    if let folder {
      let folder = ResultsFolder(path: folder)
      try folder.make()
      self.folder = folder
      self.junit.append(folder.junit)
      self.json.append(folder.json)
    }
    for file in self.junit + self.json { try file.check() }
  }

  var usesStandardOutput: Bool { (junit + json).contains { $0.isStandardOutput } }

  /// For people: where the results lie.
  var places: [String] {
    let files = (junit + json).map(\.path).filter { path in
      path != "-" && !(folder.map { path.hasPrefix($0.path + "/") } ?? false)
    }
    return (folder.map { [$0.path] } ?? []) + files
  }

  func write(_ session: RunSession) throws {
    let report = JUnitReport(session.results, notRun: session.notRun)
    for file in junit { try file.write(report.data) }
    for file in json { try file.write(try ResultsJSON.data(session.results)) }
  }
}
