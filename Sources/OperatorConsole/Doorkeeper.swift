import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Lets in what may come in, and puts the page's rules on every answer. A stop is let in from
/// anyone, always, before anything else is asked: whoever forges one has only stopped the needle.
struct Doorkeeper: RouterMiddleware {
  typealias Context = ConsoleContext

  /// Marks a request as one of a page or program of ours: a foreign page cannot set it unasked.
  static let ownHeader = HTTPField.Name("X-Peakgate")!
  /// Names the page or program that asks: random, made when it starts, known to nobody else.
  static let pageHeader = HTTPField.Name("X-Peakgate-Page")!
  static let stopPath = "/api/v1/stop"

  let access: AccessCheck
  let sessions: Sessions
  let connections: ConnectionLimit
  /// For the body of a request, from the end of its head.
  let patience: TimeAmount
  let rates: RequestRates
  let now: @Sendable () -> UInt64

  private var rules: AccessRules { access.rules }

  func handle(
    _ request: Request, context: ConsoleContext,
    next: (Request, ConsoleContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    let channel = context.channel
    context.deadline = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    identify(request, &context)
    var response: Response
    do {
      response = try await admit(request, context, next: next)
    } catch {
      response = Self.answer(to: error)
    }
    Self.putRules(on: &response, isEncrypted: rules.isEncrypted)
    return response
  }

  /// Everything but a stop is read to its end first, even if only to be refused: what is left of a
  /// body would have to be waited for.
  private func admit(
    _ request: Request, _ context: ConsoleContext,
    next: (Request, ConsoleContext) async throws -> Response
  ) async throws -> Response {
    if request.method == .post, request.uri.path == Self.stopPath {
      return try await next(request, context)
    }
    if let length = request.headers[.contentLength].flatMap(Int.init),
      length > ConsoleServer.bodyMax
    {
      throw Self.tooLarge
    }
    var request = request
    request.body = RequestBody(buffer: try await context.read(request))
    try check(request, context)
    return try await next(request, context)
  }

  private func identify(_ request: Request, _ context: inout ConsoleContext) {
    if let field = request.headers[.authorization], field.hasPrefix("Bearer ") {
      context.bearer = String(field.dropFirst(7))
    }
    let cookie = request.cookies[Sessions.cookieName]?.value
    for token in [cookie, context.bearer] where context.caller == nil {
      context.caller = sessions.caller(token)
      if context.caller != nil { context.token = token }
    }
    if let page = request.headers[Self.pageHeader], Self.isPage(page) {
      context.caller?.page = page
    }
  }

  /// 8 to 64 letters, digits, `-` and `_`.
  private static func isPage(_ text: String) -> Bool {
    (8...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        switch UnicodeScalar($0) {
        case "0"..."9", "a"..."z", "A"..."Z", "-", "_": true
        default: false
        }
      }
  }

  private static func answer(to error: any Error) -> Response {
    if let refusal = error as? Refusal {
      var response = refusal.response
      // Its rest is not waited for.
      if refusal.kind == .tooLarge { response.headers[.connection] = "close" }
      return response
    }
    if let error = error as? HTTPError {
      switch error.status {
      case .notFound:
        return Refusal(
          .notFound, "console.path", "there is no such thing here", remedy: "see /openapi.yaml"
        ).response
      case .contentTooLarge: return tooLarge.response
      default: return Response(status: error.status)
      }
    }
    return Refusal(
      .malformed, "console.request", "the request cannot be read", remedy: "see /openapi.yaml"
    ).response
  }

  static var tooLarge: Refusal {
    Refusal(
      .tooLarge, "console.body", "the body has more than \(ConsoleServer.bodyMax) bytes",
      remedy: "send less: commands are short")
  }

  private func check(_ request: Request, _ context: ConsoleContext) throws(Refusal) {
    if connections.isBeyond(context.channel) {
      var refusal = Refusal(
        .unavailable, "console.connections",
        "\(connections.connectionsMax) connections are open, as many as are served",
        remedy: "close another one; a stop is taken all the same")
      refusal.retryAfterS = 1
      throw refusal
    }
    try checkRate(request, context)
    let host = request.head.authority ?? ""
    guard rules.knows(host: host) else {
      throw Refusal(
        .forbidden, "console.host", "this console is not known as '\(host)'",
        remedy: "use the address that it prints, or name this one with --allow-host")
    }
    if let origin = request.headers[.origin], !rules.isOwn(origin: origin, host: host) {
      throw Refusal(
        .forbidden, "console.origin", "requests of pages of '\(origin)' are not taken",
        remedy: "use this console's own page")
    }
    if Self.isAsking(request), request.headers[Self.ownHeader] == nil {
      throw Refusal(
        .forbidden, "console.own_header", "the header X-Peakgate is missing",
        remedy: "send X-Peakgate: console")
    }
    try checkToken(request, context)
  }

  private func checkToken(_ request: Request, _ context: ConsoleContext) throws(Refusal) {
    let path = request.uri.path
    guard path.hasPrefix("/api/") || path == "/metrics", path != "/api/v1/session",
      rules.accessToken != nil, context.caller == nil
    else { return }
    guard try access.opens(context.bearer, from: context.address) else {
      throw Refusal(
        .unauthenticated, "console.token", "this console wants an access token",
        remedy: "open the address with ?token=… that it printed, or send it as a bearer token")
    }
  }

  private func checkRate(_ request: Request, _ context: ConsoleContext) throws(Refusal) {
    guard !Self.isGivingUp(request.method, request.uri.path) else { return }
    let rate = Self.isAsking(request) ? rates.asking : rates.reading
    guard !rate.admit(context.address, at: now()) else { return }
    var refusal = Refusal(
      .tooMany, "console.rate", "too many requests of this address",
      remedy: "ask no more than \(Int(rate.perSecond)) times a second")
    refusal.retryAfterS = rate.retryAfterS
    throw refusal
  }

  private static func isAsking(_ request: Request) -> Bool {
    request.method != .get && request.method != .head
  }

  /// What only ends things is never held up.
  private static func isGivingUp(_ method: HTTPRequest.Method, _ path: String) -> Bool {
    path == "/api/v1/commands/release" || path == "/api/v1/commands/disarm"
      || (method == .delete && path == "/api/v1/control")
  }

  private static func putRules(on response: inout Response, isEncrypted: Bool) {
    response.headers[HTTPField.Name("Content-Security-Policy")!] =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
      + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    response.headers[HTTPField.Name("X-Content-Type-Options")!] = "nosniff"
    response.headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
    response.headers[HTTPField.Name("Cross-Origin-Opener-Policy")!] = "same-origin"
    response.headers[HTTPField.Name("Cross-Origin-Resource-Policy")!] = "same-origin"
    if isEncrypted {
      response.headers[HTTPField.Name("Strict-Transport-Security")!] = "max-age=31536000"
    }
  }
}

/// Which names this console answers to, and what opens it.
public struct AccessRules: Sendable {
  /// Names beyond addresses and `localhost`; a name that is not known may be a foreign site's that
  /// was made to lead here.
  public var hosts: Set<String>
  /// nil on loopback, where no token is wanted.
  public var accessToken: String?
  public var isEncrypted: Bool

  public init(hosts: Set<String> = [], accessToken: String? = nil, isEncrypted: Bool = false) {
    self.hosts = hosts
    self.accessToken = accessToken
    self.isEncrypted = isEncrypted
  }

  /// An access token that nobody can guess.
  public static func makeToken() -> String { Sessions.token() }

  package func knows(host authority: String) -> Bool {
    let name = Self.name(authority)
    if name == "localhost" || hosts.contains(name) { return true }
    let bare = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name
    return (try? SocketAddress(ipAddress: bare, port: 0)) != nil
  }

  func isOwn(origin: String, host: String) -> Bool {
    origin == "\(isEncrypted ? "https" : "http")://\(host)"
  }

  func opens(_ token: String?) -> Bool {
    guard let token, let accessToken else { return false }
    return Sessions.match(token, accessToken)
  }

  private static func name(_ authority: String) -> String {
    guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else {
      return authority.lowercased()
    }
    return authority[..<colon].lowercased()
  }
}
