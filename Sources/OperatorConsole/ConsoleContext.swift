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

  /// Bodies are short commands.
  var maxUploadSize: Int { ConsoleServer.bodyMax }

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// Address of the other end, without the port.
  var address: String { channel.remoteAddress?.ipAddress ?? "local" }
}

extension Refusal {
  var status: HTTPResponse.Status {
    switch kind {
    case .malformed: .badRequest
    case .unauthenticated: .unauthorized
    case .forbidden: .forbidden
    case .notFound: .notFound
    case .conflict: .conflict
    case .tooLarge: .contentTooLarge
    case .tooMany: .tooManyRequests
    case .unavailable: .serviceUnavailable
    }
  }

  /// The refusal as an answer.
  var response: Response { .json(self, status: status) }
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
