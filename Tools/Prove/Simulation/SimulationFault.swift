/// Everything that the simulation can make go wrong, each from outside the part that it afflicts.
enum SimulationFault: UInt8, CaseIterable {
  // The link.
  case linkLoss, streamStall, statusStall, commandLoss, leaseLoss, frameDrop
  case frameDelay, frameDelayShort, statusDelay, commandDelay
  case frameReorder, commandReorder, frameDuplicate, commandDuplicate, statusReplay
  case frameCorrupt, statusCorrupt, commandCorrupt, shortRead
  case oldConnectionFrames, oldConnectionCommands, frameReplay
  case sequenceJump, frozenCounter, frozenFrames
  case unplug, wrongDevice, wrongFirmware
  // Clocks.
  case deviceClockForward, deviceClockBack, deviceClockFast, deviceClockSlow
  case hostClockForward, hostClockBack, hostClockFast, hostClockSlow, bootTimeJump, suspend
  // The host.
  case lateLoop, slowLoop, hostStop, hostDeath, journalFull, configurationChange
  case wrongSoundSpeed, soundSpeedUnits
  // The console.
  case firmwareReset, watchdogStarvation, watchdogHurry
  case openContactStuck, closedContactStuck, contactBounce, handRelease, estop, estopGlitch
  case driveStuckOn, driveStuckOff, driveRunaway, lineReadsOn, lineReadsOff
  case depthFrozen, depthJump
  case supplyLow, supplyHigh, temperatureHigh, temperatureLow, gainDrift, emitterUnfit
  case converterUnfit, imageDamaged
  // Signal and geometry.
  case amplitudeDrop, amplitudeExcess, snrLoss, clipped, signalLost, flightJump, multipathSwap
  case sideLobe, rollSlip, axialSlip, slowDrift, pulsation

  static let named = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })

  /// What the judge asks of the drive while the fault lasts, beyond the truths that always hold.
  enum Demand: String {
    /// Off within the allowed time, and then off for as long as it lasts.
    case off
    /// As `off`, if it began while the drive was on: a search made under it has it in its maximum.
    case offIfSeen = "off, if it began while on"
    /// Nothing of its own: geometry, switch, stop, lease and travel judge.
    case truth = "the truths alone"
  }

  var demand: Demand {
    switch self {
    case .frameDelayShort, .commandReorder, .commandDuplicate, .statusReplay, .commandCorrupt,
      .oldConnectionCommands, .deviceClockFast, .deviceClockSlow, .hostClockFast, .hostClockSlow,
      .lateLoop, .openContactStuck, .closedContactStuck, .contactBounce, .handRelease, .estop,
      .estopGlitch, .driveStuckOn, .driveStuckOff, .driveRunaway, .lineReadsOn, .depthFrozen,
      .depthJump, .converterUnfit, .imageDamaged, .sideLobe, .rollSlip, .axialSlip, .slowDrift,
      .pulsation, .statusCorrupt:
      .truth
    case .amplitudeExcess, .flightJump, .multipathSwap, .frameReplay, .sequenceJump, .lineReadsOff:
      .offIfSeen
    default: .off
    }
  }

  /// Happens at one instant; it is remembered for 200 ms, for what it demands.
  var isInstant: Bool {
    switch self {
    case .deviceClockForward, .deviceClockBack, .hostClockForward, .hostClockBack, .bootTimeJump,
      .firmwareReset, .sequenceJump:
      true
    default: false
    }
  }

  /// Strengths to draw from; the unit is the fault's own (see `what`).
  var amounts: ClosedRange<Int> {
    switch self {
    case .frameDelay, .statusDelay: 45...200
    case .frameDelayShort: 1...12
    case .commandDelay: 40...150
    case .deviceClockForward, .deviceClockBack, .hostClockBack, .bootTimeJump:
      40...100_000
    case .hostClockForward: 40...3_600_000
    case .deviceClockFast, .deviceClockSlow, .hostClockFast, .hostClockSlow: 2...100
    case .lateLoop: 16...29
    case .slowLoop: 17...28
    case .driveRunaway: 120...160
    case .depthJump: -3_000...3_000
    case .sequenceJump: 2...(1 << 31)
    case .slowDrift: 5...100
    default: 1...1
    }
  }

  /// For the table of the documentation.
  var what: String {
    switch self {
    case .linkLoss: "nothing passes either way, silently"
    case .streamStall: "no A-lines and replies come"
    case .statusStall: "no safety status comes"
    case .commandLoss: "commands are lost"
    case .leaseLoss: "lease requests alone are lost"
    case .frameDrop: "every fourth A-line is lost"
    case .frameDelay: "A-lines come 45 to 200 ms late"
    case .frameDelayShort: "A-lines come 1 to 12 ms late"
    case .statusDelay: "safety status comes 45 to 200 ms late"
    case .commandDelay: "commands come 40 to 150 ms late"
    case .frameReorder: "neighbouring A-lines change places"
    case .commandReorder: "neighbouring commands change places"
    case .frameDuplicate: "A-lines come twice"
    case .commandDuplicate: "commands come twice"
    case .statusReplay: "an old status of this connection comes again"
    case .frameCorrupt: "bits of A-lines flip"
    case .statusCorrupt: "bits of safety status flip"
    case .commandCorrupt: "bits of commands flip"
    case .shortRead: "A-lines are cut short"
    case .oldConnectionFrames: "A-lines of an earlier connection come"
    case .oldConnectionCommands: "commands of an earlier connection come"
    case .frameReplay: "old A-lines of this connection come again"
    case .sequenceJump: "the A-lines' counter jumps, over its wrap too"
    case .frozenCounter: "the A-lines' counter stands still"
    case .frozenFrames: "the same samples in every A-line"
    case .unplug: "the cable is pulled"
    case .wrongDevice: "another console is plugged in instead"
    case .wrongFirmware: "the console comes back with other firmware"
    case .deviceClockForward: "the console's clock jumps forward, 40 ms to 100 s"
    case .deviceClockBack: "the console's clock jumps back"
    case .deviceClockFast: "the console's clock runs 0.2 to 10 % fast"
    case .deviceClockSlow: "the console's clock runs 0.2 to 10 % slow"
    case .hostClockForward: "the host's clock jumps forward, 40 ms to 1 h"
    case .hostClockBack: "the host's clock jumps back"
    case .hostClockFast: "the host's clock runs 0.2 to 10 % fast"
    case .hostClockSlow: "the host's clock runs 0.2 to 10 % slow"
    case .bootTimeJump: "the host's boot-time clock jumps"
    case .suspend: "the host sleeps: its monotonic clock stands, boot time goes on"
    case .lateLoop: "the host's loop is 16 to 29 ms late once"
    case .slowLoop: "the host's loop runs every 17 to 28 ms"
    case .hostStop: "the host stops, and goes on later"
    case .hostDeath: "the host dies, and is started again"
    case .journalFull: "the journal cannot be written"
    case .configurationChange: "the setup is no longer the one that was proved"
    case .wrongSoundSpeed: "sound speed 1,300 m/s"
    case .soundSpeedUnits: "sound speed in the wrong unit"
    case .firmwareReset: "the console restarts"
    case .watchdogStarvation: "the firmware's loop stands; its timer interrupt runs on"
    case .watchdogHurry: "the firmware's loop runs too early"
    case .openContactStuck: "the normally open contact sticks where it is"
    case .closedContactStuck: "the normally closed contact sticks where it is"
    case .contactBounce: "both contacts chatter"
    case .handRelease: "the hand lets go"
    case .estop: "emergency stop"
    case .estopGlitch: "emergency stop for one round"
    case .driveStuckOn: "the drive's stage sticks on at full speed"
    case .driveStuckOff: "the drive does not move"
    case .driveRunaway: "the drive runs 20 to 60 % too fast"
    case .lineReadsOn: "the enable line reads on"
    case .lineReadsOff: "the enable line reads off"
    case .depthFrozen: "the needle's readback stands still"
    case .depthJump: "the needle's readback jumps by up to 3 mm"
    case .supplyLow: "supply 4.2 V"
    case .supplyHigh: "supply 5.8 V"
    case .temperatureHigh: "board at 70 °C"
    case .temperatureLow: "board at 0 °C"
    case .gainDrift: "gain 1.5 dB off"
    case .emitterUnfit: "emitter current out of range"
    case .converterUnfit: "the converter fails its self-test"
    case .imageDamaged: "the program image fails its self-test"
    case .amplitudeDrop: "7 dB of shadow"
    case .amplitudeExcess: "5 dB too much signal"
    case .snrLoss: "noise up by 25 dB"
    case .clipped: "A-lines are clipped"
    case .signalLost: "no valid signal is found"
    case .flightJump: "time of flight 1 µs longer"
    case .multipathSwap: "another path is heard: 2 µs longer, 3 dB weaker"
    case .sideLobe: "the send catheter sits on a side lobe, 20° off"
    case .rollSlip: "the send catheter turns by 15°"
    case .axialSlip: "the send catheter slips by 1.5 mm"
    case .slowDrift: "the send catheter turns by 5 to 100° a second"
    case .pulsation: "the vein moves by ± 0.9 µs of flight"
    }
  }
}

/// One fault of a session, at whole milliseconds from its start.
struct SimulationFaultEvent: Equatable {
  var kind: SimulationFault
  var at: Int
  var duration: Int
  var amount: Int
}

/// The faults that are there now: kind, strength and since when.
struct SimulationFaults {
  private var bits: UInt128 = 0
  private(set) var active: [SimulationFaultEvent] = []

  var isQuiet: Bool { bits == 0 }

  subscript(kind: SimulationFault) -> Bool { bits & (1 << UInt128(kind.rawValue)) != 0 }

  /// The strength of a fault that is there, else 0.
  func amount(_ kind: SimulationFault) -> Int {
    guard self[kind] else { return 0 }
    return active.last { $0.kind == kind }?.amount ?? 0
  }

  mutating func begin(_ event: SimulationFaultEvent) {
    active.append(event)
    bits |= 1 << UInt128(event.kind.rawValue)
  }

  /// Takes away what is over, and returns it.
  mutating func expire(at now: Int) -> [SimulationFaultEvent] {
    guard !active.isEmpty else { return [] }
    let over = active.filter { now >= $0.at + $0.duration }
    guard !over.isEmpty else { return [] }
    active.removeAll { now >= $0.at + $0.duration }
    bits = 0
    for event in active { bits |= 1 << UInt128(event.kind.rawValue) }
    return over.filter { !self[$0.kind] }
  }
}
