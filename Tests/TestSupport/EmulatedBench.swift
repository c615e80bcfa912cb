public import BenchWorld
public import ConsoleEmulator
import HardwareSpecs
public import ProbeHAL
public import Quantities

/// An emulated console on a simulated bench, moved along by the test, a millisecond at a time.
public final class EmulatedBench {
  public static let serial = SerialNumber("PG-TEST-0001")
  public static let otherSerial = SerialNumber("PG-TEST-0002")
  public static let firmwareHash: UInt64 = 0x5445_5354

  public let emulator: ConsoleEmulator
  public private(set) var now = HostInstant(nanoseconds: 0)

  public init(_ parameters: WorldParameters = WorldParameters(), seed: UInt64) {
    emulator = ConsoleEmulator(
      world: BenchWorld(parameters, seed: seed), serial: Self.serial,
      otherSerial: Self.otherSerial, firmwareHash: Self.firmwareHash, specHash: SpecHash.value,
      seed: seed)
  }

  public func pass(milliseconds: Int) {
    for _ in 0..<milliseconds {
      now = now + .milliseconds(1)
      emulator.advance(to: now)
    }
  }
}

extension ConsoleClient {
  /// Everything that has arrived, with the samples copied out.
  public func takeAll() -> [TakenEvent] {
    var events: [TakenEvent] = []
    poll { events.append(TakenEvent($0)) }
    return events
  }
}
