import Alignment
import ControlRuntime
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock

/// The bench with everybody who operates it: who has control, what was asked for, whether it was
/// done.
///
/// Belongs to the thread that steps the bench; `BenchLoop` brings commands to it and takes views
/// away.
final class BenchDesk {
  let runtime: BenchRuntime
  let hands: (any RigHands)?
  private(set) var lease = ControlLease()
  private(set) var stop = StopState()
  private(set) var log = EventLog()
  private(set) var isSwitchHeld = false
  var line: [Int16]
  var lineHeader: LineHeader?
  private let recordingName: String?
  private var stops = 0
  private(set) var stopPresses: UInt64 = 0
  /// Refusals that may still be logged; grows with time.
  private var refusalsLeft = BenchDesk.refusalsMax
  private var refusedAt = HostInstant(nanoseconds: 0)
  private static let refusalsMax = 20.0
  private var isRecordingBroken = false
  private var disarmDue = HostInstant(nanoseconds: 0)
  private var told: String?
  var guide = GuidanceReader()
  var sweep = SweepHistory()
  private var noted: UInt32?

  init(_ runtime: BenchRuntime, hands: (any RigHands)?, recording: String?) {
    self.runtime = runtime
    self.hands = hands
    recordingName = recording
    line = [Int16](repeating: 0, count: runtime.setup.tracker.sampleCount)
    runtime.onLine = { [unowned self] header, samples in
      lineHeader = header
      line.withUnsafeMutableBytes { room in
        guard samples.count == room.count else { return }
        room.copyMemory(from: samples)
      }
    }
  }

  var now: HostInstant { runtime.snapshot.now }

  func note(_ text: String, _ level: EventLog.Level = .info) {
    log.add(text, level, unixMS: WallTime.unixMS)
  }

  /// Who is refused over and over is told so each time, but must not push all else out of the log:
  /// twenty refusals at once have an entry, and then two a second.
  func noteRefusal(_ text: String) {
    refusalsLeft = min(Self.refusalsMax, refusalsLeft + (now - refusedAt).seconds * 2)
    refusedAt = now
    guard refusalsLeft >= 1 else { return }
    refusalsLeft -= 1
    note(text, .warning)
  }

  /// The journal as it is now, not as it was opened.
  var recording: RecordingState {
    var state = RecordingState(name: recordingName)
    guard recordingName != nil else { return state }
    state.isFailing = !runtime.isJournalWritable
    state.lost = runtime.journalRecordsLost
    return state
  }

  /// One control step, and what follows from it: dead man, guidance, log.
  func step() {
    if lease.hasLapsed(at: now) {
      note("\(lease.holder?.id ?? "?") fell silent: enable released, advance ended", .warning)
      endControl()
    }
    if stop.isActive, now >= disarmDue {
      // Again and again: a stop that was lost on the way to the console is no stop.
      disarmDue = now + .milliseconds(100)
      hands?.pressStop(true)
      runtime.disarm()
    }
    runtime.step()
    guide.look(runtime, hands: hands)
    if runtime.isSearching, let frame = runtime.snapshot.frame, frame.header.sequence != noted {
      noted = frame.header.sequence
      sweep.add(frame)
    }
    noteState()
    noteRecording()
  }

  private func noteRecording() {
    guard recording.isFailing != isRecordingBroken else { return }
    isRecordingBroken.toggle()
    if isRecordingBroken { note("the journal cannot be written: arming is blocked", .fault) }
  }

  private func noteState() {
    let words = StateWords.state(runtime.snapshot)
    guard words != told else { return }
    told = words
    if case .faulted(let fault)? = runtime.snapshot.state {
      note("fault latched: \(fault.cause.name)", fault.cause == .powerUp ? .info : .fault)
    } else {
      note("interlock \(words)")
    }
  }

  /// The holder is gone, or gives control back: nothing that it held goes on.
  private func endControl() {
    letGo()
    runtime.disarm()
    hands?.stopHandle()
    lease.give()
  }

  private func letGo() {
    isSwitchHeld = false
    hands?.holdEnableSwitch(false)
  }

  /// Does what is asked, as far as it can be done at once.
  /// - Returns: why not; nil when it was done, or is under way: then `verdict` tells.
  func begin(_ command: ConsoleCommand, by caller: Caller) -> Refusal? {
    if command.needsControl, let refusal = lease.refusal(for: caller) { return refusal }
    if stop.isActive, command.isForbiddenWhileStopped {
      return Refusal(
        .conflict, "console.stop", "the stop is pressed (\(stop.id), by \(stop.by))",
        remedy: "reset the stop, then acknowledge")
    }
    return carryOut(command, by: caller)
  }

  private func carryOut(_ command: ConsoleCommand, by caller: Caller) -> Refusal? {
    switch command {
    case .takeControl: return lease.take(caller, at: now)
    case .keepControl: return lease.keep(caller, at: now)
    case .giveControl: endControl()
    case .connect: runtime.connect()
    case .selfTest: runtime.runSelfTest()
    case .beginSearch:
      sweep.begin()
      guide.begin()
      runtime.beginSearch()
    case .finishSearch:
      guard runtime.isSearching else {
        return Refusal(
          .conflict, "console.search", "no search has begun", remedy: "begin a search first")
      }
      runtime.finishSearch()
    case .arm: runtime.arm()
    case .disarm: runtime.disarm()
    case .acknowledge(let fault): return acknowledge(fault)
    case .advance(let depth): return advance(to: depth)
    case .retract(let depth):
      if hands != nil, !isSwitchHeld { return holdFirst }
      runtime.retract(to: depth)
    case .enable, .holdSwitch(true): return hold()
    case .release, .holdSwitch(false): letGo()
    case .stop(let by): pressStop(by: by)
    case .resetStop(let id): return resetStop(id)
    case .turn(let angle, let speed): return withHands { $0.turn(byDeg: angle, speed: speed) }
    case .move(let distance, let speed): return withHands { $0.move(byMM: distance, speed: speed) }
    case .stopHandle: return withHands { $0.stopHandle() }
    }
    return nil
  }

  private func withHands(_ body: (any RigHands) -> Void) -> Refusal? {
    guard let hands else {
      return Refusal(
        .conflict, "console.rig", "this rig is not simulated", remedy: "use your own hands")
    }
    body(hands)
    return nil
  }

  private func hold() -> Refusal? {
    withHands { hands in
      hands.holdEnableSwitch(true)
      isSwitchHeld = true
    }
  }

  private var holdFirst: Refusal {
    Refusal(
      .conflict, "switch.enable", "the enable switch is not held", remedy: "hold it, then retract")
  }

  private func acknowledge(_ fault: String) -> Refusal? {
    guard case .faulted(let record)? = runtime.snapshot.state else {
      return Refusal(
        .conflict, "console.fault", "nothing is latched", remedy: "there is nothing to acknowledge")
    }
    guard record.cause.name.description == fault else {
      return Refusal(
        .conflict, record.cause.name.description, "what is latched is another fault",
        remedy: "look at \(record.cause.name), then acknowledge that")
    }
    runtime.acknowledge()
    return nil
  }

  private func advance(to depth: Micrometres) -> Refusal? {
    guard runtime.snapshot.decision?.isEnabled == true else {
      return refusal("the gate is shut", where: { _ in true })
    }
    runtime.advance(to: depth)
    return nil
  }

  func count(furtherStops: UInt64) { stopPresses += furtherStops }

  /// However often it is pressed while it is pressed, it is one stop; `step` sees to it that it holds.
  private func pressStop(by: String) {
    stopPresses += 1
    guard !stop.isActive else {
      // Who pressed it may say more of themselves.
      if by.hasPrefix("\(stop.by), ") { stop.by = by }
      return
    }
    hands?.pressStop(true)
    letGo()
    hands?.stopHandle()
    runtime.disarm()
    stops += 1
    stop = StopState(isActive: true, id: "stop-\(stops)", by: by)
    note("STOP by \(by)", .fault)
  }

  private func resetStop(_ id: String) -> Refusal? {
    guard stop.isActive else {
      return Refusal(.conflict, "console.stop", "no stop is pressed", remedy: "nothing to reset")
    }
    guard stop.id == id else {
      return Refusal(
        .conflict, "console.stop", "the stop that is pressed is \(stop.id)",
        remedy: "name the stop that you mean to reset")
    }
    stop.isActive = false
    hands?.pressStop(false)
    return nil
  }

  /// What became of a command that the interlock judges, after the step that it took effect in.
  enum Verdict { case done, waiting, refused(Refusal) }

  func verdict(on command: ConsoleCommand, begun: HostInstant) -> Verdict {
    switch command {
    case .arm:
      switch runtime.snapshot.state {
      case .armed, .enabled: return .done
      default: return .refused(refusal("not armed", where: { $0.kind != .gate }))
      }
    case .acknowledge:
      guard case .faulted(let record)? = runtime.snapshot.state else { return .done }
      guard now - begun > .milliseconds(300) else { return .waiting }
      var refusal = refusal(
        "not acknowledged: the cause is not gone", where: { $0.kind == .standing })
      if refusal.reasons.isEmpty { refusal.reasons = [CheckWords.fault(record)] }
      return .refused(refusal)
    default: return .done
    }
  }

  private func refusal(_ title: String, where included: (CheckID) -> Bool) -> Refusal {
    guard let report = runtime.snapshot.decision?.report else {
      return Refusal(
        .conflict, "console.start", "nothing is decided yet", remedy: "connect to the console")
    }
    var reasons = CheckWords.reasons(report, where: included)
    if case .faulted(let fault)? = runtime.snapshot.state {
      let latched = CheckWords.fault(fault)
      reasons.removeAll { $0.id == latched.id }
      reasons.insert(latched, at: 0)
    }
    if reasons.isEmpty {
      reasons = [
        Refusal.Reason(
          id: "interlock.state", title: "interlock \(StateWords.state(runtime.snapshot))",
          remedy: "acknowledge what is latched and arm, in this order")
      ]
    }
    return Refusal(title, reasons: reasons)
  }

  /// Ends the session: the switch is let go, the drive is off, the journal is written.
  func shutDown() {
    letGo()
    runtime.shutDown()
  }
}
