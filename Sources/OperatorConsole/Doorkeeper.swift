import ControlRuntime
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Lets in what may come in, and puts the page's rules on every answer. A stop is let in from
/// anyone,
/// always: whoever forges one has only stopped the needle.
struct Doorkeeper: RouterMiddleware {
  typealias Context = ConsoleContext

  /// Marks a request as one of a page or program of ours: a foreign page cannot set it unasked.
  static let ownHeader = HTTPField.Name("X-Peakgate")!

  let rules: AccessRules
  let sessions: Sessions
  let rate: RequestRate
  let now: @Sendable () -> UInt64

  func handle(
    _ request: Request, context: ConsoleContext,
    next: (Request, ConsoleContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.token = token(of: request)
    context.caller = sessions.caller(context.token)
    var response: Response
    if let refusal = refusal(of: request, context) {
      response = refusal.response
    } else {
      do { response = try await next(request, context) } catch {
        response = Self.answer(to: error)
      }
    }
    Self.putRules(on: &response, isEncrypted: rules.isEncrypted)
    return response
  }

  private static func answer(to error: any Error) -> Response {
    if let refusal = error as? Refusal { return refusal.response }
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

  private func token(of request: Request) -> String? {
    if let cookie = request.cookies[Sessions.cookieName]?.value { return cookie }
    guard let field = request.headers[.authorization], field.hasPrefix("Bearer ") else {
      return nil
    }
    return String(field.dropFirst(7))
  }

  private func refusal(of request: Request, _ context: ConsoleContext) -> Refusal? {
    let host = request.head.authority ?? ""
    guard rules.knows(host: host) else {
      return Refusal(
        .forbidden, "console.host", "this console is not known as '\(host)'",
        remedy: "use the address that it prints, or name this one with --allow-host")
    }
    let path = request.uri.path
    if let length = request.headers[.contentLength].flatMap(Int.init),
      length > ConsoleServer.bodyMax
    {
      return Self.tooLarge
    }
    if path == "/api/v1/stop" { return nil }
    if let origin = request.headers[.origin], !rules.isOwn(origin: origin, host: host) {
      return Refusal(
        .forbidden, "console.origin", "requests of pages of '\(origin)' are not taken",
        remedy: "use this console's own page")
    }
    let isAsking = request.method != .get && request.method != .head
    if isAsking, request.headers[Self.ownHeader] == nil {
      return Refusal(
        .forbidden, "console.own_header", "the header X-Peakgate is missing",
        remedy: "send X-Peakgate: console")
    }
    if path.hasPrefix("/api/") || path == "/metrics", path != "/api/v1/session",
      rules.accessToken != nil, context.caller == nil, !rules.opens(context.token)
    {
      return Refusal(
        .unauthenticated, "console.token", "this console wants an access token",
        remedy: "open the address with ?token=… that it printed, or send it as a bearer token")
    }
    guard isAsking, !Self.isGivingUp(request.method, path) else { return nil }
    guard rate.admit(context.address, at: now()) else {
      return Refusal(
        .tooMany, "console.rate", "too many requests of this address",
        remedy: "ask no more than \(Int(rate.perSecond)) times a second")
    }
    return nil
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
