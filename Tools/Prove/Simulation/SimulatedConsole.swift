import ConsoleFirmware
import HardwareSpecs
import ProbeWire
import Quantities
import SafetyInterlock

/// The console's board around the real firmware: pins that can lie, a drive that can fail, a clock
/// of its own.
struct SimulatedConsole {
  static let serial = SerialNumber("PG-SIM-1")
  static let firmwareHash: UInt64 = 0xF1

  private(set) var firmware: ConsoleFirmware
  /// The console's clock in ns.
  private var clock: UInt64
  private var pins = Pins()
  /// Contacts as they stood when they stuck, and the depth at which the readback stuck, in µm.
  private var stuckOpen: Bool?
  private var stuckClosed: Bool?
  private var stuckDepth: Int32?
  private var depthError: Int32 = 0
  /// Added to the counter of A-lines on their way.
  private var sequenceError: UInt32 = 0
  private var stillSequence: UInt32?
  /// The console that hangs on the cable: one that restarts is no other one afterwards.
  private var plugged = (serial: Self.serial, firmwareHash: Self.firmwareHash)

  init(seed: UInt64) {
    firmware = Self.boot()
    // Sessions begin anywhere in a console's life; some beyond 2³² ns and 2³² µs.
    clock = 1_000_000_000 + (seed >> 11) % (1 << 53)
  }

  private static func boot(
    serial: SerialNumber = serial, firmwareHash: UInt64 = firmwareHash
  ) -> ConsoleFirmware {
    ConsoleFirmware(serial: serial, firmwareHash: firmwareHash, specHash: SpecHash.value)
  }

  var now: DeviceInstant { DeviceInstant(nanoseconds: clock) }
  var outputs: Outputs { firmware.outputs }

  // MARK: Faults

  mutating func begin(_ event: SimulationFaultEvent, _ link: inout SimulationLink, depth: Int) {
    switch event.kind {
    case .unplug: pull(&link)
    case .wrongDevice:
      pull(&link)
      plugged.serial = SerialNumber("PG-OTHER")
      restart()
      link.isPlugged = true
    case .wrongFirmware:
      pull(&link)
      plugged.firmwareHash = 0xBAD
      restart()
      link.isPlugged = true
    case .firmwareReset:
      // The bus sees the console go and come.
      pull(&link)
      restart()
      link.isPlugged = true
    case .deviceClockForward: clock += UInt64(event.amount) * 1_000_000
    case .deviceClockBack: clock -= min(clock - 1, UInt64(event.amount) * 1_000_000)
    case .openContactStuck: stuckOpen = pins.switchNormallyOpen
    case .closedContactStuck: stuckClosed = pins.switchNormallyClosed
    case .depthFrozen: stuckDepth = Int32(depth / 1_000)
    case .depthJump: depthError = Int32(event.amount)
    case .sequenceJump: sequenceError &+= UInt32(truncatingIfNeeded: event.amount)
    case .frozenCounter: stillSequence = firmware.acquisition.sequence &+ sequenceError
    default: break
    }
  }

  mutating func end(_ kind: SimulationFault, _ link: inout SimulationLink) {
    switch kind {
    case .unplug: link.isPlugged = true
    case .wrongDevice, .wrongFirmware:
      pull(&link)
      if kind == .wrongDevice {
        plugged.serial = Self.serial
      } else {
        plugged.firmwareHash = Self.firmwareHash
      }
      restart()
      link.isPlugged = true
    case .openContactStuck: stuckOpen = nil
    case .closedContactStuck: stuckClosed = nil
    case .depthFrozen: stuckDepth = nil
    case .depthJump: depthError = 0
    case .frozenCounter: stillSequence = nil
    case .sequenceJump:
      // No counter comes back by itself: the console is plugged in anew.
      sequenceError = 0
      pull(&link)
      link.isPlugged = true
    default: break
    }
  }

  private mutating func restart() {
    firmware = Self.boot(serial: plugged.serial, firmwareHash: plugged.firmwareHash)
  }

  private mutating func pull(_ link: inout SimulationLink) {
    link.isPlugged = false
    firmware.loseLink()
    link.clear()
  }

  // MARK: One millisecond

  mutating func step(
    at now: Int, _ world: inout SimulationWorld, _ link: inout SimulationLink,
    _ faults: SimulationFaults, _ defect: SimulationDefect?
  ) {
    clock += tick(faults)
    readPins(world, faults, now, defect)
    if faults[.watchdogStarvation] {
      if defect != .watchdogUnwired { firmware.watchdogInterrupt(at: self.now) }
    } else {
      runFirmware(at: now, &world, &link, faults)
    }
    drive(&world, faults, defect)
  }

  private func tick(_ faults: SimulationFaults) -> UInt64 {
    guard !faults.isQuiet else { return 1_000_000 }
    return UInt64(
      1_000_000 + faults.amount(.deviceClockFast) * 1_000 - faults.amount(.deviceClockSlow) * 1_000)
  }

  private mutating func runFirmware(
    at now: Int, _ world: inout SimulationWorld, _ link: inout SimulationLink,
    _ faults: SimulationFaults
  ) {
    while let command = link.nextCommand(at: now) {
      if command.message == LeaseRequest.messageID { leaseCame = now }
      pins.entropy = world.entropy()
      command.withBytes { bytes in
        firmware.receive(bytes, at: self.now, pins: pins) { pipe, reply in
          link.sendMessage(reply, on: pipe, at: now, faults)
        }
      }
    }
    if faults[.watchdogHurry] {
      let early = DeviceInstant(nanoseconds: clock - 50_000)
      _ = firmware.round(at: early, pins: pins) { pipe, bytes in
        link.sendMessage(bytes, on: pipe, at: now, faults)
      }
    }
    _ = firmware.round(at: self.now, pins: pins) { pipe, bytes in
      link.sendMessage(bytes, on: pipe, at: now, faults)
    }
    guard var header = firmware.beginLine(at: self.now, pins: pins) else { return }
    let signal = world.signal(at: now, faults)
    if faults[.clipped] { header.flags.insert(.clipped) }
    header.sequence = stillSequence ?? header.sequence &+ sequenceError
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { place in
      LineCodec.seal(header, payloadCRC: world.checksum, in: place)
      link.sendLine(
        SimulationTransfer(UnsafeRawBufferPointer(place), signal: signal), at: now, faults)
    }
  }

  private mutating func readPins(
    _ world: SimulationWorld, _ faults: SimulationFaults, _ now: Int, _ defect: SimulationDefect?
  ) {
    let isPressed = world.isPressed || defect == .switchIgnored && faults[.handRelease]
    pins.switchNormallyOpen = stuckOpen ?? isPressed
    pins.switchNormallyClosed = stuckClosed ?? !isPressed
    pins.driveLine = firmware.outputs.driveEnable
    pins.needleDepth = Micrometres((stuckDepth ?? Int32(world.depth / 1_000)) + depthError)
    pins.handleRoll = Millidegrees(Int32(world.roll))
    pins.handleLevel = Micrometres(Int32(world.level))
    pins.measuredGain = firmware.acquisition.gain
    pins.isEstopOK = true
    pins.supplyMillivolts = 5_000
    pins.temperature = 3_500
    pins.isEmitterFit = true
    pins.isConverterFit = true
    pins.isImageIntact = true
    guard !faults.isQuiet else { return }
    if faults[.contactBounce] {
      pins.switchNormallyOpen = now & 3 < 2
      pins.switchNormallyClosed = now % 3 == 0
    }
    if faults[.driveStuckOn] || faults[.lineReadsOn] { pins.driveLine = true }
    if faults[.lineReadsOff] { pins.driveLine = false }
    pins.isEstopOK = !(faults[.estop] || faults[.estopGlitch]) || defect == .stopIgnored
    if faults[.supplyLow] { pins.supplyMillivolts = 4_200 }
    if faults[.supplyHigh] { pins.supplyMillivolts = 5_800 }
    if faults[.temperatureHigh] { pins.temperature = 7_000 }
    if faults[.temperatureLow] { pins.temperature = 0 }
    if faults[.gainDrift] {
      pins.measuredGain = CentiDecibels(firmware.acquisition.gain.count + 150)
    }
    pins.isEmitterFit = !faults[.emitterUnfit]
    pins.isConverterFit = !faults[.converterUnfit]
    pins.isImageIntact = !faults[.imageDamaged]
  }

  // MARK: The drive

  /// The relay is closed and the stage is on: the needle can go out.
  private(set) var isEnergised = false
  /// When the newest lease request came, granted or not, in ms of the session.
  private(set) var leaseCame = -1_000

  private mutating func drive(
    _ world: inout SimulationWorld, _ faults: SimulationFaults, _ defect: SimulationDefect?
  ) {
    let wasEnergised = isEnergised
    let out = firmware.outputs
    isEnergised = out.isRelayClosed && (out.driveEnable || faults[.driveStuckOn])
    world.speed = out.isRelayClosed ? Int(out.needleSpeed) : 0
    if faults[.driveStuckOn], out.isRelayClosed { world.speed = Int(Limits.needleSpeedMax) }
    if faults[.driveStuckOff] { world.speed = 0 }
    if faults[.driveRunaway] { world.speed = world.speed * faults.amount(.driveRunaway) / 100 }
    if defect == .leaseNeverLapses, wasEnergised, firmware.trip == .leaseLapsed {
      isEnergised = true
    }
  }
}
