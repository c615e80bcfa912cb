import OperatorConsole
import Quantities
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
}
