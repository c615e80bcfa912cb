import Alignment
import BenchWorld
import ConsoleEmulator
import ControlRuntime
import Foundation
import HardwareSpecs
import PeakTracking
import ProbeHAL
import Quantities

/// A whole bench: rig, console, link, clock and runtime, wired for one run.
public struct BenchAssembly {
  public let rig: any BenchRig
  public let runtime: BenchRuntime

  /// How fast a simulated run goes.
  public enum Speed: String, CaseIterable, Sendable {
    /// As fast as the machine can; the tracker runs in step with the rest.
    case max
    /// One simulated second takes a real one; the tracker runs on its own queue.
    case real
  }

  /// The console of the simulated bench.
  public static let serial = SerialNumber("PG-SIM-0001")
  static let otherSerial = SerialNumber("PG-SIM-0002")
  /// Stands for the image of the firmware model; a change of the model is a change of the host too.
  public static let firmwareHash: UInt64 = 0x5047_4657_0000_0001

  /// Pulses a second, unless a bench wants another number.
  public static let pulseRateHz = UInt32(Limits.pulseRate)
  /// Fewer, and frozen frames would be seen later than missing ones (R09), the dwell could never pass,
  /// or the console's loop, which turns with the pulses, would miss its watchdog (R17); more, and the
  /// console refuses.
  public static let pulseRatesHz =
    max(
      rate(UInt32(Limits.frozenPayloads), within: Limits.frameStaleAfter),
      rate(UInt32(Limits.dwellFrames), within: Limits.dwell),
      rate(1, within: Limits.watchdogClose))...UInt32(Limits.pulseRateMax)

  /// Pulses a second at least, so that so many of them fall within a time.
  private static func rate(_ count: UInt32, within time: Nanoseconds) -> UInt32 {
    let second: Int64 = 1_000_000_000
    return UInt32((Int64(count) * second + time.count - 1) / time.count)
  }

  public init(rig: any BenchRig, runtime: BenchRuntime) {
    self.rig = rig
    self.runtime = runtime
  }

  /// A bench that is simulated in this process.
  ///
  /// - Parameters:
  ///   - seed: of every random draw of the run.
  ///   - journal: takes the inputs of every decision.
  public static func simulated(
    _ parameters: WorldParameters, seed: UInt64, speed: Speed, pulseRateHz: UInt32 = pulseRateHz,
    journal: any Journal
  ) throws(TrackerQueueError) -> BenchAssembly {
    let emulator = console(parameters, seed: seed)
    let clock = SteppedClock(isPaced: speed == .real) { emulator.advance(to: $0) }
    let runtime = try BenchRuntime(
      setup: setup(for: parameters, pulseRateHz: pulseRateHz),
      client: ConsoleClient(SimulatedTransport(emulator)),
      clock: clock, trackerMode: speed == .real ? .live : .stepped, journal: journal, seed: seed)
    return BenchAssembly(rig: SimulatedRig(emulator), runtime: runtime)
  }

  /// The emulated console in a world of its own.
  public static func console(
    _ parameters: WorldParameters, seed: UInt64, serial: SerialNumber = serial,
    specHash: UInt64 = SpecHash.value
  ) -> ConsoleEmulator {
    ConsoleEmulator(
      world: BenchWorld(parameters, seed: seed), serial: serial, otherSerial: otherSerial,
      firmwareHash: firmwareHash, specHash: specHash, seed: seed &* 3 &+ 1)
  }

  /// What a bench engineer calibrates before a session: the pulse, the gate and the link budget of
  /// the medium in the bath. The anatomy is not among it.
  public static func setup(
    for parameters: WorldParameters, serial: SerialNumber = serial,
    pulseRateHz: UInt32 = pulseRateHz
  ) -> RuntimeSetup {
    let medium = parameters.medium
    let carrierMHz = Catheters.Emitter.carrierMHz
    return RuntimeSetup(
      serial: serial, firmwareHash: firmwareHash, specHash: SpecHash.value,
      tracker: TrackerConfiguration(
        pulse: PulseShape(
          carrierHz: Catheters.Emitter.carrierMHz * 1e6,
          fractionalBandwidth: Catheters.Emitter.fractionalBandwidth,
          sampleRateHz: ReferenceRig.Acquisition.sampleRateMHz * 1e6),
        sampleCount: Int(ReferenceRig.Acquisition.samples),
        blankUntil: Nanoseconds(Int64(ReferenceRig.Acquisition.blankUntilNS)),
        fullScale: Int32(ReferenceRig.Acquisition.highestCodeLSB)),
      beam: BeamModel(
        apertureMM: Catheters.Emitter.sideMM, carrierMHz: carrierMHz,
        soundSpeedMPerS: medium.soundSpeedMMPerS * 1e-3,
        referenceAmplitudeDB: 20 * log10(ReferenceRig.Calibration.amplitudeLSB),
        referenceRangeMM: ReferenceRig.Calibration.distanceMM,
        attenuationDBPerMM: medium.attenuationDBPerCM(atMHz: carrierMHz) / 10,
        emitterOffsetMM: Catheters.Emitter.radiusMM),
      pulseRateHz: pulseRateHz)
  }
}
