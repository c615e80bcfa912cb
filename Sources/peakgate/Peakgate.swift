import ArgumentParser
import Foundation
import Glibc
import Scenarios

/// The command: parses, runs one subcommand, and ends with a code of `ExitStatus`.
@main
struct Peakgate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peakgate",
    abstract: "Bench control for an ultrasound-aligned vessel crossing.",
    discussion: """
      Runs gated crossings on the simulated console, and shows why a gate is shut. Bench and \
      research software: not a medical device, never for use on people.

      Begin with:
        peakgate run HardwareSpecs/scenarios/first-crossing.yaml --speed real
        peakgate doctor

      Exit codes of every command:
      \(ExitStatus.allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n"))
      """,
    version: "peakgate \(ProgramVersion.text)",
    subcommands: [
      RunCommand.self, ConsoleCommandLine.self, TrackCommand.self, CampaignCommand.self,
      FaultsCommand.self,
      DevicesCommand.self, EmulateCommand.self, LinkCommand.self, DoctorCommand.self,
      SpecCommand.self,
      JournalCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let end as CommandEnd {
      if let message = end.message { Terminal.complain(message) }
      Glibc.exit(end.status.rawValue)
    } catch {
      leave(with: error)
    }
  }

  /// Help and version are answers; everything else from the parser is a usage error of one line.
  private static func leave(with error: any Error) -> Never {
    if exitCode(for: error) == .success {
      print(fullMessage(for: error))
      Glibc.exit(ExitStatus.passed.rawValue)
    }
    let isUsage = exitCode(for: error) == .validationFailure
    let lines = message(for: error).split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    var text = lines.filter { !$0.isEmpty }.joined(separator: " ")
    if text.hasSuffix(".") { text.removeLast() }
    Terminal.complain(isUsage ? "\(text); see 'peakgate \(helpTopic)--help'" : text)
    Glibc.exit((isUsage ? ExitStatus.usage : .internalError).rawValue)
  }

  private static var helpTopic: String {
    let known = Set(configuration.subcommands.compactMap { $0.configuration.commandName })
    guard CommandLine.arguments.count > 1, known.contains(CommandLine.arguments[1]) else {
      return ""
    }
    return CommandLine.arguments[1] + " "
  }
}

/// The version of program and public formats.
enum ProgramVersion {
  static let text = "0.1.0"
}

/// Ends the command with a status, and one line to standard error if there is something to say:
/// cause, then remedy.
struct CommandEnd: Error {
  var status: ExitStatus
  var message: String?

  init(_ status: ExitStatus, _ message: String? = nil) {
    self.status = status
    self.message = message
  }
}
