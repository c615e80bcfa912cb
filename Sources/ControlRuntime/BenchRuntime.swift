import Alignment
import Foundation
import HardwareSpecs
import PeakTracking
import ProbeHAL
import ProbeWire
import Quantities
import SafetyInterlock

/// The control loop of a bench: console → frames → tracker → interlock → leases, once per step.
///
/// Takes its back end, clock and journal as values, and knows none of their kinds. One thread calls
/// `step` and the operator's commands; the tracker alone runs elsewhere.
public final class BenchRuntime {
  public let setup: RuntimeSetup
  public private(set) var snapshot: BenchSnapshot
  /// Time between steps: one pulse period, and no more than 1 ms.
  public let period: Nanoseconds

  /// Sees every A-line as it comes, on the thread that steps: copy what is needed, and return.
  public var onLine: ((LineHeader, UnsafeRawBufferPointer) -> Void)?

  let client: ConsoleClient
  var interlock: Interlock
  var inputs: InterlockInputs
  var edges: OperatorEdges = []
  let guide: AlignmentGuide
  /// The instruction under way is no longer the best thing to do: ask for guidance now.
  public internal(set) var isGuidanceOvertaken = false
  var wantsConnection = false
  /// A search has begun and was not finished.
  public internal(set) var isSearching = false
  var advanceTarget: Micrometres?
  var retractTarget: Micrometres?
  var advanceSpeed: UInt32 = UInt32(Limits.needleSpeedMax) / 2

  private let clock: any BenchClock
  private let tracker: TrackerQueue
  private let journal: any Journal
  private var nextStep: HostInstant
  private var damaged: UInt32 = 0
  private var nonceSeed: UInt64
  private var nextConnect = HostInstant(nanoseconds: 0)
  private var acknowledgeBy: HostInstant?
  private var isTripAcknowledged = false
  private var acknowledgedCause: FaultCause?
  private var retractDue = HostInstant(nanoseconds: 0)
  private var lease: UInt32 = 0
  private var leaseSent: HostInstant?
  private var moveSent = false
  private var lineSequence = SequenceMonitor()
  private var selfTestWanted = false

  /// - Parameter thinksAside: the guidance is worked out on a queue of its own; for a clock that does
  ///   not wait for it.
  public init(
    setup: RuntimeSetup, client: ConsoleClient, clock: any BenchClock,
    trackerMode: TrackerQueue.Mode, thinksAside: Bool = false, journal: any Journal, seed: UInt64
  ) throws(TrackerQueueError) {
    self.setup = setup
    self.client = client
    self.clock = clock
    guide = AlignmentGuide(isLive: thinksAside)
    self.journal = journal
    tracker = try TrackerQueue(setup.tracker, mode: trackerMode)
    period = min(.milliseconds(1), Nanoseconds(1_000_000_000 / Int64(setup.pulseRateHz)))
    let now = clock.now
    interlock = Interlock(setup.interlock, start: now)
    inputs = InterlockInputs(now: now)
    snapshot = BenchSnapshot(now: now)
    nextStep = now
    nonceSeed = seed | 1
  }

  /// From a frame being handed to the tracker's queue to its result being there; none when stepped.
  public var trackerDelays: DelayHistogram { tracker.delays }

  /// Whether the newest records of the journal could be written.
  public var isJournalWritable: Bool { journal.isWritable }

  /// Records of the journal that could not be written.
  public var journalRecordsLost: UInt64 { journal.lost }

  /// Ends the session: the drive goes off, the link is closed, the journal is written.
  public func shutDown() {
    disarm()
    step()
    client.disconnect()
    tracker.stop()
    journal.finish()
  }

  /// Frames that are left when a step has decided for so long are decided on in the next one: what a
  /// stall has left behind is worked off in steps that are in time themselves. (R28)
  private static let decidesAtMost = Nanoseconds(Limits.loopLate.count / 3)

  /// One control step: waits for its time, takes in what came, decides, and acts.
  public func step() {
    nextStep = max(nextStep + period, clock.now)
    keepConnected(clock.wait(until: nextStep))
    client.poll { take($0) }
    // Read again: what came must not seem to come before it was made, however long this thread was
    // kept from running since it woke.
    let now = clock.now
    let end = now + Self.decidesAtMost
    var frames = 0
    let isUpToDate = tracker.collect(while: { clock.now < end }) { frame in
      frames += 1
      decide(at: now, frame: frame)
    }
    if frames == 0 { decide(at: now, frame: nil) }
    // After the last of what came together: a permit rests on the newest there is.
    if isUpToDate { renewLease(now) }
    noteArrival(now)
    keepRetracting(now)
    edges = []
    inputs.acknowledged = nil
    updateSnapshot(now)
  }

  // MARK: Console events

  private func keepConnected(_ now: HostInstant) {
    guard wantsConnection, now >= nextConnect else { return }
    switch client.connection.state {
    case .identified: return
    case .identifying, .closed, .lost: break
    }
    nextConnect = now + .milliseconds(100)
    nonceSeed = nonceSeed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    try? client.connect(hostNonce: UInt32(truncatingIfNeeded: nonceSeed >> 32))
  }

  private func take(_ event: ConsoleClient.Event) {
    let now = clock.now
    switch event {
    case .identified(let reply, let nonce): identified(reply, nonce: nonce)
    case .line(let header, let samples):
      noteSequence(header.sequence)
      tracker.push(header, samples: samples, received: now)
      onLine?(header, samples)
    case .status(let status): inputs.status = Fresh(status, since: now)
    case .selfTest(let report): inputs.selfTest = Fresh(report, since: now)
    case .reply(let reply): note(reply)
    case .damaged: damaged += 1
    case .lost: lost()
    }
  }

  private func identified(_ reply: IdentifyReply, nonce: UInt32) {
    inputs.isConnected = true
    inputs.identity = ConsoleIdentity(
      serial: reply.serial, firmwareHash: reply.firmwareHash, specHash: reply.specHash,
      nonce: nonce, generation: client.connection.generation)
    inputs.status = nil
    inputs.selfTest = nil
    lease = 0
    leaseSent = nil
    lineSequence.reset()
    do {
      try client.send(setup.configure)
      try client.send(Start())
      if selfTestWanted { try client.send(SelfTestRequest()) }
      selfTestWanted = false
    } catch { lost() }
  }

  /// Nothing of a lost connection is kept: all of it is unknown until proved again.
  private func lost() {
    inputs.isConnected = false
    inputs.identity = nil
    inputs.status = nil
    inputs.selfTest = nil
    snapshot.frame = nil
    advanceTarget = nil
    retractTarget = nil
  }

  /// A move that the console refused is asked for again, with a fresh permit.
  private func note(_ reply: CommandReply) {
    guard reply.status != .accepted else { return }
    snapshot.counts.refusedCommands += 1
    if reply.command == DriveCommand.messageID { moveSent = false }
  }

  private func noteSequence(_ number: UInt32) {
    if case .gap(let missing) = lineSequence.accept(number) {
      snapshot.counts.lost += UInt64(missing)
    }
  }

  // MARK: Decision and action

  private func decide(at now: HostInstant, frame: TrackedFrame?) {
    inputs.now = now
    inputs.bootTime = clock.bootTime
    inputs.frame = frame?.observation
    inputs.damaged = damaged
    inputs.isJournalWritable = journal.isWritable
    inputs.isConfigurationValid = (frame ?? snapshot.frame).map { setup.isHeld(by: $0.header) }
    inputs.soundSpeed = setup.soundSpeed
    inputs.edges = edges
    admitAcknowledge(now)
    damaged = 0
    snapshot.counts.damaged += UInt64(inputs.damaged)
    if let frame {
      snapshot.frame = frame
      snapshot.counts.frames += 1
      if guide.add(frame.sample) { isGuidanceOvertaken = true }
    }
    let wasEnabled = interlock.machine.isEnabled
    let decision = interlock.step(inputs)
    // What was decided on, as it was: acting may lose the link and with it the inputs.
    let decided = inputs
    note(decision, wasEnabled: wasEnabled)
    withdraw(on: decision)
    // Last, so that a slow disk never holds up a drop (R30).
    journal.record(decided, decision)
    snapshot.decision = decision
    edges.remove([.arm, .acknowledge, .beginSearch, .finishSearch])
  }

  /// An acknowledge goes to the console first; this end follows once the console's trip is gone.
  private func admitAcknowledge(_ now: HostInstant) {
    guard let by = acknowledgeBy else { return }
    let trip = inputs.status?.value(at: now, within: Limits.statusStaleAfter)?.trip
    if let trip, trip != .none, !isTripAcknowledged {
      isTripAcknowledged = true
      tryToSend(AcknowledgeTrip(cause: trip))
    }
    guard trip == TripCause.none || now >= by else { return }
    acknowledgeBy = nil
    inputs.edges.insert(.acknowledge)
    inputs.acknowledged = acknowledgedCause
  }

  private func note(_ decision: InterlockDecision, wasEnabled: Bool) {
    if decision.isEnabled, !wasEnabled { snapshot.counts.permits += 1 }
    if decision.action == .withdraw, case .faulted(let fault) = decision.state {
      snapshot.counts.faults.append(fault)
    }
    guard decision.isRefused else { return }
    let isArming = inputs.edges.contains(.arm)
    noteRefusals(decision.report) { isArming ? $0.kind != .gate : $0.kind == .standing }
  }

  func noteRefusals(_ report: CheckReport, where included: (CheckID) -> Bool = { _ in true }) {
    for id in CheckID.allCases where included(id) && !report[id].permits {
      snapshot.counts.refusals[id, default: 0] += 1
    }
  }

  /// At once, whatever else has come.
  private func withdraw(on decision: InterlockDecision) {
    if decision.action == .withdraw {
      advanceTarget = nil
      tryToSend(Disarm(decisionID: decision.id))
    }
    if !decision.isEnabled {
      leaseSent = nil
      moveSent = false
    }
  }

  private func renewLease(_ now: HostInstant) {
    guard interlock.machine.isEnabled else { return }
    if leaseSent.map({ now - $0 >= Limits.leaseRenewal }) ?? true {
      guard let permit = interlock.takePermit() else { return }
      lease &+= 1
      leaseSent = now
      snapshot.counts.leases += 1
      tryToSend(permit.leaseRequest(lease: lease))
    } else if let target = advanceTarget, !moveSent, let permit = interlock.takePermit() {
      moveSent = true
      tryToSend(permit.advance(to: target, speed: advanceSpeed))
    }
  }

  private func noteArrival(_ now: HostInstant) {
    guard interlock.machine.isEnabled else { return }
    if let target = advanceTarget, let depth = freshDepth(now),
      Self.way(from: depth, to: target) <= 20
    {
      advanceTarget = nil
      snapshot.advance = .reached
    }
  }

  /// In µm; depths come from the wire and may be anything.
  private static func way(from start: Micrometres, to end: Micrometres) -> Int64 {
    Int64(end.count) - Int64(start.count)
  }

  /// The needle's depth by the console's readback; nil when that is not fresh.
  private func freshDepth(_ now: HostInstant) -> Micrometres? {
    inputs.status?.value(at: now, within: Limits.statusStaleAfter)?.needleDepth
  }

  /// Asks for the retraction again in time, until the needle is there or the switch was let go.
  private func keepRetracting(_ now: HostInstant) {
    guard let target = retractTarget, now >= retractDue else { return }
    guard let depth = freshDepth(now), let frame = snapshot.frame,
      Self.way(from: target, to: depth) > 20,
      interlock.memory.enableSwitch.isPressed
    else {
      retractTarget = nil
      return
    }
    retractDue = now + Limits.retractHold / 2
    tryToSend(
      DriveCommand(
        decisionID: interlock.newestDecision,
        expires: frame.header.deviceTime + Limits.retractHold, target: target, speed: advanceSpeed,
        motion: .retract))
  }

  func tryToSend<M: WireMessage>(_ message: M) {
    guard client.connection.nonce != nil else { return }
    do { try client.send(message) } catch { lost() }
  }

  // MARK: Operator, as `OperatorCommands` uses it

  func requestSelfTest() {
    if client.connection.nonce != nil {
      tryToSend(SelfTestRequest())
    } else {
      selfTestWanted = true
    }
  }

  /// The acknowledge names the fault that stands now, as the operator sees it: one that comes
  /// between now and the console's answer is not acknowledged by it (R20).
  func requestAcknowledge() {
    guard case .faulted(let fault) = interlock.machine.state else { return }
    acknowledgedCause = fault.cause
    isTripAcknowledged = false
    acknowledgeBy = clock.now + .milliseconds(200)
  }

  func update(_ change: (inout BenchSnapshot) -> Void) { change(&snapshot) }

  private func updateSnapshot(_ now: HostInstant) {
    snapshot.now = now
    snapshot.connection = client.connection.state
    snapshot.identity = inputs.identity
    snapshot.status = inputs.status
    snapshot.selfTest = inputs.selfTest
    snapshot.maximum = interlock.memory.search.maximum
    let counts = tracker.counts
    snapshot.counts.late = counts.late
    snapshot.counts.foreign = client.counts.foreign
    snapshot.counts.missingMessages = client.counts.missing
    snapshot.counts.bytesSkipped = client.counts.bytesSkipped
    snapshot.counts.overruns = counts.overruns
    if let advanceTarget {
      snapshot.advance = moveSent ? .moving(target: advanceTarget) : .waiting(target: advanceTarget)
    } else if snapshot.advance != .reached {
      snapshot.advance = .idle
    }
  }
}

extension AdvancePermit {
  /// Spends the permit on a lease.
  consuming func leaseRequest(lease: UInt32) -> LeaseRequest {
    LeaseRequest(
      decisionID: decision, leaseID: lease, frameSequence: frameSequence, frameTime: frameTime,
      expires: expires)
  }

  /// Spends the permit on a move.
  consuming func advance(to target: Micrometres, speed: UInt32) -> DriveCommand {
    DriveCommand(
      decisionID: decision, expires: expires, target: target, speed: speed, motion: .advance)
  }
}
