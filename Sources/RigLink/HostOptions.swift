import ArgumentParser
import BenchWorld
import CLinux
import ControlRuntime
import EmulatedUSB
import HardwareSpecs
import NIOCore
import NIOPosix
import ProbeHAL
import Quantities
import Scenarios

/// Which consoles a process emulates, and how its time passes: for `peakgate emulate`, and for the
/// program that puts them on a mock of usbfs.
public struct HostOptions: ParsableArguments {
  @Option(help: "Consoles to emulate, each on a bench of its own.")
  public var consoles = 1

  @Option(
    help: ArgumentHelp(
      "Serial of the first console; the others count on from its last digits.", valueName: "text"))
  public var serial = BenchAssembly.serial.text

  @Option(
    help: ArgumentHelp(
      "Identify with another hash of the specs, in hexadecimal: such a console is never armed.",
      valueName: "hash"))
  public var specHash: String?

  @Option(
    help: ArgumentHelp("A scenario, for its world and seed.", valueName: "file"),
    completion: .file(extensions: ["yaml"]))
  public var scenario: String?

  @Option(
    help: ArgumentHelp(
      "Serve hands, faults and truth of the rig: tcp:HOST:PORT (0: any free) or unix:PATH.",
      valueName: "address"))
  public var rig: String?

  @Flag(help: "Time passes only as the rig's link says, for tests.")
  public var stepped = false

  public init() {}

  public func validate() throws {
    guard (1...BenchHost.consolesMax).contains(consoles) else {
      throw ValidationError("--consoles must be 1 to \(BenchHost.consolesMax), not \(consoles)")
    }
    guard (1...16).contains(serial.utf8.count),
      serial.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw ValidationError("--serial must be 1 to 16 printable characters, not '\(serial)'")
    }
    if let specHash, hash(specHash) == nil {
      throw ValidationError("--spec-hash must be up to 16 hexadecimal digits, not '\(specHash)'")
    }
    if let rig, RigAddress(rig) == nil {
      throw ValidationError("'\(rig)' is no address; give tcp:HOST:PORT or unix:PATH")
    }
    if stepped, rig == nil {
      throw ValidationError("--stepped needs --rig: nothing else could let time pass")
    }
  }

  private func hash(_ text: String) -> UInt64? {
    UInt64(text.hasPrefix("0x") ? String(text.dropFirst(2)) : text, radix: 16)
  }

  /// The host, not started yet.
  /// - Throws: what is wrong with the scenario.
  public func makeHost() throws -> BenchHost {
    // A real console is not slowed down by what else the host's machine does.
    if !stepped { _ = clinux_favour_thread() }
    var world = WorldParameters()
    var seed = ScenarioRunner.defaultSeed
    if let scenario {
      let read = try Scenario.load(file: scenario, checkIDs: Scenario.knownChecks)
      world = WorldParameters(read.world)
      seed = read.seed ?? seed
    }
    let specHash = specHash.flatMap(hash) ?? SpecHash.value
    return BenchHost(pace: stepped ? .stepped : .real) { now in
      (0..<consoles).map { index in
        HostedConsole(
          world: world, seed: seed &+ UInt64(index),
          serial: SerialNumber(text: Self.serial(serial, plus: index)), specHash: specHash, at: now)
      }
    }
  }

  /// - Returns: nil when no rig is to be served.
  public func serveRig(
    of host: BenchHost, group: any EventLoopGroup
  ) throws -> RigServer? {
    try rig.flatMap(RigAddress.init).map { try RigServer.start(host, at: $0, group: group) }
  }

  /// `PG-SIM-0001` plus 1 is `PG-SIM-0002`; a serial without digits at its end gets some.
  package static func serial(_ first: String, plus count: Int) -> String {
    if count == 0 { return first }
    let digits = String(first.reversed().prefix { $0.isNumber }.reversed())
    let number = String((Int(digits) ?? 0) + count)
    let padding = String(repeating: "0", count: max(0, digits.count - number.count))
    return first.dropLast(digits.count) + padding + number
  }
}
