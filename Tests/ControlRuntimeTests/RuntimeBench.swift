import Alignment
import BenchWorld
import ConsoleEmulator
import ControlRuntime
import HardwareSpecs
import PeakTracking
import ProbeHAL
import Quantities
import SafetyInterlock
import TestSupport

/// A runtime on an emulated console whose catheter starts aligned: a short sweep brackets the peak.
final class RuntimeBench {
  let bench: EmulatedBench
  let runtime: BenchRuntime
  let link: BunchingTransport
  /// Takes its time over each record, if it is told to.
  let journal: SlowJournal
  private let stepsPerMillisecond: Int
  var emulator: ConsoleEmulator { bench.emulator }
  var world: BenchWorld { bench.emulator.world }
  /// Rounds of the console since `forgetRounds`, with what really happened.
  private(set) var rounds: [RoundObservation] = []

  static var parameters: WorldParameters {
    var parameters = WorldParameters()
    parameters.start.rollErrorDeg = 0
    parameters.start.axialErrorMM = 0
    // A stiff and steady handle: where it is put, the tip is.
    parameters.handle.backlashDeg = 0
    parameters.handle.axialBacklashMM = 0
    parameters.tremor.rollDeg = 0
    parameters.tremor.axialMM = 0
    return parameters
  }

  static var setup: RuntimeSetup {
    RuntimeSetup(
      serial: EmulatedBench.serial, firmwareHash: EmulatedBench.firmwareHash,
      specHash: SpecHash.value, tracker: tracker,
      beam: BeamModel(
        soundSpeedMPerS: Medium.blood.soundSpeedMMPerS * 1e-3,
        attenuationDBPerMM: Medium.blood.attenuationDBPerCM(atMHz: 10) / 10))
  }

  static var tracker: TrackerConfiguration {
    TrackerConfiguration(
      pulse: PulseShape(carrierHz: 10e6, fractionalBandwidth: 0.6, sampleRateHz: 64e6),
      sampleCount: 1_024, blankUntil: .microseconds(1))
  }

  init(
    seed: UInt64, pulseRateHz: UInt32 = 1_000, journal: any Journal = CountingJournal()
  ) throws {
    stepsPerMillisecond = max(1, Int(pulseRateHz) / 1_000)
    var setup = Self.setup
    setup.pulseRateHz = pulseRateHz

    bench = EmulatedBench(Self.parameters, seed: seed)
    let clock = CreepingClock(
      SteppedClock(isPaced: false) { [emulator = bench.emulator] in emulator.advance(to: $0) })
    self.journal = SlowJournal(journal, clock)
    link = BunchingTransport(bench.emulator)
    runtime = try BenchRuntime(
      setup: setup, client: ConsoleClient(link), clock: clock, trackerMode: .stepped,
      journal: self.journal, seed: seed)
    bench.emulator.observer = { [weak self] in self?.rounds.append($0) }
  }

  var view: BenchSnapshot { runtime.snapshot }
  var isEnabled: Bool { if case .enabled? = view.state { true } else { false } }
  var isArmed: Bool { if case .armed? = view.state { true } else { isEnabled } }
  var isLocked: Bool { if case .locked? = view.state { true } else { false } }
  var fault: FaultCause? {
    if case .faulted(let fault)? = view.state { fault.cause } else { nil }
  }

  func forgetRounds() { rounds = [] }

  /// Milliseconds, whatever the pulse rate; never less than a step.
  func step(_ count: Int = 1) {
    for _ in 0..<(count * stepsPerMillisecond) { runtime.step() }
  }

  /// Steps until something holds; false when it takes more steps than allowed.
  func step(atMost limit: Int, until condition: () -> Bool) -> Bool {
    for _ in 0..<(limit * stepsPerMillisecond) {
      if condition() { return true }
      runtime.step()
    }
    return condition()
  }

  func sweep(rollDeg: Double, levelMM: Double) -> Bool {
    world.turnHandle(toDeg: rollDeg, speedDegPerS: 90)
    world.moveHandle(toMM: levelMM, speedMMPerS: 6)
    step(5)
    return step(atMost: 3_000) { !world.isHandleMoving }
  }

  /// Connected, tested and acknowledged; false says where it got stuck.
  func prepare() -> Bool {
    runtime.connect()
    guard step(atMost: 1_000, until: { view.identity != nil && view.frame != nil }) else {
      return false
    }
    step(50)
    runtime.runSelfTest()
    guard step(atMost: 500, until: { view.selfTest?.value.passed == .all }) else { return false }
    for _ in 0..<5 where !isLocked {
      runtime.acknowledge()
      step(400)
    }
    return isLocked
  }

  func align() -> Bool {
    runtime.beginSearch()
    step(20)
    for (roll, level) in [
      (20.0, 0.0), (-20, 0), (0, 0), (0, 1.5), (0, -1.5), (0, 0),
    ] where !sweep(rollDeg: roll, levelMM: level) { return false }
    step(400)
    runtime.finishSearch()
    step(600)
    return true
  }

  /// Armed and held until the gate is open.
  func open() -> Bool {
    runtime.arm()
    step(3)
    guard isArmed else { return false }
    emulator.hands.enableSwitch = .released
    step(50)
    emulator.hands.enableSwitch = .held
    return step(atMost: 2_000) { isEnabled }
  }

  /// Through everything to a needle that moves.
  func advance() -> Bool {
    guard prepare(), align(), open() else { return false }
    runtime.advance(to: Micrometres(5_000))
    return step(atMost: 200) { world.needleDepthMM > 0.05 }
  }

  var why: String {
    let report = view.decision?.report
    let denied = CheckID.allCases.filter { report?[$0].permits == false }.map { "\($0)" }
    return "state \(String(describing: view.state)), denied \(denied)"
  }
}

/// Simulated time that passes while a step is at work as well, as on a slow machine.
final class CreepingClock: BenchClock {
  private let base: SteppedClock
  private var crept = Nanoseconds.zero

  init(_ base: SteppedClock) { self.base = base }

  var now: HostInstant { base.now + crept }
  var bootTime: HostInstant? { now }

  func creep(by time: Nanoseconds) { crept = crept + time }

  func wait(until instant: HostInstant) -> HostInstant {
    crept = .zero
    return base.wait(until: instant)
  }
}

/// A journal on which every decision costs simulated time.
final class SlowJournal: Journal {
  var perRecord = Nanoseconds.zero
  private let base: any Journal
  private let clock: CreepingClock

  init(_ base: any Journal, _ clock: CreepingClock) {
    self.base = base
    self.clock = clock
  }

  var isWritable: Bool { base.isWritable }
  var lost: UInt64 { base.lost }
  func finish() { base.finish() }

  func record(_ inputs: InterlockInputs, _ decision: InterlockDecision) {
    base.record(inputs, decision)
    clock.creep(by: perRecord)
  }
}
