import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import NIOCore
import NIOEmbedded
import ProbeHAL
import Quantities
import Synchronization
import TestSupport

/// A network peer of an adapter, with the console's time in the test's hand and no network.
final class PeerChannel {
  /// What the adapter reported, from whatever thread.
  final class Reports: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  let bench: EmulatedBench
  let gate: DeviceGate
  let reports = Reports()
  let channel = EmbeddedChannel()
  private var incoming = ByteBuffer()

  init(
    _ bench: EmulatedBench = EmulatedBench(seed: 4), gate: DeviceGate? = nil,
    addHandlers: (EmbeddedChannel, DeviceGate, @escaping ConnectionReport) throws -> Void
  ) throws {
    self.bench = bench
    let gate = gate ?? DeviceGate { bench.emulator }
    self.gate = gate
    try addHandlers(channel, gate, reports.add)
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/peer")).wait()
    channel.embeddedEventLoop.run()
  }

  var isOpen: Bool { channel.isActive }

  /// Bytes to the adapter. What it throws for is its own affair: the connection shows it.
  func send(_ bytes: [UInt8]) {
    _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    channel.embeddedEventLoop.run()
  }

  func pass(milliseconds: Int) {
    gate.run { device in
      for _ in 0..<milliseconds {
        bench.pass(milliseconds: 1)
        device.refresh()
      }
    }
    channel.embeddedEventLoop.run()
  }

  /// Starts A-lines behind the adapter's back.
  func startLines() throws -> ConsoleClient {
    let client = ConsoleClient(PacketTransport(gate))
    try client.connect(hostNonce: 1)
    pass(milliseconds: 1)
    _ = client.takeAll()
    try client.send(
      Configure(
        pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 1_024, gain: .zero,
        delay: .zero))
    try client.send(Start())
    pass(milliseconds: 1)
    return client
  }

  func unplug() { order { bench.emulator.begin(.unplug) } }
  func plug() { order { bench.emulator.end(.unplug) } }

  private func order(_ body: () -> Void) {
    gate.run { device in
      body()
      device.refresh()
    }
    channel.embeddedEventLoop.run()
  }

  /// Everything that the adapter has written since the last call.
  func take() throws -> ByteBuffer {
    while var buffer = try channel.readOutbound(as: ByteBuffer.self) {
      incoming.writeBuffer(&buffer)
    }
    defer { incoming = ByteBuffer() }
    return incoming
  }

  /// The host hangs up.
  func leave() {
    _ = try? channel.finish(acceptAlreadyClosed: true)
    channel.embeddedEventLoop.run()
  }
}

/// A part of the adapter's answer that is not there.
struct MissingPart: Error {}

/// As `#require`, for reads that change what they read from.
func required<T>(_ value: T?) throws -> T {
  guard let value else { throw MissingPart() }
  return value
}
