import Foundation
import HTTPTypes
import HardwareSpecs
import Hummingbird
import HummingbirdCore
import NIOCore
import Quantities

/// What operators may ask. Each answer comes after the bench has decided; 409 with reasons when it
/// refuses.
extension ConsoleServer {
  /// Bodies of commands; what a command does not need is nil.
  struct Body: Codable, Sendable {
    var role: Caller.Role?
    var token: String?
    var by: String?
    var stop: String?
    var fault: String?
    var toMM: Double?
    var byDeg: Double?
    var speedDegPerS: Double?
    var byMM: Double?
    var speedMMPerS: Double?
    var held: Bool?
    var pressed: Bool?

    static let names = Set(Mirror(reflecting: Body()).children.compactMap(\.label))
  }

  private struct Anything: Decodable { init(from decoder: any Decoder) {} }

  struct Session: Codable, Sendable {
    var id: String
    var role: Caller.Role
    var token: String
  }

  struct Done: Codable, Sendable { var done = true }

  func addOperating(_ router: Router<ConsoleContext>) {
    router.post("/api/v1/session") { request, context in try await begin(request, context) }
    router.post("/api/v1/stop") { request, context in
      // Whatever the body says, or fails to say: a stop is a stop.
      let body = try? await body(of: request)
      let name = String((body?.by ?? "").prefix(40)).filter { !$0.isNewline }
      let by = context.caller.map { "\($0.id)\(name.isEmpty ? "" : ", \(name)")" } ?? name
      return await answer(.stop(by: by.isEmpty ? "somebody at \(context.address)" : by), context)
    }
    router.post("/api/v1/control") { _, context in await answer(.takeControl, context) }
    router.put("/api/v1/control") { _, context in await answer(.keepControl, context) }
    router.delete("/api/v1/control") { _, context in await answer(.giveControl, context) }
    router.post("/api/v1/stop/reset") { request, context in
      let id = try Self.wanted(await body(of: request).stop, "stop", "the id of the stop")
      return await answer(.resetStop(id), context)
    }
    let plain: [(String, ConsoleCommand)] = [
      ("connect", .connect), ("self-test", .selfTest), ("begin-search", .beginSearch),
      ("finish-search", .finishSearch), ("arm", .arm), ("disarm", .disarm), ("enable", .enable),
      ("release", .release),
    ]
    for (name, command) in plain {
      router.post("/api/v1/commands/\(name)") { _, context in await answer(command, context) }
    }
    router.post("/api/v1/commands/acknowledge") { request, context in
      let fault = try Self.wanted(await body(of: request).fault, "fault", "the fault's id")
      return await answer(.acknowledge(fault: fault), context)
    }
    router.post("/api/v1/commands/advance") { request, context in
      await answer(.advance(to: try Self.depth(await body(of: request).toMM)), context)
    }
    router.post("/api/v1/commands/retract") { request, context in
      await answer(.retract(to: try Self.depth(await body(of: request).toMM ?? 0)), context)
    }
    addRig(router)
  }

  private func addRig(_ router: Router<ConsoleContext>) {
    router.post("/api/v1/rig/turn") { request, context in
      let body = try await body(of: request)
      let angle = try Self.number(body.byDeg, "byDeg", within: 3_600)
      let speed = try Self.number(body.speedDegPerS ?? 30, "speedDegPerS", within: 360)
      return await answer(.turn(byDeg: angle, speed: speed), context)
    }
    router.post("/api/v1/rig/move") { request, context in
      let body = try await body(of: request)
      let distance = try Self.number(body.byMM, "byMM", within: 200)
      let speed = try Self.number(body.speedMMPerS ?? 2, "speedMMPerS", within: 100)
      return await answer(.move(byMM: distance, speed: speed), context)
    }
    router.post("/api/v1/rig/stop-handle") { _, context in await answer(.stopHandle, context) }
    router.post("/api/v1/rig/switch") { request, context in
      let isHeld = try Self.wanted(await body(of: request).held, "held", "true or false")
      return await answer(.holdSwitch(isHeld), context)
    }
  }

  private func begin(_ request: Request, _ context: ConsoleContext) async throws -> Response {
    let body = try await body(of: request)
    let role = try Self.wanted(body.role, "role", "observer or operator")
    guard
      rules.accessToken == nil || context.caller != nil || rules.opens(context.token)
        || rules.opens(body.token)
    else {
      throw Refusal(
        .unauthenticated, "console.token", "this console wants an access token",
        remedy: "give the token that it printed as \"token\"")
    }
    let session = sessions.begin(role, token: context.token)
    var response = Response.json(
      Session(id: session.caller.id, role: role, token: session.token), status: .created)
    setCookie(session.token, on: &response)
    return response
  }

  private func answer(_ command: ConsoleCommand, _ context: ConsoleContext) async -> Response {
    var caller = context.caller
    if case .stop = command, caller == nil { caller = Caller(id: context.address, role: .observer) }
    guard let caller else {
      return Refusal(
        .unauthenticated, "console.session", "nobody is known by this request",
        remedy: "begin a session first: POST /api/v1/session"
      ).response
    }
    let refusal = await loop.submit(command, by: caller)
    return refusal?.response ?? Response.json(Done())
  }

  private func body(of request: Request) async throws -> Body {
    let buffer: ByteBuffer
    do { buffer = try await request.body.collect(upTo: Self.bodyMax) } catch {
      throw Doorkeeper.tooLarge
    }
    guard buffer.readableBytes > 0 else { return Body() }
    do {
      let data = Data(buffer.readableBytesView)
      let body = try JSONDecoder().decode(Body.self, from: data)
      // A name that is misspelt must not leave a command with its default.
      let names = try JSONDecoder().decode([String: Anything].self, from: data).keys
      if let name = names.sorted().first(where: { !Body.names.contains($0) }) {
        throw Refusal(
          .malformed, "console.body", "\"\(name.prefix(40))\" is no field of a command",
          remedy: "see /openapi.yaml")
      }
      return body
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(
        .malformed, "console.body", "the body is not the JSON that is wanted here",
        remedy: "see /openapi.yaml")
    }
  }

  private static func wanted<Value>(
    _ value: Value?, _ name: String, _ what: String
  ) throws(Refusal) -> Value {
    if let value { return value }
    throw Refusal(
      .malformed, "console.body", "\"\(name)\" is missing", remedy: "give it: \(what)")
  }

  private static func number(
    _ value: Double?, _ name: String, within limit: Double
  ) throws(Refusal) -> Double {
    let value = try wanted(value, name, "a number")
    guard value.isFinite, abs(value) <= limit else {
      throw Refusal(
        .malformed, "console.body", "\"\(name)\" is out of range",
        remedy: "give −\(limit) to \(limit)")
    }
    return value
  }

  private static func depth(_ value: Double?) throws(Refusal) -> Micrometres {
    let value = try wanted(value, "toMM", "a depth in mm")
    guard value.isFinite, value >= 0, value <= Limits.needleThrow.millimetres else {
      throw Refusal(
        .malformed, "console.body", "\"toMM\" is out of range",
        remedy: "give 0 to \(Limits.needleThrow.millimetres)")
    }
    return Micrometres(Int32((value * 1_000).rounded()))
  }
}
