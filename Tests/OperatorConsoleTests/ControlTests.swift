import Foundation
import HTTPTypes
import OperatorConsole
import Quantities
import Testing

/// Who may operate.
struct ControlTests {
  static let commands = [
    "commands/connect", "commands/self-test", "commands/begin-search", "commands/finish-search",
    "commands/arm", "commands/disarm", "commands/enable", "commands/release", "rig/stop-handle",
  ]

  @Test(arguments: commands)
  func nobodyOperatesWithoutControl(path: String) async throws {
    let console = try TestedConsole()
    #expect(try await console.post(path).status == 401)
    try await console.begin("observer")
    #expect(try await console.post(path).status == 403)
    try await console.begin("operator")
    let answer = try await console.post(path)
    #expect(answer.status == 409)
    #expect(answer.reasons == ["console.control"])
  }

  @Test func observersDoNotGetControl() async throws {
    let console = try TestedConsole()
    try await console.begin("observer")
    let answer = try await console.post("control")
    #expect(answer.status == 403)
    #expect(answer.reasons == ["console.role"])
  }

  @Test func oneOperatorAtATime() async throws {
    let console = try TestedConsole()
    try await console.takeControl()
    let first = console.cookie
    try await console.begin("operator")
    #expect(try await console.post("control").reasons == ["console.control"])
    #expect(try await console.ask(.put, "/api/v1/control").status == 409)
    #expect(try await console.ask(.delete, "/api/v1/control").status == 409)
    let second = console.cookie
    console.cookie = first
    #expect(try await console.ask(.delete, "/api/v1/control").status == 200)
    console.cookie = second
    #expect(try await console.post("control").status == 200)
  }

  /// Two tabs share the cookie; the one that hangs must fall silent, whatever the other does.
  @Test func ofTwoPagesOfASessionOneHasControl() async throws {
    let console = try TestedConsole()
    try await console.takeControl()
    console.page = "the-other-page"
    let taken = try await console.post("control")
    #expect(taken.status == 409)
    #expect(taken.json["title"] as? String == "another page of session 1 has control")
    #expect(try await console.ask(.put, "/api/v1/control").reasons == ["console.control"])
    #expect(try await console.ask(.delete, "/api/v1/control").status == 409)
    #expect(try await console.post("commands/connect").status == 409)
    try await console.pass(0.9)
    let early: Bool? = try await console.value("control", "held")
    #expect(early == true)
    // The beats of the other page do not speak for the one that holds.
    try await console.pass(0.3)
    let late: Bool? = try await console.value("control", "held")
    #expect(late == false)
    #expect(try await console.post("control").status == 200)
  }

  @Test(arguments: [nil, "short", "with a space in it", String(repeating: "x", count: 65)])
  func whoOperatesNamesTheirPage(page: String?) async throws {
    let console = try TestedConsole()
    try await console.begin("operator")
    var headers = ["X-Peakgate": "test"]
    headers["X-Peakgate-Page"] = page
    for (method, path) in [
      (HTTPRequest.Method.post, "control"), (.put, "control"), (.post, "commands/connect"),
    ] {
      let answer = try await console.ask(method, "/api/v1/\(path)", headers: headers)
      #expect(answer.status == 400)
      #expect(answer.reasons == ["console.page"])
    }
    #expect(try await console.ask(.post, "/api/v1/stop", headers: headers).status == 200)
  }

  @Test func theHolderKeepsTheirSessionHoweverManyBegin() async throws {
    let console = try TestedConsole()
    try await console.begin("operator")
    let idle = console.cookie
    try await console.takeControl()
    let holder = console.cookie
    for _ in 0..<300 { try await console.begin("observer") }
    console.cookie = holder
    #expect(try await console.ask(.put, "/api/v1/control").status == 200)
    console.cookie = idle
    #expect(try await console.post("control").status == 401)
  }

  @Test func controlLapsesAfterASecondOfSilenceAndNotBefore() throws {
    var lease = ControlLease()
    let person = Caller(id: "a", role: .operator)
    let start = HostInstant(nanoseconds: 5)
    #expect(lease.take(person, at: start) == nil)
    #expect(!lease.hasLapsed(at: start + .seconds(1)))
    #expect(lease.hasLapsed(at: start + .seconds(1) + Nanoseconds(1)))
    #expect(lease.keep(person, at: start + .milliseconds(900)) == nil)
    #expect(!lease.hasLapsed(at: start + .milliseconds(1_900)))
  }

  @Test func aStopIsTakenInEveryState() async throws {
    let console = try TestedConsole()
    for prepare in [0, 1, 2] {
      if prepare == 1 { try await console.takeControl() }
      if prepare == 2 { try await console.begin("observer") }
      #expect(try await console.ask(.post, "/api/v1/stop", "not JSON", headers: [:]).status == 200)
      let active: Bool? = try await console.value("stop", "active")
      #expect(active == true)
    }
    let long = #"{"by": ""# + String(repeating: "a", count: 5_000) + #""}"#
    #expect(try await console.ask(.post, "/api/v1/stop", long, headers: [:]).status == 200)
  }

  @Test func whoPressesAStopIsNamedAsTheySay() async throws {
    let console = try TestedConsole()
    try await console.takeControl()
    try await console.post("stop", #"{"by": "page, key"}"#)
    let by: String? = try await console.value("stop", "by")
    #expect(by == "session 1, page, key")
  }

  @Test func aStopPressedOverAndOverIsOneStopAndDrownsNothing() async throws {
    let console = try TestedConsole()
    try await console.takeControl()
    for _ in 0..<600 { try await console.post("stop", #"{"by": "x"}"#) }
    let entries = console.loop.view.log.entries.map(\.text)
    #expect(entries.filter { $0.contains("STOP") }.count == 1)
    #expect(!entries.contains { $0.hasSuffix(": stop") })
    #expect(entries.contains("session 1: take control"))
    let id: String? = try await console.value("stop", "id")
    #expect(id == "stop-1")
    let metrics = try await console.ask(.get, "/metrics").text
    #expect(metrics.contains("peakgate_stop_presses_total 1200\n"), "each press, and each name")
  }

  @Test func refusalsOverAndOverDrownNothing() async throws {
    let console = try TestedConsole()
    try await console.takeControl()
    for _ in 0..<600 { try await console.post("commands/arm") }
    let entries = console.loop.view.log.entries.map(\.text)
    #expect(entries.contains("session 1: take control"))
    #expect((20..<60).contains(entries.filter { $0.contains("arm refused") }.count))
  }

  @Test func refusalsOfTheInterlockNameChecksWithRemedies() async throws {
    let console = try TestedConsole()
    try await console.takeControl()
    let arm = try await console.post("commands/arm")
    #expect(arm.status == 409)
    #expect(arm.reasons.first == "interlock.power_up")
    #expect(arm.reasons.contains("link.connected"))
    let advance = try await console.post("commands/advance", #"{"toMM": 5}"#)
    #expect(advance.status == 409)
    #expect(advance.reasons.contains("alignment.dwell"))
    let wrong = try await console.post("commands/acknowledge", #"{"fault": "stream.fresh"}"#)
    #expect(wrong.reasons == ["interlock.power_up"])
    let early = try await console.post("commands/acknowledge", #"{"fault": "interlock.power_up"}"#)
    #expect(early.status == 409)
    #expect(early.reasons.contains("console.self_test"))
  }

  @Test func armingWithoutASearchIsRefusedByTheAlignment() async throws {
    let console = try TestedConsole()
    try await console.makeReady()
    let answer = try await console.post("commands/arm")
    #expect(answer.status == 409)
    #expect(answer.reasons.contains("alignment.bracketed"))
    #expect(try await console.interlock == "locked")
  }
}
