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
