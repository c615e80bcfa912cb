import ArgumentParser
import Foundation
import HardwareSpecs
import LibUSBTransport
import ProbeHAL
import Quantities
import Scenarios

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List the consoles that can be reached, and what keeps the others away.",
    discussion: """
      A console on USB is ready; or blocked, when this user may not open it; or busy with another \
      program; or of a wrong spec, and then it can never be armed. To find out, each console that \
      is free is asked who it is.

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
    var port_path: String?
    var firmware_hash: String?
    var spec_hash: String?
    var access: String
    var remedy: String?
  }

  func run() throws {
    let devices = [Self.simulated] + Self.usb()
    if json {
      Terminal.write(String(decoding: try ResultsJSON.data(devices), as: UTF8.self), to: 1)
      return
    }
    var rows = [["backend", "serial", "port", "firmware hash", "spec hash", "access"]]
    for device in devices {
      let remedy = device.remedy.map { ": \($0)" } ?? ""
      rows.append([
        device.backend, device.serial ?? "–", device.port_path ?? "–",
        device.firmware_hash ?? "–", device.spec_hash ?? "–", device.access + remedy,
      ])
    }
    Terminal.write(TextTable(rows).text + "\n", to: 1)
  }

  private static var simulated: Device {
    Device(
      backend: "simulated", summary: BackEnds.simulatedSummary, serial: BenchAssembly.serial.text,
      firmware_hash: Hex.text(BenchAssembly.firmwareHash), spec_hash: Hex.text(SpecHash.value),
      access: ConsoleSurvey.Access.ready.name)
  }

  private static func usb() -> [Device] {
    do throws(TransportError) {
      let consoles = ConsoleSurvey.all(try USBLibrary())
      if consoles.isEmpty { return [none(TransportError.noDevice)] }
      return consoles.map { console in
        Device(
          backend: "usb", summary: BackEnds.usbSummary, serial: console.serial,
          port_path: console.portPath, firmware_hash: console.firmwareHash.map(Hex.text),
          spec_hash: console.specHash.map(Hex.text), access: console.access.name,
          remedy: console.access.remedy)
      }
    } catch {
      return [none(error)]
    }
  }

  private static func none(_ error: TransportError) -> Device {
    Device(
      backend: "usb", summary: BackEnds.usbSummary, access: "absent",
      remedy: "\(error.message): \(error.remedy)")
  }
}

/// Hashes as this program prints them: 16 digits.
enum Hex {
  static func text(_ value: UInt64) -> String { String(format: "0x%016llX", value) }
}
