import ControlRuntime
import Foundation
import HTTPTypes
import OperatorConsole
import Quantities
import SafetyInterlock
import Testing

/// What a terminal shows.
struct TerminalTests {
  @Test func onlyLinesThatDifferAreWritten() {
    var old = TerminalScreen(width: 20, height: 4)
    old.add("same")
    old.add("before")
    var new = TerminalScreen(width: 20, height: 4)
    new.add("same")
    new.add("after")
    let text = new.difference(from: old)
    #expect(text.contains("after") && !text.contains("same"))
    #expect(new.difference(from: new).isEmpty)
    #expect(new.difference(from: nil).contains("same"))
  }

  @Test func textCannotDriveTheTerminal() {
    var screen = TerminalScreen(width: 10, height: 1)
    screen.add("a\u{1B}[2Jb\nc and much more")
    screen.add("no room")
    #expect(screen.lines.count == 1)
    #expect(screen.lines[0].text.count == 10)
    #expect(!screen.lines[0].text.contains("\u{1B}"))
  }

  @Test func theBarMarksWhatIsHeld() {
    let bars = [
      TerminalPicture.bar(50, held: 65), TerminalPicture.bar(50, held: 50),
      TerminalPicture.bar(50, held: nil), TerminalPicture.bar(-900, held: 900),
    ]
    #expect(
      bars == [
        "############.....|......", "###########|............", "############............",
        ".......................|",
      ])
  }

  @Test func theScreenHas24LinesOf80WhateverTheState() async throws {
    let console = try TestedConsole()
    var picture = TerminalPicture()
    picture.message = "said"
    func check(_ words: String) {
      let screen = picture.screen(console.loop.view)
      #expect(screen.lines.count == 24)
      #expect(screen.lines.allSatisfy { $0.text.count <= 80 })
      let text = screen.lines.map(\.text).joined(separator: "\n")
      #expect(text.contains(words), "\(text)")
      #expect(text.contains("> said") && text.contains("SPACE stop"))
    }
    check("UNKNOWN   nothing is decided yet")
    try await console.makeReady()
    check("LOCKED")
    try await console.goToThePeak()
    let peak = picture.screen(console.loop.view).lines.first { $0.text.hasPrefix("Peak") }
    #expect(peak?.text.contains("|") == true, "\(String(describing: peak))")
    try await console.post("stop")
    check("STOPPED   stop-1")
  }

  @Test func aLoopThatStandsStillIsShownAsUnknown() async throws {
    let console = try TestedConsole()
    try await console.makeReady()
    let view = console.loop.view
    func text(_ age: UInt64) -> String {
      TerminalPicture().screen(view.seen(at: view.madeAtNS + age)).lines.map(\.text)
        .joined(separator: "\n")
    }
    #expect(text(250_000_000).contains("LOCKED"))
    let stale = text(300_000_000)
    #expect(stale.contains("UNKNOWN   for 0.3 s the bench's loop stands still: use the hard-wired"))
    #expect(stale.contains("Needle    UNKNOWN") && stale.contains("Peak      UNKNOWN"))
    #expect(!stale.contains("LOCKED") && !stale.contains("link connected"))
  }

  /// The program beats for its person only as long as keys tell that there is one.
  @Test func withoutAKeyControlGoesBackAndTheDriveIsOff() async throws {
    let console = try TestedConsole()
    let box = ClockBox()
    let terminal = TerminalConsole(
      console.loop, interrupt: { false }, now: { box.time })
    func seconds(_ count: UInt64) {
      _ = box.pass(count * 1_000_000_000)
      terminal.tend()
    }
    try await console.openGate()
    #expect(try await console.ask(.delete, "/api/v1/control").status == 200)
    console.loop.pass(.milliseconds(300))
    terminal.press("t")
    terminal.tend()
    #expect(console.loop.view.lease.holder?.id == "terminal")
    terminal.press("a")
    console.loop.pass(.milliseconds(300))
    for _ in 0..<20 {
      terminal.press("e")
      terminal.tend()
      console.loop.pass(.milliseconds(100))
    }
    #expect(try await console.interlock == "enabled", "\(terminal.picture.message)")
    seconds(20)
    let screen = terminal.picture.screen(console.loop.view)
    #expect(screen.lines.contains { $0.text.contains("control goes back in 10 s; any key keeps") })
    // Any key says that somebody is there, also one that does nothing.
    terminal.press(".")
    seconds(29)
    #expect(console.loop.view.lease.holder != nil)
    seconds(1)
    #expect(console.loop.view.lease.holder == nil)
    terminal.tend()
    #expect(terminal.picture.message.hasPrefix("no key for 30 s: control given back"))
    console.loop.pass(.milliseconds(100))
    #expect(try await console.interlock == "locked")
    #expect(try await console.isDriveOn == false)
    // It does not come back by itself.
    terminal.press(".")
    terminal.tend()
    #expect(console.loop.view.lease.holder == nil)
  }

  @Test func theKeyThatSuspendsSaysWhyItDoesNot() throws {
    let console = try TestedConsole()
    let terminal = TerminalConsole(console.loop, interrupt: { false }, now: { 1 })
    terminal.press("\u{1A}")
    #expect(terminal.picture.message.contains("not suspended"))
  }

  @Test func everyCheckIsSeenWithItsWholeRemedy() async throws {
    let console = try TestedConsole()
    console.loop.pass(.milliseconds(50))
    let view = console.loop.view
    let report = try #require(view.snapshot.decision?.report)
    var picture = TerminalPicture()
    var seen = ""
    for _ in 0..<10 {
      let lines = picture.screen(view).lines.map(\.text)
      #expect(lines.count == 24)
      #expect(lines.allSatisfy { !$0.hasSuffix("…") }, "\(lines)")
      seen += lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
      picture.turnPage()
    }
    for id in CheckID.allCases where !report[id].permits {
      #expect(seen.contains("\(id.name)") && seen.contains("\(id.remedy)"), "\(id.name)")
    }
    #expect(seen.contains("Record    off   spec "))
  }
}
