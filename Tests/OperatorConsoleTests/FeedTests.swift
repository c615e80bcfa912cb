import ConsoleEmulator
import ControlRuntime
import Foundation
import HTTPTypes
import OperatorConsole
import Quantities
import SafetyInterlock
import Scenarios
import Testing

/// The stream of states and log entries.
struct FeedTests {
  private func ids(_ piece: String) -> [String] {
    piece.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
  }

  private func reader(of feed: StateFeed, after id: String?) throws -> EventPieces {
    let reader = feed.subscribe(lastEventID: id, cutOff: {})
    return try #require(reader).makePieces()
  }

  @Test func aReaderGetsTheNewestStateAndEveryLogEntry() async throws {
    let console = try TestedConsole()
    let feed = console.server.feed
    console.loop.pass(.milliseconds(10))
    feed.publish(console.loop.view)
    var pieces = try reader(of: feed, after: nil)
    let first = try #require(await pieces.next())
    #expect(first.contains("event: state\ndata: {"))
    // Three views come while the reader looks away: one piece, with the newest state.
    try await console.takeControl()
    for _ in 0..<3 {
      console.loop.pass(.milliseconds(40))
      feed.publish(console.loop.view)
    }
    let second = try #require(await pieces.next())
    #expect(second.components(separatedBy: "event: state").count == 2)
    #expect(second.contains("\"sequence\":\(console.loop.view.sequence)"))
    #expect(second.contains("take control"))
  }

  @Test func aStreamResumesAfterTheLastEntrySeen() async throws {
    let console = try TestedConsole()
    let feed = console.server.feed
    try await console.takeControl()
    feed.publish(console.loop.view)
    var pieces = try reader(of: feed, after: nil)
    let seen = ids(try #require(await pieces.next()))
    let last = try #require(seen.last)
    try await console.post("commands/connect")
    feed.publish(console.loop.view)
    var resumed = try reader(of: feed, after: last)
    let missed = try #require(await resumed.next())
    #expect(!ids(missed).isEmpty)
    #expect(Set(ids(missed)).isDisjoint(with: seen))
    #expect(missed.contains("connect"))
    // An id of another run of the program says nothing about this one: everything comes.
    var foreign = try reader(of: feed, after: "other-9999")
    #expect(ids(try #require(await foreign.next())).starts(with: seen))
  }

  @Test func readersBeyondTheCapAreRefusedAndLeaveNothingBehind() async throws {
    let console = try TestedConsole()
    let feed = console.server.feed
    let readers = (0..<64).compactMap { _ in feed.subscribe(lastEventID: nil, cutOff: {}) }
    #expect(readers.count == 64)
    let oneMore = feed.subscribe(lastEventID: nil, cutOff: {})
    #expect(oneMore == nil)
    #expect(try await console.ask(.get, "/api/v1/events").status == 503)
    for reader in readers { _ = reader.makePieces() }
    #expect(feed.readerCount == 0)
  }

  @Test func whatIsStaleIsNotShownAsAValue() async throws {
    let console = try TestedConsole()
    try await console.makeReady()
    let depth: Double? = try await console.value("needle", "depthMM")
    #expect(depth != nil)
    console.rig.begin(.unplug, amount: nil, for: 5)
    console.loop.pass(.milliseconds(400))
    let state = try await console.state()
    #expect(state["needle"] == nil)
    #expect(((state["signal"] as? [String: Any])?["amplitudeDB"]) == nil)
    #expect((state["connection"] as? [String: Any])?["state"] as? String != "connected")
  }

  /// A loop that hangs makes no view: what it made last must not be told as if it were so still.
  @Test func aLoopThatStandsStillIsToldAsUnknown() async throws {
    let box = ClockBox()
    let console = try TestedConsole(now: { box.time })
    try await console.makeReady()
    let made = console.loop.view.madeAtNS
    box.set(made + 250_000_000)
    #expect(try await console.interlock == "locked")
    let fresh: Double? = try await console.value("needle", "depthMM")
    #expect(fresh != nil)
    box.set(made + 251_000_000)
    let state = try await console.state()
    #expect((state["time"] as? [String: Any])?["standsStillMs"] as? Double == 251)
    #expect((state["connection"] as? [String: Any])?["state"] as? String == "lost")
    #expect(state["needle"] == nil && state["guidance"] == nil)
    #expect(((state["signal"] as? [String: Any])?["amplitudeDB"]) == nil)
    #expect(try await console.interlock == "unknown")
    let checks: [[String: Any]] = try #require(try await console.value("interlock", "checks"))
    #expect(checks.allSatisfy { $0["state"] as? String == "unknown" })
    #expect(try await console.ask(.get, "/metrics").text.contains("peakgate_loop_stands 1\n"))
    #expect(try await console.ask(.get, "/healthz").status == 200)
    box.set(made + 1_001_000_000)
    #expect(try await console.ask(.get, "/healthz").reasons == ["console.loop"])
  }

  @Test func aJournalThatFailsIsToldAtOnce() async throws {
    final class FullDisk: Journal {
      var isWritable = true
      var lost: UInt64 = 0
      func record(_: InterlockInputs, _: InterlockDecision) { if !isWritable { lost += 1 } }
      func finish() {}
    }
    let journal = FullDisk()
    let console = try TestedConsole(journal: journal, recording: "journal run.journal")
    console.loop.pass(.milliseconds(50))
    let before: String? = try await console.value("recording", "state")
    #expect(before == "journal run.journal")
    journal.isWritable = false
    console.loop.pass(.milliseconds(50))
    let after: String = try #require(try await console.value("recording", "state"))
    #expect(after.hasPrefix("journal run.journal: CANNOT BE WRITTEN"))
    let failing: Bool? = try await console.value("recording", "failing")
    #expect(failing == true)
    #expect(console.loop.view.log.entries.last?.text.contains("journal cannot be written") == true)
    journal.isWritable = true
    console.loop.pass(.milliseconds(50))
    let later: String = try #require(try await console.value("recording", "state"))
    #expect(later.contains("INCOMPLETE"))
  }

  @Test func guidanceIsToldOnlyWhileItIsMeant() async throws {
    let console = try TestedConsole()
    try await console.makeReady()
    // Says itself that there is guidance, until the search is finished.
    try await console.search()
    let finished = try await console.state()
    #expect(finished["guidance"] == nil, "the search is over")
    let fit = try #require(finished["fit"] as? [String: Any])
    let age = try #require(fit["ageMs"] as? Double)
    try await console.pass(2)
    let later: Double = try #require(try await console.value("fit", "ageMs"))
    #expect(abs(later - age - 2_000) < 50, "what was found grows old")
    #expect(try await console.post("commands/begin-search").status == 200)
    try await console.pass(1)
    #expect(try await console.state()["guidance"] != nil)
    #expect(try await console.post("stop").status == 200)
    try await console.pass(0.1)
    #expect(try await console.state()["guidance"] == nil, "nothing is to be done while stopped")
    #expect(try await console.post("stop/reset", #"{"stop": "stop-1"}"#).status == 200)
    try await console.pass(0.1)
    #expect(try await console.state()["guidance"] != nil)
    console.rig.begin(.unplug, amount: nil, for: 5)
    console.loop.pass(.milliseconds(400))
    #expect(try await console.state()["searching"] as? Bool == true)
    #expect(try await console.state()["guidance"] == nil, "no frame says where the handle is")
  }

  @Test func theHighestOfLateIsShownAndSinks() async throws {
    let console = try TestedConsole()
    try await console.makeReady()
    try await console.goToThePeak()
    let peak: Double = try #require(try await console.value("signal", "amplitudeDB"))
    let held: Double = try #require(try await console.value("signal", "heldDB"))
    #expect(held >= peak - 0.5)
    // Clipped frames are no measurement: no amplitude is known, and what is held sinks by 3 dB/s.
    console.rig.begin(.saturate, amount: nil, for: 5)
    try await console.pass(0.5)
    let lost: Double? = try await console.value("signal", "amplitudeDB")
    #expect(lost == nil)
    let sunk: Double = try #require(try await console.value("signal", "heldDB"))
    #expect(abs(sunk - (held - 1.5)) < 0.3, "\(held) dB, then \(sunk) dB")
    console.rig.begin(.unplug, amount: nil, for: 5)
    console.loop.pass(.milliseconds(400))
    let stale: Double? = try await console.value("signal", "heldDB")
    #expect(stale == nil, "no frame says what is held")
  }

  @Test func metricsEndAsOpenMetricsDo() async throws {
    let console = try TestedConsole()
    try await console.makeReady()
    let answer = try await console.ask(.get, "/metrics")
    let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(answer.text.hasSuffix("# EOF\n"))
    #expect(lines.filter { $0 == "# EOF" }.count == 1)
    var families = Set<String>()
    for line in lines where line.hasPrefix("# TYPE ") {
      let words = line.split(separator: " ")
      #expect(words.count == 4)
      #expect(families.insert(String(words[2])).inserted)
    }
    for line in lines where !line.hasPrefix("#") && !line.isEmpty {
      let parts = line.split(separator: " ")
      #expect(parts.count == 2)
      #expect(Double(parts[1]) != nil, "\(line)")
      let name = parts[0].prefix { $0 != "{" }
      #expect(
        families.contains { name == $0 || name == "\($0)_total" }, "\(line) is of no family")
    }
    let frames = try #require(lines.first { $0.hasPrefix("peakgate_frames_total") })
    #expect((Double(frames.split(separator: " ")[1]) ?? 0) > 100)
  }
}
