import Foundation
import HTTPTypes
import OperatorConsole
import Synchronization
import Testing

/// What comes in, and what does not.
struct DoorkeeperTests {
  @Test func onlyKnownNamesAreAnswered() {
    let rules = AccessRules(hosts: ["bench.example"])
    for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "bench.example:443"] {
      #expect(rules.knows(host: host), "\(host)")
    }
    for host in ["", "evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example"] {
      #expect(!rules.knows(host: host), "\(host)")
    }
  }

  @Test func foreignPagesAreRefused() async throws {
    let console = try TestedConsole()
    let foreign = try await console.ask(
      .post, "/api/v1/session", #"{"role": "operator"}"#,
      headers: ["X-Peakgate": "x", "Origin": "http://evil.example"])
    #expect(foreign.status == 403)
    #expect(foreign.reasons == ["console.origin"])
    let unmarked = try await console.ask(
      .post, "/api/v1/session", #"{"role": "operator"}"#, headers: [:])
    #expect(unmarked.reasons == ["console.own_header"])
    let own = try await console.ask(
      .post, "/api/v1/session", #"{"role": "operator"}"#,
      headers: ["X-Peakgate": "x", "Origin": "http://localhost"])
    #expect(own.status == 201)
  }

  @Test func longBodiesAreRefused() async throws {
    let console = try TestedConsole()
    let body = #"{"role": ""# + String(repeating: "a", count: 5_000) + #""}"#
    #expect(try await console.post("session", body).status == 413)
  }

  @Test(arguments: ["", "{", "[]", #"{"role": 1}"#, #"{"role": "king"}"#])
  func malformedBodiesAreRefused(body: String) async throws {
    let console = try TestedConsole()
    let answer = try await console.post("session", body)
    #expect(answer.status == 400)
    #expect(answer.reasons == ["console.body"])
  }

  @Test(arguments: ["-0.1", "12.01", "1e300", "null", #""5""#])
  func depthsOutOfRangeAreRefused(depth: String) async throws {
    let console = try TestedConsole()
    try await console.takeControl()
    #expect(try await console.post("commands/advance", "{\"toMM\": \(depth)}").status == 400)
  }

  @Test func whoAsksTooOftenIsRefusedAndStillStops() async throws {
    let box = ClockBox()
    let console = try TestedConsole(now: { box.time })
    var statuses: [Int] = []
    for _ in 0..<401 { statuses.append(try await console.post("control").status) }
    #expect(statuses.prefix(400).allSatisfy { $0 == 401 })
    #expect(statuses.last == 429)
    #expect(try await console.post("stop").status == 200)
    box.now.withLock { $0 += 1_000_000_000 }
    #expect(try await console.post("control").status == 401)
  }

  @Test func whoLooksTooOftenIsRefusedAndStillOperates() async throws {
    let box = ClockBox()
    let console = try TestedConsole(now: { box.time })
    try await console.takeControl()
    var refused: TestedConsole.Answer?
    for _ in 0..<1_001 { refused = try await console.ask(.get, "/metrics") }
    #expect(refused?.status == 429)
    #expect(refused?.headers[.retryAfter] == "1")
    #expect(try await console.ask(.get, "/api/v1/state").status == 429)
    #expect(try await console.ask(.put, "/api/v1/control").status == 200)
    #expect(try await console.post("stop").status == 200)
    box.now.withLock { $0 += 1_000_000_000 }
    #expect(try await console.ask(.get, "/metrics").status == 200)
  }

  /// Each way to try a token draws on the same few tries.
  @Test func wrongTokensAreFew() async throws {
    let box = ClockBox()
    let console = try TestedConsole(
      rules: AccessRules(accessToken: "0123456789abcdef"), now: { box.time })
    let opened = try await console.ask(.get, "/?token=0123456789abcdef")
    #expect(opened.status == 303)
    func bearer(_ token: String) async throws -> TestedConsole.Answer {
      try await console.ask(
        .get, "/api/v1/state", headers: ["Authorization": "Bearer \(token)"])
    }
    for _ in 0..<4 { #expect(try await bearer("wrong").status == 401) }
    for _ in 0..<3 { #expect(try await console.ask(.get, "/?token=wrong").status == 401) }
    for _ in 0..<3 {
      let body = #"{"role": "operator", "token": "wrong"}"#
      #expect(try await console.post("session", body).status == 401)
    }
    // From here on not even the right one is looked at, or it could be found by trying.
    for token in ["wrong", "0123456789abcdef"] {
      let answer = try await bearer(token)
      #expect(answer.status == 429)
      #expect(answer.reasons == ["console.token"])
      #expect(answer.headers[.retryAfter] == "5")
    }
    #expect(try await console.ask(.get, "/?token=0123456789abcdef").status == 429)
    #expect(try await console.post("stop").status == 200)
    // Who is in stays in.
    console.cookie = try #require(opened.headers[.setCookie])
      .split(whereSeparator: { "=;".contains($0) }).dropFirst().first.map(String.init)
    #expect(try await console.ask(.get, "/api/v1/state").status == 200)
    console.cookie = nil
    box.now.withLock { $0 += 5_000_000_000 }
    #expect(try await bearer("0123456789abcdef").status == 200)
  }

  /// A second tab on the printed address must not take the operator's role from the first.
  @Test func theAddressWithTheTokenLeavesASessionAsItIs() async throws {
    let console = try TestedConsole(rules: AccessRules(accessToken: "0123456789abcdef"))
    let body = #"{"role": "operator", "token": "0123456789abcdef"}"#
    console.cookie = try await console.post("session", body).json["token"] as? String
    #expect(try await console.post("control").status == 200)
    #expect(try await console.ask(.get, "/?token=0123456789abcdef").status == 303)
    #expect(try await console.ask(.put, "/api/v1/control").status == 200)
  }

  @Test(arguments: [
    ("/api/v1/stop", HTTPRequest.Method.get, "POST"), ("/metrics", .post, "GET"),
    ("/api/v1/control", .get, "DELETE, POST, PUT"), ("/api/v1/rig/turn", .trace, "POST"),
    ("/healthz", HTTPRequest.Method("QUERY")!, "GET"),
  ])
  func anotherMethodIsToldWhichAreTaken(path: String, method: HTTPRequest.Method, allowed: String)
    async throws
  {
    let console = try TestedConsole()
    let answer = try await console.ask(method, path)
    #expect(answer.status == 405)
    #expect(answer.headers[.allow] == allowed)
    #expect(answer.reasons == ["console.method"])
  }

  @Test func aTokenOpensWhatIsClosed() async throws {
    let console = try TestedConsole(
      rules: AccessRules(accessToken: "0123456789abcdef", isEncrypted: true))
    #expect(try await console.ask(.get, "/api/v1/state").status == 401)
    #expect(try await console.ask(.get, "/?token=wrong").status == 401)
    let bearer = ["Authorization": "Bearer 0123456789abcdef"]
    #expect(try await console.ask(.get, "/api/v1/state", headers: bearer).status == 200)
    let opened = try await console.ask(.get, "/?token=0123456789abcdef")
    #expect(opened.status == 303)
    let cookie = try #require(opened.headers[.setCookie])
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    #expect(cookie.contains("Secure"))
    #expect(try await console.post("stop").status == 200)
  }

  @Test func everyAnswerCarriesThePolicy() async throws {
    let console = try TestedConsole()
    for path in ["/", "/main.js", "/api/v1/state", "/nothing"] {
      let answer = try await console.ask(.get, path)
      let policy = answer.headers[HTTPField.Name("Content-Security-Policy")!] ?? ""
      #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "\(path)")
    }
  }

  @Test func everyFileOfThePageIsServed() async throws {
    let console = try TestedConsole()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/OperatorConsole/Page")
    let names = try FileManager.default.contentsOfDirectory(atPath: root.path())
    #expect(names.count > 20)
    for name in names {
      let answer = try await console.ask(.get, "/\(name)")
      #expect(answer.status == 200, "\(name): add it to PageFiles")
      #expect(Data(answer.text.utf8) == (try Data(contentsOf: root.appending(path: name))))
    }
  }
}

/// A clock that a test turns.
final class ClockBox: Sendable {
  let now = Mutex<UInt64>(1)

  func set(_ time: UInt64) { now.withLock { $0 = time } }
  var time: UInt64 { now.withLock { $0 } }

  /// Turns it on by so many nanoseconds, and returns the time.
  func pass(_ nanoseconds: UInt64) -> UInt64 {
    now.withLock {
      $0 += nanoseconds
      return $0
    }
  }
}
