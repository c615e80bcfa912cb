import ArgumentParser
import Foundation
import LibUSBTransport
import RigLink
import Scenarios

/// Which console a command drives, and the rig around it.
struct BackEndOptions: ParsableArguments {
  @Option(help: "The console: \(BackEnds.names) (serials and ports: peakgate devices).")
  var backend = "simulated"

  @Option(
    help: ArgumentHelp(
      """
      The rig around a console on USB, whose hands and faults a scenario needs: tcp:HOST:PORT or \
      unix:PATH of 'peakgate emulate --rig'; $PEAKGATE_RIG if left out.
      """, valueName: "address"))
  var rig: String?

  @Option(
    help: ArgumentHelp(
      """
      Pulses a second, \(BenchAssembly.pulseRatesHz.lowerBound) to \
      \(BenchAssembly.pulseRatesHz.upperBound): fewer load a slow link, such as USB/IP into an \
      emulated machine, less.
      """, valueName: "Hz"))
  var pulseRate = BenchAssembly.pulseRateHz

  func validate() throws {
    let allowed = BenchAssembly.pulseRatesHz
    guard allowed.contains(pulseRate) else {
      throw ValidationError(
        "--pulse-rate \(pulseRate) Hz is outside \(allowed.lowerBound) to \(allowed.upperBound) Hz")
    }
  }

  /// - Parameter speed: as asked for; nil takes what the back end does best.
  func source(speed: BenchAssembly.Speed?) throws -> BenchSource {
    switch try BackEnds.choice(backend) {
    case .simulated:
      if rig != nil { throw CommandEnd(.usage, "--rig is for --backend usb") }
      return .simulated(speed ?? .max, pulseRateHz: pulseRate)
    case .usb(let address):
      guard speed != .max else {
        throw CommandEnd(.usage, "a console on USB obeys time; use --speed real")
      }
      let bench = try USBBench(address, rig: try rigAddress(), pulseRateHz: pulseRate)
      return BenchSource(name: "usb", speed: .real, jobsMax: 1) {
        try bench.assemble($0, seed: $1, journal: $2)
      }
    }
  }

  private func rigAddress() throws -> RigAddress {
    guard let text = rig ?? ProcessInfo.processInfo.environment["PEAKGATE_RIG"] else {
      throw CommandEnd(
        .usage,
        "a scenario needs a rig that can be driven: name it with --rig or $PEAKGATE_RIG; "
          + "'peakgate emulate --help' shows how to start one")
    }
    guard let address = RigAddress(text) else {
      throw CommandEnd(.usage, "'\(text)' is no rig; give tcp:HOST:PORT or unix:PATH")
    }
    return address
  }
}
