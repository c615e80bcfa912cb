import Foundation
import HardwareSpecs
import LibUSBTransport
import ProbeHAL
import RigLink
import Testing

extension USBSuites {
  /// Two consoles on one host: never the wrong one.
  @Suite(
    .enabled(
      if: ProcessInfo.processInfo.environment["PEAKGATE_CONSOLES"] == "2",
      "one console only: Tools/test-usb serves two where PEAKGATE_CONSOLES is 2"))
  struct TwoConsoleTests {
    @Test func withoutANameItIsAmbiguousAndSaysWhich() throws {
      let first = try USBConsoleUnderTest(console: 0)
      let second = try USBConsoleUnderTest(console: 1)
      let serials = [first, second].map(\.rig.state.serial)
      let any = LibUSBTransport(first.library)
      #expect { try any.open() } throws: { error in
        guard case TransportError.ambiguous(let named) = error else { return false }
        return Set(named).isSuperset(of: serials)
      }
    }

    @Test func eachIsReachedBySerialAndByPort() throws {
      let first = try USBConsoleUnderTest(console: 0)
      let second = try USBConsoleUnderTest(console: 1)
      for serial in [first, second].map(\.rig.state.serial) {
        let device = try #require(first.library.consoles().first { $0.serial == serial })
        for address in [ConsoleAddress.serial(serial), .port(device.portPath)] {
          let transport = LibUSBTransport(first.library, address: address)
          try transport.open()
          #expect(transport.serial == serial)
          transport.close()
        }
      }
    }

    // R12: pulling one out does not touch the other.
    @Test func theyFailAlone() throws {
      let first = try USBConsoleUnderTest(console: 0)
      let second = try USBConsoleUnderTest(console: 1)
      try first.usb.open()
      let client = ConsoleClient(second.usb)
      try client.connect(hostNonce: 6)
      first.unplug()
      #expect(first.usb.hasFailed(.stream))
      second.pass(milliseconds: 20)
      #expect(!second.usb.hasFailed(.stream))
      #expect(second.usb.received(.stream) > 0, "it does not answer any more")
      first.plug()
    }
  }
}
