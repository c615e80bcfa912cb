import ControlRuntime
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Quantities

/// What anyone may read.
extension ConsoleServer {
  /// The loop is taken for hung, and not for late, when its newest view is older than this.
  static let hangsAfter = Nanoseconds.seconds(1)

  func addReading(_ router: Router<ConsoleContext>) {
    router.get("/api/v1/state") { _, _ in
      Response.text(StateFeed.encode(view), "application/json")
    }
    router.get("/api/v1/events") { request, context in try events(request, context) }
    router.get("/metrics") { _, _ in
      Response.text(
        Metrics(
          view, observers: feed.readerCount, connectionsRefused: connections.refused
        ).text, Metrics.contentType)
    }
    router.get("/healthz") { _, _ in try health() }
    router.get("/openapi.yaml") { _, _ in
      Response.text(
        String(decoding: PackageResources.openapi_yaml, as: UTF8.self), "application/yaml")
    }
  }

  /// The newest view, as of now.
  private var view: BenchView { loop.view.seen(at: now()) }

  private func health() throws -> Response {
    if let time = view.standsStillFor, time > Self.hangsAfter {
      throw Refusal(
        .unavailable, "console.loop", BenchView.standsStill, remedy: BenchView.standsStillRemedy)
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
    // Also where the answer never gets as far as its body.
    channel.closeFuture.whenComplete { [feed] _ in feed.unsubscribe(reader.id) }
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
