import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import ProbeHAL
import TestSupport
import Testing

/// The device behind the seam, held to what every back end must keep to.
@Suite struct PacketTransportTests {
  private final class PacketConsole: TransportUnderTest {
    let bench: EmulatedBench
    let gate: DeviceGate
    let transport: any ProbeTransport

    init(streamLength: Int) {
      let bench = EmulatedBench(seed: 12)
      self.bench = bench
      gate = DeviceGate { bench.emulator }
      transport = PacketTransport(gate, streamLength: streamLength)
    }

    func pass(milliseconds: Int) {
      gate.run { device in
        for _ in 0..<milliseconds {
          bench.pass(milliseconds: 1)
          device.refresh()
        }
      }
    }
    func unplug() { gate.run { _ in bench.emulator.begin(.unplug) } }
    func plug() { gate.run { _ in bench.emulator.end(.unplug) } }
    func setStalled(_ isStalled: Bool) {
      gate.run { _ in
        if isStalled { bench.emulator.begin(.stall) } else { bench.emulator.end(.stall) }
      }
    }
  }

  // R12, R14
  @Test(arguments: TransportConformance.rules)
  func packetTransportKeeps(_ rule: TransportConformance.Rule) throws {
    try rule.check(PacketConsole(streamLength: 16_384))
  }

  @Test(arguments: TransportConformance.rules)
  func packetTransportOfSinglePacketsKeeps(_ rule: TransportConformance.Rule) throws {
    try rule.check(PacketConsole(streamLength: 512))
  }

  @Test func commandsThatTheConsoleLeavesLyingAreCongestion() throws {
    let console = PacketConsole(streamLength: 512)
    try console.transport.open()
    console.gate.run { $0.faults.silent = [0x01] }
    let pdu = [UInt8](repeating: 1, count: 16)
    for _ in 0..<16 { try pdu.withUnsafeBytes { try console.transport.send($0) } }
    #expect(throws: TransportError.congested) {
      try pdu.withUnsafeBytes { try console.transport.send($0) }
    }
  }

  @Test func whoeverOpensNextTakesTheConsoleOver() throws {
    let console = PacketConsole(streamLength: 512)
    try console.transport.open()
    let second = PacketTransport(console.gate)
    try second.open()
    #expect(throws: TransportError.disconnected) {
      var space = [UInt8](repeating: 0, count: 64)
      _ = try space.withUnsafeMutableBytes { try console.transport.receive(.stream, into: $0) }
    }
    // And the first one's close leaves the second alone.
    console.transport.close()
    let pdu = [UInt8](repeating: 1, count: 16)
    try pdu.withUnsafeBytes { try second.send($0) }
  }
}
