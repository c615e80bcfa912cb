import ControlRuntime
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// What anyone may read.
extension ConsoleServer {
  /// The loop is taken for hung when its newest view is older than this, ns.
  static let viewStaleNS: UInt64 = 1_000_000_000

  func addReading(_ router: Router<ConsoleContext>) {
    router.get("/api/v1/state") { _, _ in
      Response.text(StateFeed.encode(loop.view), "application/json")
    }
    router.get("/api/v1/events") { request, context in try events(request, context) }
    router.get("/metrics") { _, _ in
      Response.text(
        Metrics(
          loop.view, observers: feed.readerCount, connectionsRefused: connections.refused
        ).text, Metrics.contentType)
    }
    router.get("/healthz") { _, _ in try health() }
    router.get("/openapi.yaml") { _, _ in
      Response.text(
        String(decoding: PackageResources.openapi_yaml, as: UTF8.self), "application/yaml")
    }
  }

  private func health() throws -> Response {
    let made = loop.view.madeAtNS
    let now = now()
    guard loop.mode == .stepped || now < made + Self.viewStaleNS else {
      throw Refusal(
        .unavailable, "console.loop", "the bench's loop stands still",
        remedy: "start the console again; use the hard-wired stop meanwhile")
    }
    return Response.json(["status": "ok"])
  }

  private func events(_ request: Request, _ context: ConsoleContext) throws -> Response {
    let channel = context.channel
    let last = request.headers[HTTPField.Name("Last-Event-ID")!]
    guard let reader = feed.subscribe(lastEventID: last, cutOff: { channel.close(promise: nil) })
    else {
      throw Refusal(
        .unavailable, "console.observers", "\(StateFeed.readersMax) observers are connected",
        remedy: "close another one")
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/event-stream", .cacheControl: "no-store",
      ],
      body: ResponseBody { writer in
        // Tells a browser how soon to come back, ms.
        try await writer.write(ByteBuffer(string: "retry: 500\n\n"))
        var pieces = reader.makePieces()
        while let piece = await pieces.next() {
          try await writer.write(ByteBuffer(string: piece))
        }
        try await writer.finish(nil)
      })
  }
}
