import ConsoleEmulator
import EmulatedUSB
import Foundation
import HardwareSpecs
import LibUSBTransport
import ProbeHAL
import ProbeWire
import Quantities
import RigLink
import TestSupport
import Testing

extension USBSuites {
  /// What goes wrong on the bus itself, and what the seam makes of it.
  @Suite struct LinkFaultTests {
    /// A client on a console that streams lines of 64 samples.
    private final class Streaming {
      let console: USBConsoleUnderTest
      let client: ConsoleClient
      private(set) var lines: [UInt32] = []
      private(set) var statuses = 0
      private(set) var lost: TransportError?
      private(set) var damaged = 0

      init(_ console: USBConsoleUnderTest) throws {
        self.console = console
        client = ConsoleClient(console.usb)
        try client.connect(hostNonce: 9)
        for _ in 0..<50 where client.connection.nonce == nil { pass(milliseconds: 1) }
        try client.send(
          Configure(
            pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 64, gain: .zero, delay: .zero
          ))
        try client.send(Start())
        pass(milliseconds: 2)
      }

      func pass(milliseconds: Int) {
        console.pass(milliseconds: milliseconds)
        poll()
      }

      func poll() {
        client.poll { event in
          switch event {
          case .line(let header, _): lines.append(header.sequence)
          case .status: statuses += 1
          case .lost(let error): lost = error
          case .damaged: damaged += 1
          default: break
          }
        }
      }

      func fault(_ change: (inout USBFaults) -> Void) {
        var faults = USBFaults()
        change(&faults)
        console.order(.link(faults))
      }

      /// Every line from the first on, none damaged, none skipped.
      var isWhole: Bool {
        lines == (0..<UInt32(lines.count)).map { lines[0] + $0 } && damaged == 0
          && client.counts.missing == 0 && client.counts.bytesSkipped == 0
      }
    }

    private let stream = ConsoleProtocol.Endpoint.stream.address

    // R14
    @Test(
      .enabled(
        if: ProcessInfo.processInfo.environment["PEAKGATE_BUS"] != "functionfs",
        "the kernel's gadget framework cannot babble"))
    func babbleIsOverflow() throws {
      let streaming = try Streaming(try USBConsoleUnderTest())
      streaming.fault { $0.babbling = [stream] }
      streaming.pass(milliseconds: 5)
      #expect(streaming.lost == .overflow)
    }

    // R14
    @Test func aHaltedEndpointIsStalledUntilTheNextConnection() throws {
      let console = try USBConsoleUnderTest()
      let streaming = try Streaming(console)
      streaming.fault { $0.stalling = [stream] }
      streaming.pass(milliseconds: 3)
      #expect(streaming.lost == .stalled)
      streaming.fault { _ in }
      let again = try Streaming(console)
      again.pass(milliseconds: 20)
      #expect(again.lost == nil)
      #expect(again.lines.count >= 20 && again.isWhole, "\(again.lines)")
    }

    @Test func shortPacketsCutNothing() throws {
      let streaming = try Streaming(try USBConsoleUnderTest())
      streaming.fault { $0.packetLimit = 37 }
      for _ in 0..<10 { streaming.pass(milliseconds: 2) }
      #expect(streaming.lines.count >= 20 && streaming.isWhole, "\(streaming.lines)")
      #expect(streaming.statuses > 1)
    }

    @Test func delayedTransfersComeLaterAndWhole() throws {
      let streaming = try Streaming(try USBConsoleUnderTest())
      streaming.fault { $0.delayMilliseconds = 20 }
      // Without waiting for the bus to be quiet: it is not, the console holds its answers back.
      for _ in 0..<60 {
        streaming.console.order(.pass(milliseconds: 2))
        streaming.poll()
      }
      streaming.fault { _ in }
      streaming.pass(milliseconds: 30)
      #expect(streaming.lines.count >= 100 && streaming.isWhole, "\(streaming.lines.count) lines")
    }

    // R14: a console that takes nothing must not hold the control loop up.
    @Test func aConsoleThatTakesNoCommandsIsCongestedNotAHang() throws {
      let console = try USBConsoleUnderTest()
      let streaming = try Streaming(console)
      streaming.fault { $0.silent = [ConsoleProtocol.Endpoint.command.address] }
      var sent = 0
      #expect(throws: TransportError.congested) {
        while sent < 1_000 {
          try streaming.client.send(Start())
          sent += 1
        }
      }
      #expect(sent == TransferPlan().commandTransfers + Int(Self.takenByTheBus))
      console.usb.close()
      #expect(console.usb.counts.abandoned == 0)
      #expect(console.usb.counts.unsentCommands == UInt64(sent) - Self.takenByTheBus)
    }

    /// What still pours in must not keep `close` from its end: no transfer begins anew.
    @Test func aStreamThatPoursDoesNotHoldUpTheEnd() throws {
      var plan = TransferPlan()
      // As long as there is room, transfers would go round.
      plan.ringBytes = 64 << 20
      let console = try USBConsoleUnderTest(plan: plan)
      let streaming = try Streaming(console)
      streaming.fault {
        $0.isFlooding = true
        $0.silent = [ConsoleProtocol.Endpoint.command.address]
      }
      try streaming.client.send(Start())
      let before = console.usb.counts.transfers
      console.waitFor("the flood") { console.usb.counts.transfers > before + 10 }
      let begun = console.usb.counts.transfers
      console.usb.close()
      let ended = console.usb.counts.transfers - begun
      // Twice: some came between the count and the close.
      #expect(ended <= 2 * UInt64(plan.streamTransfers + plan.safetyTransfers))
      #expect(console.usb.counts.unsentCommands == 1 - Self.takenByTheBus)
    }

    /// The kernel's gadget framework takes a command before its console is asked, and so has sent it.
    private static let takenByTheBus: UInt64 =
      ProcessInfo.processInfo.environment["PEAKGATE_BUS"] == "functionfs" ? 1 : 0

    @Test func whatNobodyTookOutIsCounted() throws {
      let streaming = try Streaming(try USBConsoleUnderTest())
      let usb = streaming.console.usb
      streaming.pass(milliseconds: 5)
      let taken = usb.counts.receivedBytes
      streaming.console.pass(milliseconds: 20)
      let came = usb.counts.receivedBytes
      #expect(came > taken)
      usb.close()
      #expect(usb.counts.untakenBytes == came - taken)
    }

    /// A ring of two lines and a host that does not look: the kernel and the console hold the rest.
    @Test func aSlowReaderHoldsTheConsoleBackAndLosesNothing() throws {
      var plan = TransferPlan()
      plan.ringBytes = 512
      let console = try USBConsoleUnderTest(plan: plan)
      let streaming = try Streaming(console)
      for _ in 0..<20 {
        console.order(.pass(milliseconds: 10))
        streaming.poll()
      }
      console.waitFor("what was held back") {
        streaming.poll()
        return streaming.lines.count >= 200
      }
      #expect(console.usb.counts.parked > 0, "the ring was never full: the test shows nothing")
      #expect(streaming.lines.count >= 200 && streaming.isWhole, "\(streaming.lines.count) lines")
    }

    // R12
    @Test func anotherConsoleInThePlaceOfOursIsNotTakenForIt() throws {
      let console = try USBConsoleUnderTest()
      let serial = try #require(console.rig.state.serial as String?)
      let node = console.node(of: serial)
      console.order(.beginFault(.wrongDevice, amount: nil, seconds: 1))
      console.waitFor("the other console", within: USBConsoleUnderTest.arrival) {
        let there = console.library.consoles()
        return !there.contains { $0.serial == serial } && there.contains { $0.node != node }
      }
      #expect(throws: TransportError.noDevice) { try console.usb.open() }
      let surveys = ConsoleSurvey.all(console.library)
      #expect(!surveys.contains { $0.serial == serial })
      console.order(.endFault(.wrongDevice))
      console.waitFor("ours to come back", within: USBConsoleUnderTest.arrival) {
        console.node(of: serial) != nil
      }
    }

    @Test func generationsCountConnections() throws {
      let console = try USBConsoleUnderTest()
      for generation in 1...5 as ClosedRange<UInt32> {
        try console.usb.open()
        #expect(console.usb.generation == generation)
        console.usb.close()
      }
      #expect(console.usb.counts.abandoned == 0)
    }
  }
}
