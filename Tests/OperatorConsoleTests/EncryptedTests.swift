import Foundation
import Logging
import OperatorConsole
import Testing

/// The console as other machines reach it: every address, TLS, an access token.
@Suite struct EncryptedTests {
  static let token = "a-token-that-is-long-enough"

  /// Runs `openssl`, and returns what it wrote; its standard input is `input`.
  static func openssl(_ arguments: [String], saying input: String = "") throws -> (
    status: Int32, output: String
  ) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    let (said, written) = (Pipe(), Pipe())
    process.standardInput = said
    process.standardOutput = written
    process.standardError = FileHandle.nullDevice
    try process.run()
    try? said.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? said.fileHandleForWriting.close()
    let output = try written.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// A certificate of its own making, for as long as the test takes.
  static func makeCertificate(in folder: URL) throws -> (certificate: String, key: String) {
    let files = ("\(folder.path())/cert.pem", "\(folder.path())/key.pem")
    let made = try openssl([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
      "-out", files.0, "-keyout", files.1,
    ])
    try #require(made.status == 0, "openssl makes no certificate: \(made.output)")
    return files
  }

  static func ask(_ port: Int, _ version: String, certificate: String, token: String?) throws
    -> String
  {
    let bearer = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    // Its own security level is put down, so that an old version is refused by the console alone.
    return try openssl(
      [
        "s_client", "-connect", "127.0.0.1:\(port)", "-servername", "localhost", "-quiet",
        "-cipher", "DEFAULT@SECLEVEL=0", "-verify_return_error", "-CAfile", certificate,
        "-ign_eof", version,
      ],
      saying: "GET /api/v1/state HTTP/1.1\r\nHost: localhost\r\n\(bearer)Connection: close\r\n\r\n"
    ).output
  }

  @Test func theConsoleSpeaksTLSWithATokenAtEveryAddress() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (certificate, key) = try Self.makeCertificate(in: folder)
    let console = try TestedConsole(rules: AccessRules(accessToken: Self.token, isEncrypted: true))
    let server = console.server
    let tls = try ConsoleServer.tls(certificate: certificate, key: key)
    let (ports, port) = AsyncStream<Int>.makeStream()
    let serving = Task {
      try await server.run(
        host: "0.0.0.0", port: 0, tls: tls, log: Logger(label: "test")
      ) { port.yield($0) }
    }
    defer { serving.cancel() }
    let listening = try #require(await ports.first { _ in true })
    let answers = try await ConnectionTests.aside {
      try ["-tls1_2", "-tls1_3"].map {
        try Self.ask(listening, $0, certificate: certificate, token: Self.token)
      } + [
        Self.ask(listening, "-tls1_3", certificate: certificate, token: nil),
        Self.ask(listening, "-tls1_1", certificate: certificate, token: Self.token),
      ]
    }
    for answer in answers.prefix(2) {
      #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
      #expect(answer.lowercased().contains("strict-transport-security: max-age="))
      #expect(answer.contains("\"sequence\":"))
    }
    #expect(answers[2].hasPrefix("HTTP/1.1 401"), "\(answers[2])")
    #expect(answers[3].isEmpty, "\(answers[3])")
    // In the clear nothing is said there.
    let clear = try await ConnectionTests.aside {
      try ConnectionTests.Caller(port: listening).ask(ConnectionTests.health)
    }
    #expect(clear?.hasPrefix("HTTP/1.1") != true)
  }
}
