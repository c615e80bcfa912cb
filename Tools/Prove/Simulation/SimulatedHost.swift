import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// The host: the real interlock, with the runtime's rules for connecting, leases and acknowledges
/// around it, and no tracker: what a tracker would find comes beside each line.
struct SimulatedHost {
  private(set) var interlock: Interlock
  private(set) var inputs: InterlockInputs
  var edges: OperatorEdges = []
  var advanceTarget: Micrometres?
  var retractTarget: Micrometres?
  var speed: UInt32 = 5_000
  private(set) var wasRefused = false
  private(set) var hasReached = false
  private(set) var permits = 0
  private(set) var leases = 0
  private(set) var faults = 0
  private(set) var newestFault: FaultCause?
  /// Where the newest advance may take the needle.
  private(set) var newestTarget = 0
  private(set) var targetSince = 0
  private(set) var isStreaming = false

  private var nonce: UInt32 = 0
  private var hostNonce: UInt32 = 0
  private var epoch = -1
  private var generation: UInt32 = 0
  private var commandSequence: UInt32 = 0
  private var nextConnect = 0
  private var lease: UInt32 = 0
  private var leaseSent: HostInstant?
  private var moveSent = false
  private var retractDue = 0
  private var damaged: UInt32 = 0
  private var acknowledge: (cause: FaultCause, by: Int, isTripSent: Bool)?
  private var newestHeader: FrameObservation?

  static let setup = InterlockSetup(
    serial: SimulatedConsole.serial, firmwareHash: SimulatedConsole.firmwareHash,
    specHash: SpecHash.value, linkBudget: LinkBudget { _ in CentiDecibels(5_000) })

  init(start: HostInstant) {
    interlock = Interlock(Self.setup, start: start)
    inputs = InterlockInputs(now: start)
  }

  var isIdentified: Bool { nonce != 0 }
  var isEnabled: Bool { interlock.machine.isEnabled }
  var depth: Int? { inputs.status.map { Int($0.value.needleDepth.count) } }
  var hasSelfTest: Bool { inputs.selfTest.map { $0.value.passed == .all } ?? false }

  // MARK: One step

  mutating func step(
    at now: Int, clock: HostInstant, boot: HostInstant, _ link: inout SimulationLink,
    _ faults: SimulationFaults, _ defect: SimulationDefect?
  ) {
    keepConnected(now, &link, faults)
    take(now, clock, &link, faults)
    wasRefused = false
    var frames = pending
    pending.removeAll(keepingCapacity: true)
    if frames.isEmpty, defect == .staleSkipped, let made = madeUp(clock) { frames.append(made) }
    if frames.isEmpty { decide(now, clock, boot, nil, &link, faults, defect) }
    for frame in frames { decide(now, clock, boot, frame, &link, faults, defect) }
    keepRetracting(now, &link, faults)
    edges = []
  }

  private var pending: [FrameObservation] = []

  private mutating func keepConnected(
    _ now: Int, _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    if epoch != link.epoch || !link.isPlugged, epoch >= 0 { lose() }
    guard nonce == 0, link.isPlugged, now >= nextConnect else { return }
    nextConnect = now + 100
    epoch = link.epoch
    link.reopen()
    generation &+= 1
    hostNonce = hostNonce &* 1_664_525 &+ 1_013_904_223 &+ UInt32(truncatingIfNeeded: now)
    commandSequence = 0
    send(
      IdentifyRequest(hostNonce: hostNonce, protocolVersion: UInt16(ConsoleProtocol.version)),
      now, &link, faults)
  }

  private mutating func lose() {
    nonce = 0
    epoch = -1
    inputs.isConnected = false
    inputs.identity = nil
    inputs.status = nil
    inputs.selfTest = nil
    newestHeader = nil
    advanceTarget = nil
    retractTarget = nil
  }

  private mutating func send<M: WireMessage>(
    _ message: M, _ now: Int, _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    commandSequence &+= 1
    let (sequence, nonce) = (commandSequence, nonce)
    withUnsafeTemporaryAllocation(byteCount: PDU.capacity, alignment: 8) { buffer in
      let length = PDU.encode(message, sequence: sequence, nonce: nonce, into: buffer)
      link.sendCommand(UnsafeRawBufferPointer(rebasing: buffer[..<length]), at: now, faults)
    }
  }

  // MARK: What comes

  private mutating func take(
    _ now: Int, _ clock: HostInstant, _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    while let item = link.nextStatus(at: now) { takeMessage(item, now, clock, &link, faults) }
    while let item = link.nextOfStream(at: now) {
      item.isLine
        ? takeLine(item, clock, faults) : takeMessage(item, now, clock, &link, faults)
    }
  }

  private mutating func takeLine(
    _ item: SimulationTransfer, _ clock: HostInstant, _ faults: SimulationFaults
  ) {
    let opened = item.withBytes { bytes in
      do throws(WireError) { return try LineCodec.openHeader(bytes) as LineHeader? } catch {
        return nil
      }
    }
    guard let header = opened else {
      damaged += 1
      return
    }
    let frame = FrameObservation(
      sequence: header.sequence, nonce: header.nonce, deviceTime: header.deviceTime,
      received: clock, payloadCRC: header.payloadCRC, flags: header.flags,
      handleRoll: header.handleRoll, handleLevel: header.handleLevel,
      needleDepth: header.needleDepth, signal: item.signal,
      invalidReasons: item.signal == nil ? 1 : 0)
    pending.append(frame)
  }

  private mutating func takeMessage(
    _ item: SimulationTransfer, _ now: Int, _ clock: HostInstant, _ link: inout SimulationLink,
    _ faults: SimulationFaults
  ) {
    item.withBytes { bytes in
      do throws(WireError) {
        let (envelope, payload) = try PDU.open(bytes)
        if envelope.message == IdentifyReply.messageID {
          let reply = try PDU.message(IdentifyReply.self, payload)
          guard nonce == 0, reply.hostNonce == hostNonce, envelope.nonce != 0 else { return }
          return identified(reply, envelope.nonce, now, &link, faults)
        }
        guard envelope.nonce == nonce else { return }
        switch envelope.message {
        case SafetyStatus.messageID:
          inputs.status = Fresh(try PDU.message(SafetyStatus.self, payload), since: clock)
          isStreaming = inputs.status?.value.flags.contains(.streaming) ?? false
        case SelfTestReport.messageID:
          inputs.selfTest = Fresh(try PDU.message(SelfTestReport.self, payload), since: clock)
        case CommandReply.messageID:
          let reply = try PDU.message(CommandReply.self, payload)
          if reply.status != .accepted, reply.command == DriveCommand.messageID {
            moveSent = false
          }
        default: damaged += 1
        }
      } catch { damaged += 1 }
    }
  }

  private mutating func identified(
    _ reply: IdentifyReply, _ nonce: UInt32, _ now: Int, _ link: inout SimulationLink,
    _ faults: SimulationFaults
  ) {
    self.nonce = nonce
    inputs.isConnected = true
    inputs.identity = ConsoleIdentity(
      serial: reply.serial, firmwareHash: reply.firmwareHash, specHash: reply.specHash,
      nonce: nonce, generation: generation)
    inputs.status = nil
    inputs.selfTest = nil
    lease = 0
    leaseSent = nil
    send(
      Configure(
        pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 1_024, gain: .zero,
        delay: .zero), now, &link, faults)
    send(Start(), now, &link, faults)
  }

  private func madeUp(_ clock: HostInstant) -> FrameObservation? {
    guard var frame = newestHeader else { return nil }
    frame.sequence &+= 1
    frame.deviceTime = frame.deviceTime + .milliseconds(1)
    frame.payloadCRC = frame.payloadCRC &* 3 &+ 1
    frame.received = clock
    return frame
  }

  // MARK: Decision and action

  private mutating func decide(
    _ now: Int, _ clock: HostInstant, _ boot: HostInstant, _ frame: FrameObservation?,
    _ link: inout SimulationLink, _ faults: SimulationFaults, _ defect: SimulationDefect?
  ) {
    inputs.now = clock
    inputs.bootTime = boot
    inputs.frame = frame
    inputs.damaged = damaged
    damaged = 0
    inputs.isJournalWritable = !faults[.journalFull] || defect == .journalIgnored
    inputs.isConfigurationValid = !faults[.configurationChange] || defect == .configurationIgnored
    inputs.soundSpeed = MillimetresPerSecond(
      faults[.wrongSoundSpeed] ? 1_300_000 : (faults[.soundSpeedUnits] ? 1_570 : 1_570_000))
    inputs.edges = edges
    admitAcknowledge(now, clock, &link, faults)
    if frame != nil { newestHeader = frame }
    spoil(defect)
    let wasEnabled = isEnabled
    let decision = interlock.step(inputs)
    if decision.isEnabled, !wasEnabled { permits += 1 }
    if decision.isRefused { wasRefused = true }
    if decision.action == .withdraw, case .faulted(let fault) = decision.state {
      self.faults += 1
      newestFault = fault.cause
    }
    act(on: decision, now, clock, &link, faults)
    edges.remove([.arm, .acknowledge, .beginSearch, .finishSearch])
    inputs.acknowledged = nil
  }

  private mutating func spoil(_ defect: SimulationDefect?) {
    if defect == .identityIgnored, inputs.identity != nil {
      inputs.identity?.serial = Self.setup.serial
      inputs.identity?.firmwareHash = Self.setup.firmwareHash
    }
    if defect == .peakEverywhere, inputs.frame?.signal != nil, interlock.memory.search.isFinished {
      inputs.frame?.signal = SignalObservation(
        amplitude: interlock.memory.search.maximum ?? .zero, snr: CentiDecibels(3_000),
        timeOfFlight: Nanoseconds(3_185))
    }
  }

  private mutating func admitAcknowledge(
    _ now: Int, _ clock: HostInstant, _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    guard let asked = acknowledge else { return }
    let trip = inputs.status?.value(at: clock, within: Limits.statusStaleAfter)?.trip
    if let trip, trip != .none, !asked.isTripSent {
      acknowledge?.isTripSent = true
      if nonce != 0 { send(AcknowledgeTrip(cause: trip), now, &link, faults) }
    }
    guard trip == TripCause.none || now >= asked.by else { return }
    acknowledge = nil
    inputs.edges.insert(.acknowledge)
    inputs.acknowledged = asked.cause
  }

  private mutating func act(
    on decision: InterlockDecision, _ now: Int, _ clock: HostInstant,
    _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    if decision.action == .withdraw {
      leaseSent = nil
      moveSent = false
      advanceTarget = nil
      if nonce != 0 { send(Disarm(decisionID: decision.id), now, &link, faults) }
    }
    guard decision.isEnabled else {
      leaseSent = nil
      moveSent = false
      return
    }
    if leaseSent.map({ clock - $0 >= Limits.leaseRenewal }) ?? true {
      guard let permit = interlock.takePermit() else { return }
      lease &+= 1
      leaseSent = clock
      leases += 1
      send(
        LeaseRequest(
          decisionID: permit.decision, leaseID: lease, frameSequence: permit.frameSequence,
          frameTime: permit.frameTime, expires: permit.expires), now, &link, faults)
    } else if let target = advanceTarget, !moveSent, let permit = interlock.takePermit() {
      moveSent = true
      newestTarget = Int(target.count)
      targetSince = now
      send(
        DriveCommand(
          decisionID: permit.decision, expires: permit.expires, target: target, speed: speed,
          motion: .advance), now, &link, faults)
    }
    if let target = advanceTarget, let depth = freshDepth(clock), Int(target.count) - depth <= 20 {
      advanceTarget = nil
      hasReached = true
    }
  }

  private func freshDepth(_ clock: HostInstant) -> Int? {
    inputs.status?.value(at: clock, within: Limits.statusStaleAfter)
      .map { Int($0.needleDepth.count) }
  }

  private mutating func keepRetracting(
    _ now: Int, _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    guard let target = retractTarget, now >= retractDue, nonce != 0 else { return }
    guard let depth = freshDepth(inputs.now), depth - Int(target.count) > 20,
      let frame = newestHeader, interlock.memory.enableSwitch.isPressed
    else {
      retractTarget = nil
      return
    }
    retractDue = now + 50
    send(
      DriveCommand(
        decisionID: interlock.newestDecision,
        expires: DeviceInstant(
          nanoseconds: frame.deviceTime.nanoseconds
            &+ UInt64(Limits.retractHold.count)), target: target, speed: speed, motion: .retract),
      now, &link, faults)
  }

  // MARK: Operator

  mutating func requestAcknowledge(at now: Int) {
    guard case .faulted(let fault) = interlock.machine.state else { return }
    acknowledge = (fault.cause, now + 200, false)
  }

  mutating func requestSelfTest(
    at now: Int, _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    if nonce != 0 { send(SelfTestRequest(), now, &link, faults) }
  }

  mutating func advance(to target: Micrometres) {
    hasReached = false
    advanceTarget = target
  }

  mutating func disconnect() { lose() }
}
