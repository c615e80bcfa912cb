import Foundation
import HTTPTypes
import OperatorConsole
import Quantities
import Scenarios
import Testing

/// The procedure over HTTP alone, and what ends it.
struct CrossingTests {
  @Test func theInterfaceAloneTakesTheNeedleIntoTheVein() async throws {
    let console = try TestedConsole()
    try await console.openGate()
    let distance: Double = try #require(try await console.value("signal", "distanceMM"))
    let advance = try await console.post("commands/advance", "{\"toMM\": \(distance)}")
    #expect(advance.status == 200, "\(advance.text)")
    for _ in 0..<50 where try await console.value("needle", "progress") != "reached" {
      try await console.pass(0.1)
    }
    #expect(console.rig.report.geometry.needleInVein)
    #expect(console.rig.report.unsafeEnables == 0)
    #expect(try await console.post("commands/release").status == 200)
    try await console.pass(0.2)
    #expect(try await console.isDriveOn == false)
  }

  @Test func silenceOfASecondEndsAnAdvance() async throws {
    let console = try TestedConsole()
    try await console.openGate()
    try await console.post("commands/advance", #"{"toMM": 12}"#)
    try await console.pass(0.2)
    #expect(try await console.isDriveOn)
    try await console.pass(0.9, keepingControl: false)
    // Still inside the second that the holder may be silent.
    #expect(try await console.isDriveOn)
    try await console.pass(0.3, keepingControl: false)
    #expect(try await console.isDriveOn == false)
    let held: Bool? = try await console.value("control", "held")
    #expect(held == false)
    #expect(console.rig.report.isEnergised == false)
  }

  @Test func givingControlBackEndsAnAdvanceAtOnce() async throws {
    let console = try TestedConsole()
    try await console.openGate()
    try await console.post("commands/advance", #"{"toMM": 12}"#)
    try await console.pass(0.2)
    #expect(try await console.isDriveOn)
    #expect(try await console.ask(.delete, "/api/v1/control").status == 200)
    console.loop.pass(.milliseconds(50))
    #expect(try await console.isDriveOn == false)
  }

  @Test func aStopFromSomebodyWithoutASessionEndsAnAdvance() async throws {
    let console = try TestedConsole()
    try await console.openGate()
    try await console.post("commands/advance", #"{"toMM": 12}"#)
    try await console.pass(0.2)
    #expect(try await console.isDriveOn)
    let operatorCookie = console.cookie
    console.cookie = nil
    let answer = try await console.ask(.post, "/api/v1/stop", nil, headers: [:])
    #expect(answer.status == 200)
    console.loop.pass(.milliseconds(50))
    #expect(try await console.isDriveOn == false)
    console.cookie = operatorCookie
    // Nothing moves again before the stop is reset, by name.
    #expect(try await console.post("commands/enable").reasons == ["console.stop"])
    #expect(try await console.post("stop/reset", #"{"stop": "stop-9"}"#).status == 409)
    let id: String = try #require(try await console.value("stop", "id"))
    #expect(try await console.post("stop/reset", "{\"stop\": \"\(id)\"}").status == 200)
    #expect(["locked", "faulted"].contains(try await console.interlock))
  }
}
