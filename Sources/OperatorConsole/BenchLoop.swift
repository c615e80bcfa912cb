import Alignment
import ControlRuntime
import Foundation
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock
import Synchronization

/// Steps a bench on a thread of its own, and stands between it and everybody else: commands come in
/// through a mailbox, views go out as copies. Nobody who waits here is ever waited for by the
/// bench.
///
/// *Live*: a thread steps the bench. *Stepped*: commands and `pass` step it on the caller's thread,
/// so
/// that tests own time. Thread-safe.
public final class BenchLoop: @unchecked Sendable {
  public enum Mode: Sendable { case live, stepped }

  /// Views come no faster than this, in the bench's time: 30 a second.
  public static let viewPeriod = Nanoseconds(33_333_333)

  public let mode: Mode
  /// New views; only the newest is kept for a reader that is slow.
  let views: AsyncStream<BenchView>
  private let newView: AsyncStream<BenchView>.Continuation
  private let published: Mutex<BenchView>
  private let mailbox = Mailbox()
  private let isStopping = Atomic<Bool>(false)
  private let ended = DispatchSemaphore(value: 0)
  private let isRealTime: Bool

  // Touched by the loop's thread only; when stepped, inside `turn`.
  private let desk: BenchDesk
  private let turn = NSLock()
  private var waiting: [Mailbox.Request] = []
  private var sequence: UInt64 = 0
  private var viewDue = HostInstant(nanoseconds: 0)
  private var points: [TrackPoint] = []

  /// Takes runtime and hands over: nobody else may use them from here on, until the loop has
  /// stopped.
  ///
  /// - Parameters:
  ///   - hands: of a simulated rig; nil where a person's hands are on it.
  ///   - recording: where the journal is written; nil when it is not.
  ///   - isRealTime: the loop's thread asks for real-time priority.
  public init(
    _ runtime: BenchRuntime, hands: (any RigHands)?, mode: Mode,
    recording: String? = nil, isRealTime: Bool = false
  ) {
    self.mode = mode
    self.isRealTime = isRealTime
    desk = BenchDesk(runtime, hands: hands, recording: recording)
    var continuation: AsyncStream<BenchView>.Continuation?
    views = AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation = $0 }
    newView = continuation!
    published = Mutex(
      BenchView(
        snapshot: runtime.snapshot, tracker: runtime.setup.tracker, beam: runtime.setup.beam))
    publish()
  }

  /// The newest view.
  public var view: BenchView { published.withLock { $0 } }

  public func start() {
    guard mode == .live else { return }
    let thread = Thread { [self] in
      if isRealTime { RealTimeThread.raise() }
      while !isStopping.load(ordering: .acquiring) { round() }
      end()
      ended.signal()
    }
    thread.name = "peakgate.console"
    thread.start()
  }

  /// Ends the session with the drive off, and waits for that; safe to call twice.
  public func stop() {
    guard !isStopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
    if mode == .live { ended.wait() } else { turn.withLock { end() } }
  }

  private func end() {
    desk.shutDown()
    publish()
    newView.finish()
    while !mailbox.isEmpty {
      let late = mailbox.take()
      waiting += late.commands + late.stops
    }
    for request in waiting {
      request.answer(
        Refusal(
          .unavailable, "console.ending", "the console is ending", remedy: "start it again"))
    }
    waiting = []
  }

  /// Asks for something, and returns what became of it: nil when it was done.
  public func submit(_ command: ConsoleCommand, by caller: Caller) async -> Refusal? {
    await withCheckedContinuation { continuation in
      post(command, by: caller) { continuation.resume(returning: $0) }
    }
  }

  /// Asks for something; `answer` is called on the bench's thread, and must return at once.
  public func post(
    _ command: ConsoleCommand, by caller: Caller, answer: @escaping @Sendable (Refusal?) -> Void
  ) {
    if isStopping.load(ordering: .acquiring) {
      return answer(
        Refusal(.unavailable, "console.ending", "the console is ending", remedy: "start it again"))
    }
    mailbox.post(Mailbox.Request(command, by: caller, answer: answer))
    guard mode == .stepped else { return }
    turn.withLock {
      repeat { round() } while !waiting.isEmpty || !mailbox.isEmpty
      publish()
    }
  }

  /// Lets the bench's time pass, when stepped.
  public func pass(_ time: Nanoseconds) {
    guard mode == .stepped else { return }
    turn.withLock {
      let end = desk.now + time
      while desk.now < end { round() }
      publish()
    }
  }

  private func round() {
    let share = mailbox.take()
    // Stops last: what came with them, a reset too, does not outlive them.
    for var request in share.commands + share.stops {
      request.begun = desk.now
      if let refusal = desk.begin(request.command, by: request.caller) {
        answer(request, refusal)
      } else {
        waiting.append(request)
      }
    }
    desk.count(furtherStops: share.furtherStops)
    desk.step()
    if !waiting.isEmpty { settle() }
    if desk.now >= viewDue { publish() }
  }

  private func settle() {
    waiting.removeAll { request in
      switch desk.verdict(on: request.command, begun: request.begun) {
      case .done: answer(request, nil)
      case .refused(let refusal): answer(request, refusal)
      case .waiting: return false
      }
      return true
    }
  }

  private func answer(_ request: Mailbox.Request, _ refusal: Refusal?) {
    if let refusal {
      let reasons = refusal.reasons.map(\.id).joined(separator: ", ")
      desk.noteRefusal("\(request.caller.id): \(request.command.name) refused: \(reasons)")
    } else if request.command.isLogged {
      desk.note("\(request.caller.id): \(request.command.name)")
    }
    request.answer(refusal)
  }

  private func publish() {
    let runtime = desk.runtime
    sequence += 1
    viewDue = desk.now + Self.viewPeriod
    var view = BenchView(
      snapshot: runtime.snapshot, tracker: runtime.setup.tracker, beam: runtime.setup.beam)
    view.sequence = sequence
    view.unixMS = WallTime.unixMS
    view.madeAtNS = MonotonicTime.nanoseconds()
    view.isSearching = runtime.isSearching
    view.instruction = desk.guide.instruction
    view.isOvertaken = desk.guide.isOvertaken
    view.guidanceAge = desk.guide.answeredAt.map { desk.now - $0 }
    view.handle = desk.guide.handle
    view.isHandleMoving = desk.guide.isMoving
    view.isSimulated = desk.hands != nil
    view.isSwitchHeld = desk.isSwitchHeld
    view.stop = desk.stop
    view.stopPresses = desk.stopPresses
    view.lease = desk.lease
    view.log = desk.log
    view.recording = desk.recording
    let delays = runtime.trackerDelays
    if let median = delays.quantile(0.5), let most = delays.quantile(0.99) {
      view.trackerDelay = (median, most, delays.longest, delays.count)
    }
    view.line = desk.line
    view.lineHeader = desk.lineHeader
    view.sweep = desk.sweep
    points.append(TrackPoint(view))
    if points.count > 15 { points.removeFirst(points.count - 15) }
    view.points = points
    published.withLock { $0 = view }
    newView.yield(view)
  }
}
