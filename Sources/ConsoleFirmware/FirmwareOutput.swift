import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

extension ConsoleFirmware {
  /// When the next line is due, the header to seal it with; nil when none is due.
  ///
  /// The board fires, samples, and passes header and samples to `LineCodec.seal`.
  public mutating func beginLine(at now: DeviceInstant, pins: Pins) -> LineHeader? {
    if acquisition.due - now > acquisition.period { acquisition.due = now }
    guard acquisition.isStreaming, now >= acquisition.due else { return nil }
    acquisition.due = max(acquisition.due + acquisition.period, now)
    acquisition.sequence &+= 1
    return LineHeader(
      magic: ConsoleProtocol.magic, message: LineHeader.messageID, headerLength: 64,
      sequence: acquisition.sequence, nonce: nonce, deviceTime: now,
      sampleRateHz: acquisition.sampleRateHz, sampleCount: acquisition.sampleCount,
      gain: acquisition.gain, delay: acquisition.delay,
      flags: pins.isEmitterFit ? [] : .emitterFault, status: UInt16(trip.rawValue),
      handleRoll: pins.handleRoll, handleLevel: pins.handleLevel, needleDepth: pins.needleDepth,
      pulseRateHz: acquisition.pulseRateHz, payloadCRC: 0, reserved: 0, headerCRC: 0)
  }

  mutating func sendStatusIfDue(_ pins: Pins, _ now: DeviceInstant, _ send: Sender) {
    // A clock that was set back must not silence the console until it has caught up.
    if statusDue - now > Limits.statusPeriod { statusDue = now }
    guard nonce != 0, statusChanged || now >= statusDue else { return }
    statusChanged = false
    statusDue = now + Limits.statusPeriod
    safetySequence &+= 1
    sendPDU(status(pins, now), sequence: safetySequence, send)
  }

  private func status(_ pins: Pins, _ now: DeviceInstant) -> SafetyStatus {
    var flags: SafetyFlags = []
    func mark(_ flag: SafetyFlags, _ condition: Bool) { if condition { flags.insert(flag) } }
    var left = Nanoseconds.zero
    var travel = Micrometres.zero
    if case .running(let remaining, let used) = leaseStanding {
      flags.insert(.leaseActive)
      left = remaining
      travel = used
    }
    mark(.driveCommanded, outputs.driveEnable)
    mark(.driveReadback, pins.driveLine)
    mark(.moving, outputs.needleSpeed != 0)
    mark(.relayClosed, outputs.isRelayClosed)
    mark(.switchNormallyOpen, pins.switchNormallyOpen)
    mark(.switchNormallyClosed, pins.switchNormallyClosed)
    mark(.estopOk, pins.isEstopOK)
    mark(.watchdogOk, watchdog.isHealthy)
    mark(.selfTestOk, selfTest == .all)
    mark(.supplyOk, isSupplyOK(pins))
    mark(.temperatureOk, isTemperatureOK(pins))
    mark(.streaming, acquisition.isStreaming)
    return SafetyStatus(
      deviceTime: now, frameSequence: acquisition.sequence, leaseID: lease.newest,
      leaseLeft: left, flags: flags, trip: trip, needleDepth: pins.needleDepth,
      leaseTravel: travel, temperatureCdegc: pins.temperature, supplyMv: pins.supplyMillivolts,
      measuredGain: CentiDecibels(Int32(Int16(clamping: pins.measuredGain.count))))
  }

  mutating func sendStream<M: WireMessage>(_ message: M, _ send: Sender) {
    streamSequence &+= 1
    sendPDU(message, sequence: streamSequence, send)
  }

  private func sendPDU<M: WireMessage>(_ message: M, sequence: UInt32, _ send: Sender) {
    withUnsafeTemporaryAllocation(byteCount: PDU.capacity, alignment: 8) { buffer in
      let length = PDU.encode(message, sequence: sequence, nonce: nonce, into: buffer)
      send(M.pipe, UnsafeRawBufferPointer(rebasing: buffer[..<length]))
    }
  }
}
