import Alignment
import ControlRuntime
import Foundation
import Glibc
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock
import Synchronization

/// Operates a bench from a terminal of 80 × 24 or more, over SSH too.
///
/// Takes the terminal over while it runs, and gives it back as it was. Belongs to the main thread;
/// commands go through the bench's mailbox, as those of a page do.
public final class TerminalConsole {
  /// Wait for a key, ms: also how often the screen is drawn.
  private static let period: Int32 = 80
  /// A terminal tells of no key that comes up: held is a key that repeats. The first repeat comes
  /// after half a second or so.
  static let holdsFor = Nanoseconds.milliseconds(900)

  private let loop: BenchLoop
  private let interrupt: () -> Bool
  private let now: () -> UInt64
  private let caller = Caller(id: "terminal", role: .operator, page: "terminal")
  private let answers = Answers()
  package private(set) var picture = TerminalPicture()
  private var watch: PersonWatch
  private var drawn: TerminalScreen?
  private var heldUntil: HostInstant?
  private var isFollowing = false
  private var followed: UInt64 = 0
  private var isDone = false

  public convenience init(_ loop: BenchLoop, interrupt: @escaping () -> Bool) {
    self.init(loop, interrupt: interrupt, now: { MonotonicTime.nanoseconds() })
  }

  /// - Parameter now: monotonic, ns.
  package init(_ loop: BenchLoop, interrupt: @escaping () -> Bool, now: @escaping () -> UInt64) {
    self.loop = loop
    self.interrupt = interrupt
    self.now = now
    watch = PersonWatch(now: now())
  }

  /// Runs until `q` or an interrupt.
  public func run() {
    var before = termios()
    let isTerminal = tcgetattr(STDIN_FILENO, &before) == 0
    var raw = before
    cfmakeraw(&raw)
    // Ctrl-C stays what it is everywhere. Ctrl-Z comes as a key: a suspended process would neither
    // step the bench nor serve it, and leave the terminal as it is now.
    raw.c_lflag |= tcflag_t(ISIG)
    withUnsafeMutableBytes(of: &raw.c_cc) { $0[Int(VSUSP)] = 0 }
    let suspends = signal(SIGTSTP, SIG_IGN)
    if isTerminal { tcsetattr(STDIN_FILENO, TCSANOW, &raw) }
    write(TerminalScreen.enter)
    defer {
      write(TerminalScreen.leave)
      if isTerminal { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
      signal(SIGTSTP, suspends)
    }
    while !isDone, !interrupt() {
      tend()
      draw()
      readKeys()
    }
    ask(.giveControl)
  }

  /// What has to be done again and again, whether keys come or not.
  package func tend() {
    let view = loop.view
    picture.hasControl = view.lease.holder == caller
    picture.timeLeft = watch.left(at: now())
    if picture.hasControl { keepControl() }
    if let until = heldUntil, view.snapshot.now > until {
      heldUntil = nil
      ask(.release)
    }
    if isFollowing { follow(view) }
    if let answer = answers.takeNewest() { picture.message = answer }
  }

  /// Speaks for a person who is there, and for no other.
  private func keepControl() {
    guard picture.timeLeft == .zero else { return loop.post(.keepControl, by: caller) { _ in } }
    isFollowing = false
    heldUntil = nil
    let seconds = Int(PersonWatch.patience.seconds)
    loop.post(.giveControl, by: caller) { [answers] _ in
      answers.note("no key for \(seconds) s: control given back, disarmed; t takes it again")
    }
  }

  /// Each instruction once, when the handle has come to rest.
  private func follow(_ view: BenchView) {
    guard view.isSearching, view.instruction != followed, let guidance = view.snapshot.guidance,
      !view.isHandleMoving || view.isOvertaken
    else { return }
    followed = view.instruction
    switch guidance.instruction {
    case .rotate(let angle, let speed): ask(.turn(byDeg: angle, speed: speed), quietly: true)
    case .move(let distance, let speed): ask(.move(byMM: distance, speed: speed), quietly: true)
    case .sweep(let roll, let rollSpeed, let level, let levelSpeed):
      ask(.turn(byDeg: roll, speed: rollSpeed), quietly: true)
      ask(.move(byMM: level, speed: levelSpeed), quietly: true)
    case .hold, .searchExhausted: break
    }
  }

  private func ask(_ command: ConsoleCommand, quietly: Bool = false) {
    loop.post(command, by: caller) { [answers] refusal in
      if let refusal {
        let reason = refusal.reasons.first
        let more = refusal.reasons.count > 1 ? " (+\(refusal.reasons.count - 1))" : ""
        answers.note(
          "\(command.name): \(refusal.title): \(reason?.id ?? "") → \(reason?.remedy ?? "")\(more)")
      } else if !quietly {
        answers.note("\(command.name): done")
      }
    }
  }

  private func draw() {
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let screen = picture.screen(
      loop.view.seen(at: now()), width: isKnown ? Int(size.ws_col) : 80,
      height: isKnown ? Int(size.ws_row) : 24)
    write(screen.difference(from: drawn))
    drawn = screen
  }

  private func readKeys() {
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&input, 1, Self.period) > 0 else { return }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    guard count > 0 else {
      // The terminal has gone, and the person with it.
      isDone = true
      return
    }
    var rest = bytes[..<count]
    while let key = rest.popFirst() {
      if key == 0x1B, rest.starts(with: [0x5B]), let arrow = rest.dropFirst().first {
        rest = rest.dropFirst(2)
        press(arrow: arrow)
      } else {
        press(Character(UnicodeScalar(key)))
      }
    }
  }

  private func press(arrow: UInt8) {
    watch.press(at: now())
    switch arrow {
    case 0x41: ask(.move(byMM: 0.1, speed: 2), quietly: true)
    case 0x42: ask(.move(byMM: -0.1, speed: 2), quietly: true)
    case 0x43: ask(.turn(byDeg: 1, speed: 30), quietly: true)
    case 0x44: ask(.turn(byDeg: -1, speed: 30), quietly: true)
    default: break
    }
  }

  package func press(_ key: Character) {
    let view = loop.view
    watch.press(at: now())
    switch key {
    case "n": picture.turnPage()
    case "\u{1A}":
      picture.message = "Ctrl-Z: not suspended, this program steps the bench; q ends it"
    case " ": ask(.stop(by: "terminal"))
    case "z": ask(.resetStop(view.stop.id))
    case "t": ask(picture.hasControl ? .giveControl : .takeControl)
    case "c": ask(.connect)
    case "x": ask(.selfTest)
    case "b": ask(.beginSearch)
    case "f":
      isFollowing = false
      ask(.finishSearch)
    case "a": ask(.arm)
    case "d": ask(.disarm)
    case "e":
      if heldUntil == nil { ask(.enable) }
      heldUntil = view.snapshot.now + Self.holdsFor
    case "v": advance(view)
    case "r": ask(.retract(to: .zero))
    case "g":
      isFollowing.toggle()
      picture.message = isFollowing ? "doing as guided" : "no longer doing as guided"
    case "k":
      if case .faulted(let fault)? = view.snapshot.state {
        ask(.acknowledge(fault: fault.cause.name.description))
      }
    case "q": isDone = true
    default: break
    }
  }

  /// As far as the receiver is heard to be.
  private func advance(_ view: BenchView) {
    guard let frame = view.snapshot.frame, frame.track.isValid else {
      picture.message = "advance: no distance is known"
      return
    }
    let distance = frame.track.timeOfFlightNS * view.soundSpeedMPerS * 1e-3
    guard distance.isFinite else { return }
    let depth = Micrometres(Int32(min(max(distance, 0), 1e5).rounded()))
    ask(.advance(to: min(depth, Limits.needleThrow)))
  }

  private func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if sent < 0, errno == EINTR { continue }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }
}

/// What became of commands, from the bench's thread to the terminal's.
private final class Answers: Sendable {
  private let newest = Mutex<String?>(nil)

  func note(_ text: String) { newest.withLock { $0 = text } }

  func takeNewest() -> String? {
    newest.withLock { newest in
      defer { newest = nil }
      return newest
    }
  }
}
