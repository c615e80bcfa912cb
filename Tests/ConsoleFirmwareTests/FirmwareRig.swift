import ConsoleFirmware
import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// The firmware on a bench of pins: PDUs in, outputs and messages out, a needle that obeys.
///
/// A value: a test that needs many endings from one beginning copies it.
struct FirmwareRig {
  static let serial = SerialNumber("PG-RIG-1")

  var firmware = ConsoleFirmware(serial: serial, firmwareHash: 7, specHash: SpecHash.value)
  var pins = Pins()
  private(set) var now: DeviceInstant
  var period = Nanoseconds.milliseconds(1)
  /// The needle's drive: how much faster than commanded it runs.
  var driveGain = 1.0
  /// The read-back line, when it does not follow the output.
  var stuckLine: Bool?
  private(set) var depth = 0.0
  /// What the depth readback is off by, µm.
  var readbackError = 0.0
  /// Where the depth readback stands still, µm.
  var frozenDepth: Double?
  private(set) var sequence: UInt32 = 0
  private(set) var nonce: UInt32 = 0
  var replies: [CommandReply] = []
  var reports: [SelfTestReport] = []
  var statuses: [(sequence: UInt32, status: SafetyStatus)] = []
  private(set) var decision: UInt64 = 0
  private(set) var lease: UInt32 = 0

  init(start: UInt64 = 1_000_000_000) { now = DeviceInstant(nanoseconds: start) }

  /// Connected, streaming, tested, acknowledged, and the switch held: only a lease is missing.
  static func ready(start: UInt64 = 1_000_000_000) -> Self {
    var rig = Self(start: start)
    rig.connect()
    rig.send(SelfTestRequest())
    rig.step(2)
    rig.send(AcknowledgeTrip(cause: .powerUp))
    rig.press(false)
    rig.step(2)
    rig.press(true)
    rig.step(2)
    return rig
  }

  /// Ready, with a lease and an advance under way.
  static func advancing(speed: UInt32 = 10_000, start: UInt64 = 1_000_000_000) -> Self {
    var rig = ready(start: start)
    rig.renew()
    rig.advance(speed: speed)
    rig.step()
    return rig
  }

  var isOn: Bool { firmware.outputs.driveEnable }
  var isMoving: Bool { firmware.outputs.needleSpeed != 0 }

  /// The newest lease that the console has granted, as its next status tells it.
  var grantedLease: UInt32 {
    var later = self
    later.statuses = []
    later.step(6)
    return later.statuses.last?.status.leaseID ?? 0
  }

  // MARK: The bench

  mutating func press(_ isPressed: Bool) {
    pins.switchNormallyOpen = isPressed
    pins.switchNormallyClosed = !isPressed
  }

  mutating func put(depth: Double) {
    self.depth = depth
    pins.needleDepth = Micrometres(Int32(depth))
  }

  /// Lets time pass without a round: a loop that hangs.
  mutating func hang(_ length: Nanoseconds) { now = now + length }

  mutating func step(_ rounds: Int = 1) {
    for _ in 0..<rounds {
      now = now + period
      let out = firmware.outputs
      if out.isRelayClosed {
        depth = max(0, depth + Double(out.needleSpeed) * driveGain * period.seconds)
      }
      pins.needleDepth = Micrometres(Int32(((frozenDepth ?? depth) + readbackError).rounded()))
      pins.driveLine = stuckLine ?? out.driveEnable
      var sent: [[UInt8]] = []
      _ = firmware.round(at: now, pins: pins) { sent.append(Array($1)) }
      _ = firmware.beginLine(at: now, pins: pins)
      take(sent)
    }
  }

  // MARK: The host

  mutating func connect() {
    pins.entropy = pins.entropy &+ 0x1234_5677
    sequence = 0
    nonce = 0
    lease = 0
    send(IdentifyRequest(hostNonce: 99, protocolVersion: ConsoleProtocol.version))
    send(
      Configure(
        pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 1_024, gain: .zero, delay: .zero)
    )
    send(Start())
    step(2)
  }

  mutating func send<M: WireMessage>(_ message: M) {
    sequence &+= 1
    send(message, sequence: sequence, nonce: nonce)
  }

  mutating func send<M: WireMessage>(
    _ message: M, sequence: UInt32, nonce: UInt32, flippedBit: Int? = nil
  ) {
    var bytes = [UInt8](repeating: 0, count: PDU.capacity)
    let length = bytes.withUnsafeMutableBytes {
      PDU.encode(message, sequence: sequence, nonce: nonce, into: $0)
    }
    if let flippedBit { bytes[flippedBit / 8] ^= 1 << UInt8(flippedBit % 8) }
    var sent: [[UInt8]] = []
    bytes[..<length].withUnsafeBytes {
      firmware.receive($0, at: now, pins: pins) { sent.append(Array($1)) }
    }
    take(sent)
  }

  /// Asks for the next lease, as the host does every 10 ms.
  mutating func renew(expiresAfter: Nanoseconds = Limits.permitExpires) {
    decision += 1
    lease &+= 1
    request(decision: decision, lease: lease, expires: now + expiresAfter)
  }

  mutating func request(
    decision: UInt64, lease: UInt32, frameTime: DeviceInstant? = nil, expires: DeviceInstant? = nil
  ) {
    send(
      LeaseRequest(
        decisionID: decision, leaseID: lease, frameSequence: firmware.acquisition.sequence,
        frameTime: frameTime ?? now, expires: expires ?? now + Limits.permitExpires))
  }

  mutating func advance(
    to target: Int32 = 12_000, speed: UInt32 = 10_000, decision: UInt64? = nil,
    expires: DeviceInstant? = nil
  ) {
    drive(.advance, target, speed, decision, expires)
  }

  /// Advances, with a lease that is kept up, until the needle is so far out, µm.
  mutating func advance(to target: Int32, speed: UInt32, untilDepth reached: Double) {
    renew()
    advance(to: target, speed: speed)
    while depth < reached {
      step(10)
      renew()
    }
  }

  mutating func retract(to target: Int32 = 0, speed: UInt32 = 5_000) {
    drive(.retract, target, speed, nil, nil)
  }

  private mutating func drive(
    _ motion: DriveMotion, _ target: Int32, _ speed: UInt32, _ decision: UInt64?,
    _ expires: DeviceInstant?
  ) {
    send(
      DriveCommand(
        decisionID: decision ?? self.decision, expires: expires ?? now + .milliseconds(50),
        target: Micrometres(target), speed: speed, motion: motion))
  }

  private mutating func take(_ messages: [[UInt8]]) {
    for bytes in messages {
      bytes.withUnsafeBytes { raw in
        guard let (envelope, payload) = try? PDU.open(raw) else { return }
        switch envelope.message {
        case IdentifyReply.messageID: nonce = envelope.nonce
        case CommandReply.messageID: CommandReply(payload: payload).map { replies.append($0) }
        case SelfTestReport.messageID: SelfTestReport(payload: payload).map { reports.append($0) }
        case SafetyStatus.messageID:
          SafetyStatus(payload: payload).map { statuses.append((envelope.sequence, $0)) }
        default: break
        }
      }
    }
  }

  /// The console's answer to the newest command that is answered.
  var answer: CommandStatus? { replies.last?.status }
}
