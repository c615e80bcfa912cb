import ArgumentParser
import Foundation
import Scenarios

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what this machine lacks for real-time and USB work, each with its remedy.",
    discussion: """
      'lack' means that something is missing that a bench with a real console needs, 'warn' that \
      it works less well. The simulated bench needs only what is marked with *.

      Examples:
        peakgate doctor
        peakgate doctor --json

      Exit codes: 0 nothing essential (*) is lacking, 1 something is, 4 usage.
      """)

  @Flag(help: "Print JSON: a list of objects.")
  var json = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let findings = MachineFindings.realTime + MachineFindings.usb + MachineFindings.storage
    if json {
      Terminal.write(String(decoding: try ResultsJSON.data(findings), as: UTF8.self), to: 1)
    } else {
      Terminal.write(text(findings), to: 1)
    }
    if findings.contains(where: { $0.essential && $0.status == .lack }) {
      throw CommandEnd(.failed)
    }
  }

  private func text(_ findings: [Finding]) -> String {
    let palette = Palette(isOn: Terminal.hasColour(1))
    var text = ""
    for finding in findings {
      let status = finding.status.rawValue.padded(to: 5)
      let mark = finding.essential ? "*" : " "
      text += palette.paint(status, finding.status.colour)
      text += "\(mark) \(finding.what.padded(to: 20)) \(finding.found)\n"
      if let remedy = finding.remedy { text += "        → \(remedy)\n" }
    }
    let lacks = findings.count { $0.status == .lack }
    let warnings = findings.count { $0.status == .warn }
    return text + "\n\(findings.count) checks, \(lacks) lacking, \(warnings) with a warning\n"
  }
}

/// One thing that a bench wants of its machine.
struct Finding: Encodable {
  enum Status: String, Encodable {
    case ok, warn, lack

    var colour: Palette.Colour {
      switch self {
      case .ok: .good
      case .warn: .warning
      case .lack: .bad
      }
    }
  }

  var what: String
  var status: Status
  var found: String
  /// Present unless all is well.
  var remedy: String?
  /// The simulated bench needs it too.
  var essential = false

  init(_ what: String, _ found: String) {
    self.what = what
    self.found = found
    status = .ok
  }

  init(_ what: String, _ status: Status, _ found: String, remedy: String) {
    self.what = what
    self.status = status
    self.found = found
    self.remedy = remedy
  }

  var asEssential: Finding {
    var finding = self
    finding.essential = true
    return finding
  }
}
