import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

extension ConsoleFirmware {
  /// Takes one PDU of the command pipe. Whatever is wrong with it is counted, and nothing that was
  /// refused moves anything.
  public mutating func receive(
    _ bytes: UnsafeRawBufferPointer, at now: DeviceInstant, pins: Pins, send: Sender
  ) {
    do throws(WireError) {
      let (envelope, payload) = try PDU.open(bytes)
      if envelope.message == IdentifyRequest.messageID {
        return identify(
          try PDU.message(IdentifyRequest.self, payload), envelope, pins: pins, send: send)
      }
      guard nonce != 0, envelope.nonce == nonce else {
        // A command of an old connection (R12): nobody's word.
        refusedCommands += 1
        return
      }
      switch commandSequence.accept(envelope.sequence) {
      case .first, .next: break
      case .gap:
        trip(.badCommand)
        // The rest may still stop things, but a trip is not cleared in the breath that caused it.
        if envelope.message == AcknowledgeTrip.messageID {
          refusedCommands += 1
          return
        }
      case .behind:
        refusedCommands += 1
        return
      }
      let status = try obey(envelope.message, payload, now: now, pins: pins, send: send)
      if envelope.message != LeaseRequest.messageID {
        let reply = CommandReply(
          commandSequence: envelope.sequence, command: envelope.message, status: status)
        sendStream(reply, send)
      }
    } catch {
      refusedCommands += 1
      integrity.note(damaged: 1, now: now.nanoseconds)
    }
  }

  private mutating func identify(
    _ request: IdentifyRequest, _ envelope: Envelope, pins: Pins, send: Sender
  ) {
    nonce = pins.entropy == 0 ? 1 : pins.entropy
    // Even a source of entropy that is stuck must not make the old connection valid again (R12).
    if nonce == newestNonce { nonce = nonce == .max ? 1 : nonce + 1 }
    newestNonce = nonce
    // What the self-test proved was proved to another host (R26).
    selfTest = []
    commandSequence = SequenceMonitor()
    _ = commandSequence.accept(envelope.sequence)
    lease = LeaseGuard()
    leaseStanding = .off
    motion = .stop
    acquisition = Acquisition()
    outputs = Outputs()
    enableSwitch.demandRelease()
    streamSequence = 0
    safetySequence = 0
    statusChanged = true
    sendStream(
      IdentifyReply(
        serial: serial, firmwareHash: firmwareHash, specHash: specHash,
        hostNonce: request.hostNonce, protocolVersion: UInt16(ConsoleProtocol.version)), send)
  }

  private mutating func obey(
    _ message: UInt8, _ payload: UnsafeRawBufferPointer, now: DeviceInstant, pins: Pins,
    send: Sender
  ) throws(WireError) -> CommandStatus {
    switch message {
    case Configure.messageID:
      let command = try PDU.message(Configure.self, payload)
      dropLease()
      guard !acquisition.isStreaming else { return .wrongState }
      return acquisition.configure(command) ? .accepted : .outOfRange
    case Start.messageID:
      guard acquisition.isConfigured, !acquisition.isStreaming else { return .wrongState }
      acquisition.isStreaming = true
      acquisition.due = now
      return .accepted
    case Stop.messageID:
      dropLease()
      acquisition.stop()
      return .accepted
    case SelfTestRequest.messageID:
      guard !outputs.driveEnable else { return .wrongState }
      let report = runSelfTest(at: now, pins: pins)
      selfTest = report.passed.intersection(report.run)
      sendStream(report, send)
      return .accepted
    case LeaseRequest.messageID:
      return grantLease(try PDU.message(LeaseRequest.self, payload), now: now, pins: pins)
    case DriveCommand.messageID:
      return move(try PDU.message(DriveCommand.self, payload), now: now, pins: pins)
    case Disarm.messageID:
      dropLease()
      lease.withdraw(decision: try PDU.message(Disarm.self, payload).decisionID)
      return .accepted
    case AcknowledgeTrip.messageID:
      return acknowledge(try PDU.message(AcknowledgeTrip.self, payload).cause, pins: pins)
    default:
      return .malformed
    }
  }

  private mutating func dropLease() {
    lease.drop()
    leaseStanding = .off
    motion = .stop
    outputs.driveEnable = false
    outputs.needleSpeed = 0
  }

  private mutating func grantLease(
    _ request: LeaseRequest, now: DeviceInstant, pins: Pins
  ) -> CommandStatus {
    guard trip == .none, pins.isEstopOK, watchdog.isHealthy, enableSwitch.isHeld,
      selfTest == .all, isHealthy(pins), acquisition.isStreaming,
      acquisition.sequence &- request.frameSequence < 0x8000_0000
    else { return .refused }
    let answer = lease.request(
      LeaseGuard.Request(
        decision: request.decisionID, lease: request.leaseID, frameTime: request.frameTime,
        expires: request.expires),
      now: now, depth: pins.needleDepth)
    guard answer == .granted else { return answer == .expired ? .expired : .refused }
    leaseStanding = .running(left: Limits.lease, travel: .zero)
    return .accepted
  }

  private mutating func move(
    _ command: DriveCommand, now: DeviceInstant, pins: Pins
  ) -> CommandStatus {
    guard command.motion != .stop else {
      motion = .stop
      return .accepted
    }
    guard command.speed > 0, command.speed <= UInt32(Limits.needleSpeedMax),
      (Micrometres.zero...Limits.needleThrow).contains(command.target)
    else { return .outOfRange }
    guard now < command.expires else { return .expired }
    guard trip == .none, pins.isEstopOK, watchdog.isHealthy, enableSwitch.isHeld
    else { return .refused }
    let speed = Int32(command.speed)
    switch command.motion {
    case .stop: break
    case .advance:
      guard case .running = leaseStanding, lease.covers(decision: command.decisionID)
      else { return .refused }
      if case .advance = motion {} else { forgiveOverrun(pins) }
      motion = .advance(target: command.target, speed: speed)
    case .retract:
      // Pulling back needs no alignment, only the held switch and the stop chain. A target ahead
      // is no retraction, and is not made one.
      guard command.target <= max(pins.needleDepth, .zero) else { return .malformed }
      lease.drop()
      leaseStanding = .off
      motion = .retract(
        target: command.target, speed: speed, until: min(command.expires, now + Limits.retractHold))
    }
    return .accepted
  }

  /// Clears a trip that is named and whose cause is gone; never starts anything (R20).
  private mutating func acknowledge(_ cause: TripCause, pins: Pins) -> CommandStatus {
    // With nothing to clear there is nothing to forget either.
    guard cause == trip, cause != .none else { return .refused }
    // A refused acknowledge forgets nothing.
    var released = enableSwitch
    released.acknowledge()
    guard pins.isEstopOK, !released.isDiscrepant, isSupplyOK(pins), isTemperatureOK(pins),
      !pins.driveLine, !isBeyondThrow(pins), cause != .unhealthy || isHealthy(pins)
    else { return .refused }
    enableSwitch = released
    forgiveOverrun(pins)
    forgiveLeap(pins)
    watchdog.restart()
    readback.acknowledge()
    integrity.acknowledge()
    trip = .none
    statusChanged = true
    return .accepted
  }
}
