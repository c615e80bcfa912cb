import Alignment
import BenchWorld
import ConsoleEmulator
import ControlRuntime
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import OperatorConsole
import Quantities
import Scenarios
import Testing

/// A console on a simulated bench whose time passes only as a test says, asked over HTTP.
final class TestedConsole {
  let loop: BenchLoop
  let server: ConsoleServer
  let rig: any BenchRig
  /// Cookie of the session that asks; nil asks as nobody.
  var cookie: String?
  /// The page of that session that asks.
  var page = "page-of-a-test"

  /// - Parameters:
  ///   - now: for the limit of rates; left out, so much passes between requests that none is ever
  ///     too many.
  ///   - recording: where the journal is said to be written.
  init(
    rules: AccessRules = AccessRules(), patience: ConsoleServer.Patience = .init(),
    mode: BenchLoop.Mode = .stepped, journal: any Journal = CountingJournal(),
    recording: String? = nil, now: (@Sendable () -> UInt64)? = nil
  ) throws {
    let bench = try BenchAssembly.simulated(
      WorldParameters(), seed: 1, speed: .max, journal: journal)
    rig = bench.rig
    loop = BenchLoop(
      bench.runtime, hands: HandsOfRig(bench.rig), mode: mode, recording: recording)
    let clock = ClockBox()
    server = ConsoleServer(
      loop, rules: rules, patience: patience, now: now ?? { clock.pass(10_000_000) })
  }

  struct Answer {
    var status: Int
    var headers: HTTPFields
    var text: String

    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }
    /// Ids of the reasons of a refusal, each checked to have a remedy.
    var reasons: [String] {
      (json["reasons"] as? [[String: Any]] ?? []).map { reason in
        #expect((reason["remedy"] as? String ?? "").isEmpty == false, "no remedy in \(text)")
        return reason["id"] as? String ?? ""
      }
    }
  }

  func ask(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil,
    headers: [String: String]? = nil
  ) async throws -> Answer {
    var fields = HTTPFields()
    for (name, value) in headers ?? ["X-Peakgate": "test", "X-Peakgate-Page": page] {
      fields[HTTPField.Name(name)!] = value
    }
    if let cookie { fields[.cookie] = "peakgate=\(cookie)" }
    let sent = fields
    return try await server.application().test(.router) { client in
      try await client.execute(
        uri: path, method: method, headers: sent, body: body.map { ByteBuffer(string: $0) }
      ) { response in
        Answer(
          status: response.status.code, headers: response.headers,
          text: String(buffer: response.body))
      }
    }
  }

  @discardableResult
  func post(_ path: String, _ body: String? = nil) async throws -> Answer {
    try await ask(.post, "/api/v1/\(path)", body)
  }

  func state() async throws -> [String: Any] { try await ask(.get, "/api/v1/state").json }

  /// Begins a session; later requests are its.
  func begin(_ role: String) async throws {
    cookie = nil
    let answer = try await post("session", "{\"role\": \"\(role)\"}")
    #expect(answer.status == 201)
    cookie = try #require(answer.json["token"] as? String)
  }

  /// An operator with control.
  func takeControl() async throws {
    try await begin("operator")
    #expect(try await post("control").status == 200)
  }

  /// Lets time pass in steps that keep control.
  func pass(_ seconds: Double, keepingControl: Bool = true) async throws {
    var left = Int(seconds * 10)
    while left > 0 {
      loop.pass(.milliseconds(100))
      if keepingControl { _ = try await ask(.put, "/api/v1/control") }
      left -= 1
    }
  }

  var interlock: String { get async throws { try await value("interlock", "state") ?? "" } }

  func value<Value>(_ part: String, _ name: String) async throws -> Value? {
    (try await state()[part] as? [String: Any])?[name] as? Value
  }

  /// From nothing to healthy and not armed, with control.
  func makeReady() async throws {
    try await takeControl()
    #expect(try await post("commands/connect").status == 200)
    try await pass(0.3)
    #expect(try await post("commands/self-test").status == 200)
    try await pass(0.5)
    let answer = try await post("commands/acknowledge", #"{"fault": "interlock.power_up"}"#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(try await interlock == "locked")
  }

  /// Puts the handle where the signal is highest, as only a test can: by the truth.
  func goToThePeak() async throws {
    var sign = -1.0
    for _ in 0..<6 {
      let off = rig.report.geometry
      if abs(off.rollErrorDeg) < 2, abs(off.axialErrorMM) < 0.2 { return }
      rig.turn(byDeg: sign * off.rollErrorDeg, speed: 120)
      rig.move(byMM: -off.axialErrorMM, speed: 6)
      try await pass(3)
      if abs(rig.report.geometry.rollErrorDeg) > abs(off.rollErrorDeg) { sign = -sign }
    }
    #expect(abs(rig.report.geometry.rollErrorDeg) < 5, "the peak is not where it was said to be")
  }

  /// A search by the handle alone, as the guidance says, until it is aligned.
  func search() async throws {
    #expect(try await post("commands/begin-search").status == 200)
    var done = ""
    for _ in 0..<4_000 {
      try await pass(0.1)
      let state = try await state()
      guard let guidance = state["guidance"] as? [String: Any],
        let handle = state["handle"] as? [String: Any]
      else { continue }
      let overtakes = guidance["overtakes"] as? Bool == true
      if guidance["phase"] as? String == "aligned" { break }
      guard let id = guidance["id"] as? String, id != done,
        handle["moving"] as? Bool == false || overtakes
      else { continue }
      done = id
      if let angle = guidance["rotateDeg"] as? Double {
        let speed = guidance["rotateDegPerS"] as? Double ?? 30
        try await post("rig/turn", "{\"byDeg\": \(angle), \"speedDegPerS\": \(speed)}")
      }
      if let distance = guidance["moveMM"] as? Double {
        let speed = guidance["moveMMPerS"] as? Double ?? 2
        try await post("rig/move", "{\"byMM\": \(distance), \"speedMMPerS\": \(speed)}")
      }
    }
    #expect(try await value("guidance", "phase") == "aligned")
    #expect(try await post("commands/finish-search").status == 200)
    try await pass(1)
  }

  /// Armed, held, the gate open.
  func openGate() async throws {
    try await makeReady()
    try await search()
    let armed = try await post("commands/arm")
    #expect(armed.status == 200, "\(armed.text)")
    try await pass(0.3)
    #expect(try await post("commands/enable").status == 200)
    try await pass(1)
    #expect(try await interlock == "enabled")
  }

  var isDriveOn: Bool {
    get async throws { try await value("needle", "driveOn") ?? false }
  }
}

/// The hands of a rig that is simulated in this process.
final class HandsOfRig: RigHands {
  private let rig: any BenchRig
  init(_ rig: any BenchRig) { self.rig = rig }

  var handle: HandlePosition { rig.handle }
  var isHandleMoving: Bool { rig.isHandleMoving }
  func turn(byDeg angle: Double, speed: Double) { rig.turn(byDeg: angle, speed: speed) }
  func move(byMM distance: Double, speed: Double) { rig.move(byMM: distance, speed: speed) }
  func stopHandle() { rig.stopHandle() }
  func holdEnableSwitch(_ isHeld: Bool) { rig.set(isHeld ? .held : .released) }
  func pressStop(_ isPressed: Bool) { rig.setEstop(isPressed) }
}
