import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What a request carries along: the connection that it came by, and who asks.
struct ConsoleContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel
  /// nil for somebody without a session.
  var caller: Caller?
  /// Token of the session, if the request brought one that is known.
  var token: String?
  /// The bearer token that came, known or not.
  var bearer: String?
  /// Closes the connection of a request that takes too long over its body.
  var deadline: Scheduled<Void>?

  /// Bodies are short commands.
  var maxUploadSize: Int { ConsoleServer.bodyMax }

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// Address of the other end, without the port.
  var address: String { channel.remoteAddress?.ipAddress ?? "local" }

  /// Reads the whole body; with its end the deadline is met.
  /// - Throws: when it is too long, or breaks off. The deadline stays: what is left of the body is
  ///   not waited for any longer than that.
  func read(_ request: Request) async throws(Refusal) -> ByteBuffer {
    let buffer: ByteBuffer
    do { buffer = try await request.body.collect(upTo: ConsoleServer.bodyMax) } catch {
      throw Doorkeeper.tooLarge
    }
    deadline?.cancel()
    return buffer
  }
}

extension Refusal {
  var status: HTTPResponse.Status {
    switch kind {
    case .malformed: .badRequest
    case .unauthenticated: .unauthorized
    case .forbidden: .forbidden
    case .notFound: .notFound
    case .notAllowed: .methodNotAllowed
    case .conflict: .conflict
    case .tooLarge: .contentTooLarge
    case .tooMany: .tooManyRequests
    case .unavailable: .serviceUnavailable
    }
  }

  /// The refusal as an answer.
  var response: Response {
    var response = Response.json(self, status: status)
    if let retryAfterS { response.headers[.retryAfter] = "\(retryAfterS)" }
    return response
  }
}

extension Response {
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(value)) ?? Data("{}".utf8)
    return .text(String(decoding: data, as: UTF8.self), "application/json", status: status)
  }

  static func text(
    _ text: String, _ type: String, status: HTTPResponse.Status = .ok
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
