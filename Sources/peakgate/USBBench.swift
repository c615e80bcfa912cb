import BenchWorld
import ControlRuntime
import LibUSBTransport
import ProbeHAL
import Quantities
import RigLink
import Scenarios

/// A bench whose console is on USB, and whose rig is driven out of band. One run at a time.
final class USBBench: @unchecked Sendable {
  private let library: USBLibrary
  private let address: ConsoleAddress
  private let serial: SerialNumber
  private let rig: RemoteRig
  private let pulseRateHz: UInt32

  /// Finds the console, proves that it can be had, and connects to the rig.
  init(_ address: ConsoleAddress, rig rigAddress: RigAddress, pulseRateHz: UInt32) throws {
    self.address = address
    self.pulseRateHz = pulseRateHz
    let found: String
    do throws(TransportError) {
      library = try USBLibrary()
      let transport = LibUSBTransport(library, address: address)
      try transport.open()
      defer { transport.close() }
      found = transport.serial ?? ""
    } catch {
      throw CommandEnd(.usage, "back end usb, \(address): \(error.message): \(error.remedy)")
    }
    serial = SerialNumber(text: found)
    do throws(RigLinkError) {
      rig = try RemoteRig.serving(serial: found, at: rigAddress)
    } catch {
      throw CommandEnd(.usage, "\(error)")
    }
  }

  func assemble(
    _ world: WorldParameters, seed: UInt64, journal: any Journal
  ) throws -> BenchAssembly {
    try rig.perform(.load(world: world, seed: seed))
    let clock = StallingClock(MonotonicClock())
    rig.stallHost = { clock.stall(for: Nanoseconds(Int64($0 * 1e9))) }
    RealTimeThread.lockMemory()
    RealTimeThread.raise()
    let runtime = try BenchRuntime(
      setup: BenchAssembly.setup(for: world, serial: serial, pulseRateHz: pulseRateHz),
      client: ConsoleClient(LibUSBTransport(library, address: address)), clock: clock,
      trackerMode: .live, thinksAside: true, journal: journal, seed: seed)
    return BenchAssembly(rig: rig, runtime: runtime)
  }
}
