import ConsoleEmulator
import ProbeHAL
import TestSupport
import Testing

/// The emulator behind the seam, held to what every back end must keep to.
@Suite struct TransportConformanceTests {
  private final class EmulatedConsole: TransportUnderTest {
    let bench = EmulatedBench(seed: 12)
    let transport: any ProbeTransport

    init() { transport = SimulatedTransport(bench.emulator) }

    func pass(milliseconds: Int) { bench.pass(milliseconds: milliseconds) }
    func unplug() { bench.emulator.begin(.unplug) }
    func plug() { bench.emulator.end(.unplug) }
    func setStalled(_ isStalled: Bool) {
      if isStalled { bench.emulator.begin(.stall) } else { bench.emulator.end(.stall) }
    }
  }

  // R12, R14
  @Test(arguments: TransportConformance.rules)
  func simulatedTransportKeeps(_ rule: TransportConformance.Rule) throws {
    try rule.check(EmulatedConsole())
  }
}
