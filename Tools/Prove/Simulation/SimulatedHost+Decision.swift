import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// Decision and action: the runtime's rules, step by step.
extension SimulatedHost {
  mutating func decide(
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

  mutating func spoil(_ defect: SimulationDefect?) {
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

  mutating func admitAcknowledge(
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

  mutating func act(
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

  func freshDepth(_ clock: HostInstant) -> Int? {
    inputs.status?.value(at: clock, within: Limits.statusStaleAfter)
      .map { Int($0.needleDepth.count) }
  }

  mutating func keepRetracting(
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
}
