import ArgumentParser
import Foundation
import HardwareSpecs
import ProbeHAL
import Quantities
import Scenarios

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List the consoles that can be reached, and what keeps the others away.",
    discussion: """
      Examples:
        peakgate devices
        peakgate devices --json

      Exit codes: 0 always, unless the command is used wrongly (4).
      """)

  @Flag(help: "Print JSON: a list of objects.")
  var json = false

  @OptionGroup var common: CommonOptions

  /// One console, or a back end that offers none.
  struct Device: Encodable {
    var backend: String
    var summary: String
    var serial: String?
    var firmware_hash: String?
    var spec_hash: String?
    var access: String
    var remedy: String?
  }

  func run() throws {
    let devices = BackEnds.all.map(Self.device)
    if json {
      Terminal.write(String(decoding: try ResultsJSON.data(devices), as: UTF8.self), to: 1)
      return
    }
    var rows = [["backend", "serial", "firmware hash", "spec hash", "access"]]
    for device in devices {
      let remedy = device.remedy.map { ": \($0)" } ?? ""
      rows.append([
        device.backend, device.serial ?? "–", device.firmware_hash ?? "–", device.spec_hash ?? "–",
        device.access + remedy,
      ])
    }
    Terminal.write(TextTable(rows).text + "\n", to: 1)
  }

  private static func device(_ backEnd: BackEnd) -> Device {
    let isPresent = backEnd.availability == .present
    return Device(
      backend: backEnd.name, summary: backEnd.summary,
      serial: isPresent ? BenchAssembly.serial.text : nil,
      firmware_hash: isPresent ? Hex.text(BenchAssembly.firmwareHash) : nil,
      spec_hash: isPresent ? Hex.text(SpecHash.value) : nil,
      access: backEnd.availability.name, remedy: backEnd.availability.remedy)
  }
}

/// Hashes as this program prints them: 16 digits.
enum Hex {
  static func text(_ value: UInt64) -> String { String(format: "0x%016llX", value) }
}

extension SerialNumber {
  var text: String {
    String(decoding: (0..<16).map { self[$0] }.prefix { $0 != 0 }, as: UTF8.self)
  }
}
