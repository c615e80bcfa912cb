import Alignment
import BenchWorld
import ConsoleEmulator
import ControlRuntime
import LibUSBTransport
import OperatorConsole
import ProbeHAL
import Quantities
import RigLink
import Scenarios

extension BackEndOptions {
  /// The bench of a console command: steps in real time, and waits for nobody.
  func consoleLoop(
    world: WorldParameters, seed: UInt64, journal: any Journal, recording: String?
  ) throws -> BenchLoop {
    let bench: BenchAssembly
    switch try BackEnds.choice(backend) {
    case .usb(let address) where rig == nil:
      return try realBench(address, world, seed: seed, journal: journal, recording: recording)
    case .usb, .simulated:
      bench = try source(speed: .real).assemble(world, seed, journal)
    }
    return BenchLoop(
      bench.runtime, hands: RigHandsOfBench(bench.rig), mode: .live,
      recording: recording)
  }

  /// A console on USB with a person's hands on the rig around it.
  private func realBench(
    _ address: ConsoleAddress, _ world: WorldParameters, seed: UInt64, journal: any Journal,
    recording: String?
  ) throws -> BenchLoop {
    let transport: LibUSBTransport
    let serial: SerialNumber
    do throws(TransportError) {
      let library = try USBLibrary()
      transport = LibUSBTransport(library, address: address)
      try transport.open()
      serial = SerialNumber(text: transport.serial ?? "")
      transport.close()
    } catch {
      throw CommandEnd(.usage, "back end usb, \(address): \(error.message): \(error.remedy)")
    }
    RealTimeThread.lockMemory()
    let runtime = try BenchRuntime(
      setup: BenchAssembly.setup(for: world, serial: serial, pulseRateHz: pulseRate),
      client: ConsoleClient(transport), clock: MonotonicClock(), trackerMode: .live,
      thinksAside: true, journal: journal, seed: seed)
    return BenchLoop(
      runtime, hands: nil, mode: .live, recording: recording, isRealTime: true)
  }
}

/// The hands of a rig that is driven out of band.
final class RigHandsOfBench: RigHands {
  private let rig: any BenchRig
  init(_ rig: any BenchRig) { self.rig = rig }

  var handle: HandlePosition { rig.handle }
  var isHandleMoving: Bool { rig.isHandleMoving }
  func turn(byDeg angle: Double, speed: Double) { rig.turn(byDeg: angle, speed: speed) }
  func move(byMM distance: Double, speed: Double) { rig.move(byMM: distance, speed: speed) }
  func stopHandle() { rig.stopHandle() }
  func holdEnableSwitch(_ isHeld: Bool) { rig.set(isHeld ? .held : .released) }
  func pressStop(_ isPressed: Bool) { rig.setEstop(isPressed) }
}
