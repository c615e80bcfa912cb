import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// The host: the real interlock, with the runtime's rules for connecting, leases and acknowledges
/// around it, and no tracker: what a tracker would find comes beside each line.
struct SimulatedHost {
  var interlock: Interlock
  var inputs: InterlockInputs
  var edges: OperatorEdges = []
  var advanceTarget: Micrometres?
  var retractTarget: Micrometres?
  var speed: UInt32 = 5_000
  var wasRefused = false
  var hasReached = false
  var permits = 0
  var leases = 0
  var faults = 0
  var newestFault: FaultCause?
  /// Where the newest advance may take the needle.
  var newestTarget = 0
  var targetSince = 0
  var isStreaming = false

  var nonce: UInt32 = 0
  var hostNonce: UInt32 = 0
  var epoch = -1
  var generation: UInt32 = 0
  var commandSequence: UInt32 = 0
  var nextConnect = 0
  var lease: UInt32 = 0
  var leaseSent: HostInstant?
  var moveSent = false
  var retractDue = 0
  var damaged: UInt32 = 0
  var acknowledge: (cause: FaultCause, by: Int, isTripSent: Bool)?
  var newestHeader: FrameObservation?

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
  /// Passed, and not half as old as it may be.
  var hasFreshSelfTest: Bool {
    inputs.selfTest.map {
      $0.value.passed == .all && $0.age(at: inputs.now) < Limits.selfTestExpires / 2
    } ?? false
  }

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
    if !frames.isEmpty { lineCame = now }
    if defect == .staleSkipped, now - lineCame >= Self.silence, let made = madeUp(clock) {
      frames.append(made)
    }
    if frames.isEmpty { decide(now, clock, boot, nil, &link, faults, defect) }
    for frame in frames { decide(now, clock, boot, frame, &link, faults, defect) }
    keepRetracting(now, &link, faults)
    edges = []
  }

  var pending: [FrameObservation] = []
  /// When the newest line came, in ms of the session.
  private var lineCame = 0
  /// ms without a line until the seeded defect makes one up. A line that is merely late must not find
  /// its place taken: it would be out of order, and the drive never on.
  private static let silence = 10

  mutating func keepConnected(
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

  mutating func lose() {
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

  mutating func send<M: WireMessage>(
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

  mutating func take(
    _ now: Int, _ clock: HostInstant, _ link: inout SimulationLink, _ faults: SimulationFaults
  ) {
    while let item = link.nextStatus(at: now) { takeMessage(item, now, clock, &link, faults) }
    while let item = link.nextOfStream(at: now) {
      item.isLine
        ? takeLine(item, clock, faults) : takeMessage(item, now, clock, &link, faults)
    }
  }

  mutating func takeLine(
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

  mutating func takeMessage(
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

  mutating func identified(
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

  func madeUp(_ clock: HostInstant) -> FrameObservation? {
    guard var frame = newestHeader else { return nil }
    frame.sequence &+= 1
    frame.deviceTime = frame.deviceTime + .milliseconds(1)
    frame.payloadCRC = frame.payloadCRC &* 3 &+ 1
    frame.received = clock
    return frame
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
