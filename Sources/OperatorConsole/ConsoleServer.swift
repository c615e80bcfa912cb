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
  /// Connections at a time.
  package static let connectionsMax = 128
  /// Further connections, each heard for a moment and for a stop only.
  package static let stopConnectionsMax = 16

  /// How long a client is waited for.
  package struct Patience: Sendable {
    /// For the head of a request, and as long again for its body, however it drips.
    package var request = TimeAmount.seconds(30)
    /// For everything on a connection beyond the limit.
    package var stop = TimeAmount.seconds(2)
    package init() {}
  }

  let loop: BenchLoop
  let rules: AccessRules
  let page: PageFiles
  package let feed = StateFeed()
  let sessions = Sessions()
  let access: AccessCheck
  let rates = RequestRates()
  let connections: ConnectionLimit
  let patience: Patience
  let now: @Sendable () -> UInt64

  /// - Parameters:
  ///   - pageFolder: serves the page from there instead of the embedded one, for work on it.
  public init(_ loop: BenchLoop, rules: AccessRules, pageFolder: String? = nil) {
    self.init(
      loop, rules: rules, pageFolder: pageFolder, patience: Patience(),
      now: { MonotonicTime.nanoseconds() })
  }

  /// - Parameter now: monotonic, ns; limits rates, and tells how old a view is.
  package init(
    _ loop: BenchLoop, rules: AccessRules, pageFolder: String? = nil, patience: Patience,
    now: @escaping @Sendable () -> UInt64
  ) {
    self.loop = loop
    self.rules = rules
    page = PageFiles(folder: pageFolder)
    access = AccessCheck(rules: rules, now: now)
    connections = ConnectionLimit(
      Self.connectionsMax, stopsMax: Self.stopConnectionsMax, stopPatience: patience.stop)
    self.patience = patience
    self.now = now
  }

  /// TLS 1.2 or later with this certificate.
  /// - Parameters: chain and key, PEM files.
  /// - Throws: when one cannot be read.
  public static func tls(certificate: String, key: String) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
    tls.minimumTLSVersion = .tlsv12
    return tls
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
    // A client that sends no head within the time is let go; the doorkeeper sees to the body.
    let http = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionLimit.Place(of: connections)],
      idleTimeout: patience.request,
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
    router.add(
      middleware: Doorkeeper(
        access: access, sessions: sessions, connections: connections, patience: patience.request,
        rates: rates, now: now))
    addReading(router)
    addOperating(router)
    router.get("/") { request, context in try home(request, context) }
    refuseOtherMethods(router)
    router.get("/:file") { request, context in
      guard let name = context.parameters.get("file"), let file = page.file(name) else {
        throw HTTPError(.notFound)
      }
      return Self.response(file)
    }
    return router
  }

  /// A path that is known answers to every method, if only to say which it takes.
  private func refuseOtherMethods(_ router: Router<ConsoleContext>) {
    let taken = Dictionary(grouping: router.routes, by: { "\($0.path)" }).mapValues { routes in
      routes.map(\.method)
    }
    let all: [HTTPRequest.Method] =
      [.get, .head, .post, .put, .delete, .patch, .options, .trace]
      + ["CONNECT", "QUERY"].compactMap { HTTPRequest.Method($0) }
    for (path, methods) in taken {
      let allowed = methods.map(\.rawValue).sorted().joined(separator: ", ")
      for method in all where !methods.contains(method) {
        router.on(RouterPath(path), method: method) { _, _ in
          var response = Refusal(
            .notAllowed, "console.method", "\(method.rawValue) is not taken here",
            remedy: "ask with \(allowed)"
          ).response
          response.headers[.allow] = allowed
          return response
        }
      }
    }
  }

  private func home(_ request: Request, _ context: ConsoleContext) throws -> Response {
    if let given = request.uri.queryParameters.get("token") {
      guard try access.opens(given, from: context.address) else {
        throw Refusal(
          .unauthenticated, "console.token", "this is not the access token",
          remedy: "open the address that the console printed")
      }
      // Away from the address bar, into a cookie that no script can read.
      var response = Response(status: .seeOther, headers: [.location: "/"])
      // Who has a session keeps it, and with it their role: another tab may hold control.
      let token = context.token ?? begin(.observer, context).token
      setCookie(token, on: &response)
      return response
    }
    guard let file = page.file("") else { throw HTTPError(.notFound) }
    return Self.response(file)
  }

  func begin(_ role: Caller.Role, _ context: ConsoleContext) -> (token: String, caller: Caller) {
    sessions.begin(role, token: context.token, keeping: loop.view.lease.holder?.id)
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
