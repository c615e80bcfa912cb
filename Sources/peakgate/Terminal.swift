import Foundation
import Glibc

/// Standard output and standard error as this process finds them.
enum Terminal {
  static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Colour is an addition, never the message: off when not a terminal or when NO_COLOR is set.
  static func hasColour(_ descriptor: Int32) -> Bool {
    isTerminal(descriptor)
      && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Columns of the terminal, or 80.
  static func columns(_ descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      // A reader that has gone, as `| head` does, must not end a run.
      guard count > 0 else { return }
      sent += count
    }
  }

  static func complain(_ message: String) {
    write("peakgate: \(message)\n", to: STDERR_FILENO)
  }
}

/// The few colours of the display, from those that colour-blind readers can tell apart.
struct Palette {
  enum Colour: String {
    case good = "32"
    case warning = "33"
    case bad = "31"
    case faint = "2"
    case strong = "1"
  }

  var isOn: Bool

  func paint(_ text: String, _ colour: Colour) -> String {
    isOn ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}
