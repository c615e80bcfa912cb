import Alignment
import ArgumentParser
import BenchWorld
import ControlRuntime
import Dispatch
import Foundation
import Logging
import NIOSSL
import OperatorConsole
import Quantities
import Scenarios
import Synchronization

struct ConsoleCommandLine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "console",
    abstract: "Operate a bench from a browser or a terminal.",
    discussion: """
      Drives one bench and serves its console: open the address that is printed, or give --tui for \
      this terminal. Anyone may watch and stop; one at a time may operate, and only while heard from: \
      a page that is hidden, closed or silent for a second has let go of everything.

      On this machine only, unless told otherwise. Any other address wants TLS and an access token:
        peakgate console --listen 0.0.0.0:8443 --tls-certificate cert.pem --tls-key key.pem

      Software alone is no safety device: a bench with a real needle needs a hard-wired stop.

      Exit codes: 0 interrupted, as is usual; 3 the address cannot be had; 4 usage.
      """)

  @OptionGroup var console: BackEndOptions

  @Option(help: ArgumentHelp("Where to serve; port 0 takes any free one.", valueName: "host:port"))
  var listen = "127.0.0.1:8080"

  @Flag(help: "Operate in this terminal as well.")
  var tui = false

  @Option(
    help: ArgumentHelp("The access token is the first line of this file.", valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(help: ArgumentHelp("Certificate chain, PEM.", valueName: "file"), completion: .file())
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("Private key, PEM.", valueName: "file"), completion: .file())
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "A name that this console is reached by, besides addresses and localhost; may be given again.",
      valueName: "name"))
  var allowHost: [String] = []

  @Option(
    help: ArgumentHelp("A scenario, for its world and seed.", valueName: "file"),
    completion: .file(extensions: ["yaml"]))
  var scenario: String?

  @Option(
    help: ArgumentHelp("Write a journal of every decision there.", valueName: "file"),
    completion: .file())
  var journal: String?

  @Option(
    help: ArgumentHelp("Serve the page from this folder, for work on it.", valueName: "folder"),
    completion: .directory)
  var page: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let address = try ListenAddress(listen)
    let access = try ConsoleAccess(self, address)
    let (world, seed) = try world()
    let journal: any Journal
    do { journal = try self.journal.map { try FileJournal(path: $0) } ?? CountingJournal() } catch {
      throw CommandEnd(.usage, "--journal \(self.journal ?? ""): cannot be written: \(error)")
    }
    let loop = try console.consoleLoop(
      world: world, seed: seed, journal: journal, recording: self.journal.map { "journal \($0)" })
    let signals = StopSignals()
    let server = ConsoleServer(loop, rules: access.rules, pageFolder: page)
    let failure = Mutex<String?>(nil)
    let log = common.logger("console")
    let isQuiet = tui
    loop.start()
    let serving = Task {
      do {
        try await server.run(
          host: address.host, port: address.port, tls: access.tls, log: log
        ) { port in
          if !isQuiet { access.announce(address.host, port) }
        }
      } catch {
        failure.withLock { $0 = "\(error)" }
      }
      signals.interrupt.set()
      signals.wake()
    }
    if tui {
      TerminalConsole(loop, interrupt: { signals.interrupt.isSet }).run()
    } else {
      signals.waitForInterrupt()
    }
    // The drive goes off first; who still watches sees it.
    loop.stop()
    serving.cancel()
    if let failure = failure.withLock({ $0 }) {
      throw CommandEnd(
        .internalError, "cannot serve at \(listen): \(failure); is the port in use?")
    }
  }

  private func world() throws -> (WorldParameters, UInt64) {
    guard let scenario else { return (WorldParameters(), ScenarioRunner.defaultSeed) }
    guard let read = try ScenarioFiles.load([scenario]).first else {
      throw CommandEnd(.usage, "\(scenario): no scenario in it")
    }
    return (WorldParameters(read.world), read.seed ?? ScenarioRunner.defaultSeed)
  }
}

/// HOST:PORT, [IPv6]:PORT.
struct ListenAddress {
  var host: String
  var port: Int

  init(_ text: String) throws {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { throw CommandEnd(.usage, "--listen \(text): give HOST:PORT, such as 127.0.0.1:8080") }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty else { throw CommandEnd(.usage, "--listen \(text): names no host") }
    self.host = host
    self.port = Int(port)
  }

  /// Nobody but this machine reaches it.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// What a console asks of those who reach it.
struct ConsoleAccess: Sendable {
  var rules: AccessRules
  var tls: TLSConfiguration?

  init(_ command: ConsoleCommandLine, _ address: ListenAddress) throws {
    rules = AccessRules(hosts: Set(command.allowHost.map { $0.lowercased() }))
    if let file = command.tokenFile {
      guard
        let token = try? String(contentsOfFile: file, encoding: .utf8)
          .split(whereSeparator: \.isNewline).first.map(String.init), token.count >= 16
      else {
        throw CommandEnd(.usage, "--token-file \(file): its first line needs 16 characters or more")
      }
      rules.accessToken = token
    }
    switch (command.tlsCertificate, command.tlsKey) {
    case (let certificate?, let key?):
      do {
        tls = try ConsoleServer.tls(certificate: certificate, key: key)
      } catch {
        throw CommandEnd(.usage, "--tls-certificate, --tls-key: cannot be read: \(error)")
      }
      rules.isEncrypted = true
    case (nil, nil): break
    default: throw CommandEnd(.usage, "--tls-certificate and --tls-key belong together; give both")
    }
    guard !address.isLoopback else { return }
    guard tls != nil else {
      throw CommandEnd(
        .usage,
        "--listen \(command.listen) is reached from outside: give --tls-certificate and --tls-key, "
          + "or listen on 127.0.0.1")
    }
    if rules.accessToken == nil { rules.accessToken = AccessRules.makeToken() }
  }

  func announce(_ host: String, _ port: Int) {
    let name = host.contains(":") ? "[\(host)]" : host
    let scheme = tls == nil ? "http" : "https"
    let token = rules.accessToken.map { "?token=\($0)" } ?? ""
    Terminal.write("console: \(scheme)://\(name):\(port)/\(token)\n", to: 1)
    Terminal.write("console: Ctrl-C ends it, with the drive off\n", to: 1)
  }
}
