import LibUSBTransport
import ProbeHAL
import TestSupport
import Testing

extension USBSuites {
  /// libusb behind the seam, held to what every back end must keep to: on a mock of usbfs, and on a
  /// real kernel.
  @Suite struct ConformanceTests {
    // R12, R14
    @Test(.timeLimit(.minutes(2)), arguments: TransportConformance.rules)
    func libUSBTransportKeeps(_ rule: TransportConformance.Rule) throws {
      let console = try USBConsoleUnderTest()
      try rule.check(console)
      console.usb.close()
      #expect(console.usb.counts.abandoned == 0, "callbacks that never came")
    }
  }
}
