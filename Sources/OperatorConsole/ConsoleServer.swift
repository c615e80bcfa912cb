import ControlRuntime
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// The console's HTTP side: `openapi.yaml`, the page, metrics and health.
///
/// It reads views and posts commands; what it does, or fails to do, never holds the bench up.
public struct ConsoleServer: Sendable {
  /// Longest body that is read, bytes.
  static let bodyMax = 4_096
  /// Connections at a time; further ones are closed at once.
  package static let connectionsMax = 128

  let loop: BenchLoop
  let rules: AccessRules
  let page: PageFiles
  package let feed = StateFeed()
  let sessions = Sessions()
  let rate: RequestRate
  let connections = ConnectionLimit(Self.connectionsMax)
  let now: @Sendable () -> UInt64

  /// - Parameters:
  ///   - pageFolder: serves the page from there instead of the embedded one, for work on it.
  ///   - now: monotonic, ns; limits rates.
  public init(
    _ loop: BenchLoop, rules: AccessRules, pageFolder: String? = nil,
    now: @escaping @Sendable () -> UInt64 = { MonotonicTime.nanoseconds() }
  ) {
    self.loop = loop
    self.rules = rules
    page = PageFiles(folder: pageFolder)
    rate = RequestRate()
    self.now = now
  }

  /// Serves until the task is cancelled.
  /// - Parameter tls: certificate and key; nil serves in the clear.
  /// - Throws: when the address cannot be had.
  public func run(
    host: String, port: Int, tls: TLSConfiguration?, log: Logger,
    whenListening: @escaping @Sendable (Int) -> Void
  ) async throws {
    let application = try application(host: host, port: port, tls: tls, log: log) {
      whenListening($0)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await feed.follow(loop) }
      group.addTask { try await application.run() }
      _ = try await group.next()
      group.cancelAll()
    }
  }

  package func application(
    host: String = "127.0.0.1", port: Int = 0, tls: TLSConfiguration? = nil,
    log: Logger = Logger(label: "peakgate.console"),
    whenListening: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> some ApplicationProtocol {
    // A client that sends nothing, or takes half a minute over a request, is let go.
    let http = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionLimit.Place(of: connections)],
      idleTimeout: .seconds(30),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 8_192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 64))
    let plain = HTTPServerBuilder.http1(configuration: http)
    return Application(
      router: router(), server: try tls.map { try .tls(plain, tlsConfiguration: $0) } ?? plain,
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: nil),
      onServerRunning: { whenListening($0.localAddress?.port ?? port) }, logger: log)
  }

  func router() -> Router<ConsoleContext> {
    let router = Router(context: ConsoleContext.self)
    router.add(middleware: Doorkeeper(rules: rules, sessions: sessions, rate: rate, now: now))
    addReading(router)
    addOperating(router)
    router.get("/") { request, context in try home(request, context) }
    router.get("/:file") { request, context in
      guard let name = context.parameters.get("file"), let file = page.file(name) else {
        throw HTTPError(.notFound)
      }
      return Self.response(file)
    }
    return router
  }

  private func home(_ request: Request, _ context: ConsoleContext) throws -> Response {
    if let given = request.uri.queryParameters.get("token") {
      guard rules.opens(given) else {
        throw Refusal(
          .unauthenticated, "console.token", "this is not the access token",
          remedy: "open the address that the console printed")
      }
      // Away from the address bar, into a cookie that no script can read.
      let session = sessions.begin(.observer, token: context.token)
      var response = Response(status: .seeOther, headers: [.location: "/"])
      setCookie(session.token, on: &response)
      return response
    }
    guard let file = page.file("") else { throw HTTPError(.notFound) }
    return Self.response(file)
  }

  func setCookie(_ token: String, on response: inout Response) {
    response.headers[.setCookie] =
      "\(Sessions.cookieName)=\(token); Path=/; HttpOnly; SameSite=Strict"
      + (rules.isEncrypted ? "; Secure" : "")
  }

  private static func response(_ file: PageFiles.File) -> Response {
    Response(
      status: .ok, headers: [.contentType: file.contentType, .cacheControl: "no-cache"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
  }
}
