import BenchWorld
import ConsoleFirmware
import Foundation
import HardwareSpecs
import ProbeHAL
import ProbeWire
import Quantities
import SafetyInterlock

/// A console that is not there: the real firmware model on a simulated bench, behind a link that
/// can be made to fail.
///
/// Two interfaces: the transport (the same bytes that USB would carry), and this out-of-band one
/// (hands, faults, the world's truth for the judge). Not thread-safe; time moves only in `advance`.
public final class ConsoleEmulator {
  public let world: BenchWorld
  public var hands = BenchHands()
  /// Sees every round, with what really happened.
  public var observer: ((RoundObservation) -> Void)?
  public private(set) var faults = ActiveFaults()
  /// Time here is the host's time too, so that a stalled host wakes late from `advance`. Off where
  /// the host has a clock of its own, and stalls itself.
  public var stallsHost = true
  public private(set) var rounds: UInt64 = 0
  /// Lines that the console made, and lines that found no room in its memory.
  public private(set) var linesMade: UInt64 = 0
  public var linesOverflowed: UInt64 { stream.overflows }

  private let identity: (serial: SerialNumber, other: SerialNumber, firmwareHash: UInt64)
  private let specHash: UInt64
  private var firmware: ConsoleFirmware
  private var random: SplitMix64
  private var linkFaults: LinkFaults
  private var now = HostInstant(nanoseconds: 0)
  private var nextRound = HostInstant(nanoseconds: 0)
  private var nextInterrupt = HostInstant(nanoseconds: 0)
  /// What the drive was last given.
  private var driven = Outputs()
  private var bootedAt = HostInstant(nanoseconds: 0)
  private var clockOffset = Nanoseconds.zero
  private var drift: (began: HostInstant, length: Nanoseconds)?
  private var stallEnds: HostInstant?
  /// Where the normally open contact sticks.
  private var stuckContact: Bool?
  private var frozen: [UInt8]?
  /// The stream gives lines as fast as they are asked for, instead of one in every period.
  package var isFlooding = false {
    didSet { if isFlooding != oldValue { flood = nil } }
  }
  private var flood: LineFlood?
  private var pins = Pins()
  private let line: UnsafeMutableRawBufferPointer

  // The link. Each time the cable is plugged in, the epoch changes.
  package private(set) var epoch = 1
  package private(set) var isPlugged = true
  private var stream = ByteQueue(capacity: 4 << 20)
  private var safety = ByteQueue(capacity: 1 << 16)
  private var commands: [[UInt8]] = []

  public init(
    world: BenchWorld, serial: SerialNumber, otherSerial: SerialNumber, firmwareHash: UInt64,
    specHash: UInt64, seed: UInt64
  ) {
    self.world = world
    identity = (serial, otherSerial, firmwareHash)
    self.specHash = specHash
    firmware = ConsoleFirmware(serial: serial, firmwareHash: firmwareHash, specHash: specHash)
    random = SplitMix64(seed: seed)
    linkFaults = LinkFaults(seed: seed ^ 0x5EED)
    line = .allocate(
      byteCount: LineCodec.byteCount(samples: LineCodec.sampleCapacity), alignment: 64)
  }

  deinit { line.deallocate() }

  /// Runs the console and the world up to a host instant.
  /// - Returns: when the host really wakes: later than asked while the host is stalled.
  @discardableResult
  public func advance(to target: HostInstant) -> HostInstant {
    let target = stallEnds.map { max($0, target) } ?? target
    stallEnds = nil
    while min(nextInterrupt, nextRound) <= target {
      // At the same instant the timer comes first: it is above the loop.
      if nextInterrupt <= nextRound {
        now = nextInterrupt
        nextInterrupt = nextInterrupt + .milliseconds(1)
        timerInterrupt()
      } else {
        now = nextRound
        nextRound = nextRound + round()
      }
    }
    now = max(now, target)
    return target
  }

  // MARK: Faults

  /// Starts a fault; it lasts until `end`.
  ///
  /// - Parameters:
  ///   - amount: its strength in the unit of `FaultKind.amount`; nil takes the standard one.
  ///   - seconds: how long it is going to last, for faults that develop over their time.
  public func begin(_ kind: FaultKind, amount: Double? = nil, for seconds: Double? = nil) {
    faults[kind] = amount ?? kind.amount?.standard ?? 1
    let length = Nanoseconds(Int64((seconds ?? kind.standardDuration ?? 0) * 1e9))
    switch kind {
    case .unplug: unplug()
    case .powerCycle:
      unplug()
      resetFirmware(serial: identity.serial)
    case .wrongDevice:
      unplug()
      resetFirmware(serial: identity.other)
      // The other console is there at once; the first one comes back when the fault ends.
      plug()
    case .clockJump: clockOffset += .milliseconds(Int64(faults[.clockJump] ?? 0))
    case .hostStall:
      if stallsHost { stallEnds = now + length }
    case .gainDrift: drift = (now, max(length, .milliseconds(1)))
    case .enableStuck: stuckContact = hands.isEnabling
    default: break
    }
  }

  public func end(_ kind: FaultKind) {
    faults[kind] = nil
    switch kind {
    case .unplug, .powerCycle: plug()
    case .wrongDevice:
      unplug()
      resetFirmware(serial: identity.serial)
      plug()
    case .gainDrift: drift = nil
    case .enableStuck: stuckContact = nil
    case .freezeFrames: frozen = nil
    default: break
    }
  }

  private func unplug() {
    isPlugged = false
    firmware.loseLink()
    clearLink()
  }

  private func plug() {
    isPlugged = true
    epoch += 1
  }

  private func resetFirmware(serial: SerialNumber) {
    firmware = ConsoleFirmware(
      serial: serial, firmwareHash: identity.firmwareHash, specHash: specHash)
    bootedAt = now
    driven = Outputs()
    world.setNeedleSpeed(mmPerS: 0)
  }

  private func clearLink() {
    stream.clear()
    safety.clear()
    commands.removeAll()
    linkFaults.clear()
  }

  // MARK: The link, as the transport sees it

  /// The serial number of the console that is plugged in now.
  public var serial: SerialNumber { firmware.serial }
  /// The newest instant that the console has lived through.
  package var time: HostInstant { now }
  /// Commands that the firmware has not looked at yet; it does so every round.
  package var commandsWaiting: Int { commands.count }

  package func openLink() throws(TransportError) {
    guard isPlugged else { throw .noDevice }
    clearLink()
  }

  package func closeLink(epoch: Int) {
    guard isPlugged, epoch == self.epoch else { return }
    firmware.loseLink()
    clearLink()
  }

  package func send(_ pdu: UnsafeRawBufferPointer) {
    if faults[.leaseLoss] != nil, pdu.count > 2, pdu[2] == LeaseRequest.messageID { return }
    commands.append(Array(pdu))
  }

  package func receive(
    _ pipe: HardwareSpecs.Pipe, into space: UnsafeMutableRawBufferPointer
  ) throws(TransportError) -> Int {
    switch pipe {
    case .stream:
      if faults[.stall] != nil { throw .stalled }
      if isFlooding { floodStream(atLeast: space.count) }
      return stream.move(into: space)
    case .safety: return safety.move(into: space)
    case .command: return 0
    }
  }

  /// Whether nothing waits on a pipe to the host; a flood never ends.
  package func isEmpty(_ pipe: HardwareSpecs.Pipe) -> Bool {
    switch pipe {
    case .stream: stream.isEmpty && !(isFlooding && makesLines)
    case .safety: safety.isEmpty
    case .command: true
    }
  }

  // MARK: One round

  /// - Returns: the time to the next round.
  private func round() -> Nanoseconds {
    rounds += 1
    world.disturbance = disturbance()
    advanceWorld()
    if !isPowered {
      world.setNeedleSpeed(mmPerS: 0)
    } else if faults[.firmwareStall] == nil {
      runFirmware()
    }
    observe()
    return firmware.acquisition.isStreaming ? firmware.acquisition.period : .milliseconds(1)
  }

  /// The board's timer, every millisecond, whatever the loop does (R17). A drive that the loop left on
  /// stays on until this drops it.
  private func timerInterrupt() {
    guard isPowered else { return }
    let outputs = firmware.watchdogInterrupt(at: deviceNow)
    guard outputs != driven else { return }
    advanceWorld()
    drive(outputs)
    observe()
  }

  private var isPowered: Bool { faults[.powerCycle] == nil }
  private var makesLines: Bool {
    firmware.acquisition.isStreaming && faults[.firmwareStall] == nil
  }

  private func advanceWorld() { world.advance(to: Double(now.nanoseconds) * 1e-9) }

  private func observe() {
    let isStuckOn = faults[.driveStuckOn] != nil
    observer?(
      RoundObservation(
        time: now,
        isDriveEnergised: world.needleSpeedMMPerS > 0
          || isPowered && firmware.outputs.isRelayClosed
            && (isStuckOn || firmware.outputs.driveEnable),
        needleSpeed: world.needleSpeedMMPerS, hands: hands, faults: faults,
        gainErrorDB: world.disturbance.gainDriftDB))
  }

  private func runFirmware() {
    pins = readPins()
    let pending = commands
    commands.removeAll(keepingCapacity: true)
    let send: ConsoleFirmware.Sender = { [self] pipe, bytes in
      guard isPlugged else { return }
      if pipe == .safety { safety.append(bytes) } else { stream.append(bytes) }
    }
    for command in pending {
      command.withUnsafeBytes { firmware.receive($0, at: deviceNow, pins: pins, send: send) }
    }
    let outputs = firmware.round(at: deviceNow, pins: pins, send: send)
    drive(outputs)
    linkFaults.release(faults: faults, rounds: rounds) { stream.append($0) }
    if !isFlooding, let header = firmware.beginLine(at: deviceNow, pins: pins) { makeLine(header) }
  }

  /// The console's own clock.
  private var deviceNow: DeviceInstant {
    DeviceInstant(nanoseconds: now.nanoseconds - bootedAt.nanoseconds + 1_000_000) + clockOffset
  }

  /// The motor turns when its stage is on and the relay is closed; a stuck stage runs it at full speed.
  private func drive(_ outputs: Outputs) {
    driven = outputs
    let speed =
      faults[.driveStuckOn] != nil ? Limits.needleSpeedMax : outputs.needleSpeed
    world.setNeedleSpeed(mmPerS: outputs.isRelayClosed ? Double(speed) * 1e-3 : 0)
  }

  private func readPins() -> Pins {
    var pins = Pins()
    // One contact may stick; its partner still follows the hand.
    pins.switchNormallyOpen = stuckContact ?? hands.isEnabling
    pins.switchNormallyClosed = !hands.isEnabling
    pins.isEstopOK = !hands.isEstopPressed
    pins.driveLine = firmware.outputs.driveEnable || faults[.driveStuckOn] != nil
    pins.needleDepth = Micrometres(Int32((world.needleDepthMM * 1e3).rounded()))
    pins.handleRoll = Millidegrees(Int32((world.handleRollDeg * 1e3).rounded()))
    pins.handleLevel = Micrometres(Int32((world.handleLevelMM * 1e3).rounded()))
    pins.measuredGain = CentiDecibels(
      firmware.acquisition.gain.count + Int32((world.disturbance.gainDriftDB * 100).rounded()))
    pins.entropy = UInt32(truncatingIfNeeded: random.next())
    return pins
  }

  private func disturbance() -> Disturbance {
    var d = Disturbance()
    guard !faults.isEmpty else { return d }
    if let level = faults[.noiseBurst] {
      d.extraNoiseSigmaLSB = world.noiseSigmaLSB * pow(10, level / 20)
    }
    d.electrosurgery = faults[.electrosurgery] != nil
    d.saturationGainDB = faults[.saturate] ?? 0
    if let end = faults[.gainDrift], let drift {
      d.gainDriftDB = end * min(1, (now - drift.began).seconds / drift.length.seconds)
    }
    d.triggerSkewNS = faults[.triggerSkew] ?? 0
    return d
  }

  private func makeLine(_ header: LineHeader) {
    var header = header
    let count = Int(header.sampleCount)
    let whole = UnsafeMutableRawBufferPointer(
      rebasing: line[..<LineCodec.byteCount(samples: count)])
    let payload = UnsafeMutableRawBufferPointer(
      rebasing: whole[ConsoleProtocol.lineHeaderBytes...])
    let samples = payload.bindMemory(to: Int16.self)
    let clipped = world.synthesize(
      into: samples, sampleRateHz: Double(header.sampleRateHz),
      delayNS: Double(header.delay.count), gainDB: header.gain.decibels)
    if clipped { header.flags.insert(.clipped) }
    if faults[.nanSamples] != nil {
      for index in stride(from: 100, to: count, by: 97) { samples[index] = .min }
    }
    if faults[.freezeFrames] != nil {
      if let frozen, frozen.count == payload.count {
        payload.copyBytes(from: frozen)
      } else {
        frozen = Array(payload)
      }
    }
    LineCodec.seal(header, in: whole)
    linesMade += 1
    guard isPlugged else { return }
    linkFaults.carry(
      UnsafeRawBufferPointer(whole), faults: faults, rounds: rounds,
      roundsPerMillisecond: Double(header.pulseRateHz) / 1_000
    ) { stream.append($0) }
  }

  /// Fills the stream with lines until `count` bytes wait there, if lines are started at all.
  private func floodStream(atLeast count: Int) {
    guard isPlugged, makesLines else { return }
    let line = LineCodec.byteCount(samples: Int(firmware.acquisition.sampleCount))
    while stream.count < count, stream.room >= line {
      var flood = self.flood ?? LineFlood(since: deviceNow)
      self.flood = nil
      flood.due = flood.due + firmware.acquisition.period
      guard var header = firmware.beginLine(at: flood.due, pins: pins) else { return }
      header.deviceTime = deviceNow
      flood.withLine(header, of: world) { stream.append($0) }
      self.flood = flood
      linesMade += 1
    }
  }
}
