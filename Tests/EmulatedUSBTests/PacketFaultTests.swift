import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import ProbeHAL
import ProbeWire
import Quantities
import TestSupport
import Testing

/// What goes wrong on the bus, ordered out of band, as it shows in process.
@Suite struct PacketFaultTests {
  /// A client on a console that streams lines of 64 samples.
  private final class Streaming {
    let bench: EmulatedBench
    let gate: DeviceGate
    let client: ConsoleClient
    private(set) var lines: [UInt32] = []
    private(set) var lost: TransportError?

    init() throws {
      let bench = EmulatedBench(seed: 12)
      self.bench = bench
      gate = DeviceGate { bench.emulator }
      client = ConsoleClient(PacketTransport(gate))
      try client.connect(hostNonce: 9)
      for _ in 0..<50 where client.connection.nonce == nil { pass(milliseconds: 1) }
      try client.send(
        Configure(
          pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 64, gain: .zero, delay: .zero))
      try client.send(Start())
      pass(milliseconds: 2)
    }

    func pass(milliseconds: Int) {
      for _ in 0..<milliseconds {
        gate.run { device in
          bench.pass(milliseconds: 1)
          device.refresh()
        }
        client.poll { event in
          switch event {
          case .line(let header, _): lines.append(header.sequence)
          case .lost(let error): lost = error
          default: break
          }
        }
      }
    }

    func fault(_ change: (inout USBFaults) -> Void) {
      gate.run { change(&$0.faults) }
    }

    var isWhole: Bool {
      lines == (0..<UInt32(lines.count)).map { lines[0] + $0 } && client.counts.damaged == 0
        && client.counts.missing == 0 && client.counts.bytesSkipped == 0
    }
  }

  private let stream = ConsoleProtocol.Endpoint.stream.address

  // R14
  @Test func babbleIsOverflow() throws {
    let streaming = try Streaming()
    streaming.fault { $0.babbling = [stream] }
    streaming.pass(milliseconds: 5)
    #expect(streaming.lost == .overflow)
  }

  // R14
  @Test func aHaltedEndpointIsStalled() throws {
    let streaming = try Streaming()
    streaming.fault { $0.stalling = [stream] }
    streaming.pass(milliseconds: 3)
    #expect(streaming.lost == .stalled)
  }

  @Test func shortPacketsCutNothing() throws {
    let streaming = try Streaming()
    streaming.fault { $0.packetLimit = 37 }
    streaming.pass(milliseconds: 20)
    #expect(streaming.lines.count >= 20 && streaming.isWhole, "\(streaming.lines)")
  }

  @Test func delayedTransfersComeLaterAndWhole() throws {
    let streaming = try Streaming()
    let before = streaming.lines.count
    streaming.fault { $0.delayMilliseconds = 20 }
    streaming.pass(milliseconds: 10)
    #expect(streaming.lines.count <= before + 2, "nothing was held back")
    streaming.pass(milliseconds: 110)
    streaming.fault { $0.delayMilliseconds = 0 }
    streaming.pass(milliseconds: 30)
    #expect(streaming.lines.count >= 100 && streaming.isWhole, "\(streaming.lines.count) lines")
  }

  // R12
  @Test func anotherConsoleInThePlaceOfOursHasAnotherSerial() throws {
    let streaming = try Streaming()
    let serial = streaming.gate.run { $0.serial }
    streaming.gate.run { _ in streaming.bench.emulator.begin(.wrongDevice) }
    streaming.pass(milliseconds: 5)
    #expect(streaming.gate.run { $0.serial } != serial)
    #expect(streaming.lost == .disconnected)
  }

  @Test func twoConsolesAtOnceKeepApart() throws {
    let first = try Streaming()
    let second = try Streaming()
    first.fault { $0.stalling = [stream] }
    for _ in 0..<10 {
      first.pass(milliseconds: 1)
      second.pass(milliseconds: 1)
    }
    #expect(first.lost == .stalled)
    #expect(second.lost == nil && second.lines.count >= 10 && second.isWhole)
  }
}
