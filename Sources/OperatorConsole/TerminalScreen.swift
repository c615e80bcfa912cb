/// A terminal's screen as lines of text, and what has to be written to change one into another.
///
/// Only lines that differ are written, so that nothing flickers, even over a slow link.
package struct TerminalScreen: Equatable {
  /// Marks drawn with ANSI attributes: never colour alone, the words say it too.
  package enum Mark: String {
    case plain = "0", strong = "1", faint = "2", good = "32", bad = "31;1", warning = "33"
  }

  package struct Line: Equatable {
    package var text = ""
    package var mark = Mark.plain
  }

  static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J"
  static let leave = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

  let width: Int
  let height: Int
  package private(set) var lines: [Line] = []

  package init(width: Int = 80, height: Int = 24) {
    self.width = max(width, 1)
    self.height = max(height, 1)
  }

  var isFull: Bool { lines.count >= height }

  /// Adds a line, cut where the screen ends; what finds no room is left out.
  package mutating func add(_ text: String, _ mark: Mark = .plain) {
    guard !isFull else { return }
    let printable = String(text.map { $0.isNewline || $0 == "\u{1B}" ? " " : $0 })
    lines.append(
      Line(
        text: printable.count <= width ? printable : printable.prefix(width - 1) + "…", mark: mark))
  }

  /// What turns `old` into this screen: everything when there is no old one, or of another size.
  package func difference(from old: TerminalScreen?) -> String {
    let old = old.flatMap { $0.width == width && $0.height == height ? $0 : nil }
    var text = old == nil ? "\u{1B}[2J" : ""
    for row in 0..<height {
      let line = row < lines.count ? lines[row] : Line()
      if let old, (row < old.lines.count ? old.lines[row] : Line()) == line { continue }
      text += "\u{1B}[\(row + 1);1H\u{1B}[\(line.mark.rawValue)m\(line.text)\u{1B}[0m\u{1B}[K"
    }
    return text
  }
}
