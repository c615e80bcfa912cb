import BenchWorld
import ConsoleEmulator
import EmulatedUSB
import Foundation
import HardwareSpecs
import NIOCore
import NIOEmbedded
import ProbeHAL
import Quantities
import RigLink
import Scenarios

/// The servers that listen to other processes, each on a channel without a network.

/// A peer's bytes whole and in pieces get the same answers from a console, and when it goes, nothing of it
/// stays behind.
func converse(
  _ bytes: UnsafeRawBufferPointer,
  addHandlers: (EmbeddedChannel, DeviceGate) throws -> Void
) -> UInt64 {
  let whole = answers(bytes, piece: bytes.count, addHandlers)
  let pieces = answers(bytes, piece: 1 + Int(bytes.first ?? 0) % 61, addHandlers)
  precondition(whole.isOpen == pieces.isOpen, "how a peer's bytes are cut decides whether it stays")
  // One that is turned away may miss answers to what it said before in the same breath.
  precondition(!whole.isOpen || whole.answers == pieces.answers, "how they are cut changes answers")
  return UInt64(whole.answers.count)
}

private func answers(
  _ bytes: UnsafeRawBufferPointer, piece: Int,
  _ addHandlers: (EmbeddedChannel, DeviceGate) throws -> Void
) -> (answers: [UInt8], isOpen: Bool) {
  let gate = DeviceGate { BenchAssembly.console(WorldParameters(), seed: 1) }
  let channel = connected { try addHandlers($0, gate) }
  feed(bytes, piece: piece, to: channel)
  gate.run { device in
    for millisecond in 1...5 {
      device.advance(to: HostInstant(nanoseconds: 1_000_000 * UInt64(millisecond)))
    }
  }
  channel.embeddedEventLoop.run()
  let taken = (taken(from: channel), channel.isActive)
  _ = try? channel.finish(acceptAlreadyClosed: true)
  channel.embeddedEventLoop.run()
  gate.run { device in
    precondition(device.port == nil, "a peer that has gone still has the console")
    precondition(device.transfersWaiting == 0, "transfers of a peer that has gone still wait")
  }
  return taken
}

/// Lines of a rig's link: each that is understood gets one answer, and the worlds that are taken can be
/// simulated.
func serveRig(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  let host = BenchHost(pace: .stepped) { now in
    [
      HostedConsole(
        world: WorldParameters(), seed: 1, serial: SerialNumber("PG-FUZZ"),
        specHash: SpecHash.value, at: now)
    ]
  }
  let channel = connected { try RigServer.addHandlers(to: $0, host) }
  var lines = 0
  var answered = 0
  for line in bytes.split(separator: UInt8(ascii: "\n")) where channel.isActive {
    let request = try? JSONDecoder().decode(RigRequest.self, from: Data(line))
    // Time is what an execution costs: a few milliseconds show as much as a minute.
    if case .pass(let milliseconds)? = request?.action, milliseconds > 20 { continue }
    if case .load(let world, let seed)? = request?.action, world.flaw == nil {
      simulate(world, seed)
    }
    lines += request == nil ? 0 : 1
    feed(UnsafeRawBufferPointer(rebasing: line), piece: line.count, to: channel)
    feed("\n".utf8, to: channel)
    let answers = taken(from: channel).count { $0 == UInt8(ascii: "\n") }
    precondition(request == nil || answers == 1, "\(answers) answers to one request")
    answered += answers
  }
  gateAfterwards(host)
  _ = try? channel.finish(acceptAlreadyClosed: true)
  return UInt64(lines + answered)
}

/// The console still lives, whatever was asked of it.
private func gateAfterwards(_ host: BenchHost) {
  host.consoles[0].gate.run { device in
    let now = device.emulator.time
    device.advance(to: now + .milliseconds(3))
    precondition(device.emulator.time > now)
  }
}

private func simulate(_ parameters: WorldParameters, _ seed: UInt64) {
  let world = BenchWorld(parameters, seed: seed)
  world.advance(to: 0.01)
  var samples = [Int16](repeating: 0, count: 256)
  samples.withUnsafeMutableBufferPointer {
    _ = world.synthesize(into: $0, sampleRateHz: 64e6, delayNS: 0, gainDB: 0)
  }
  precondition(samples.allSatisfy { (-8_192...8_191).contains($0) }, "not of a 14-bit converter")
}

private func connected(_ addHandlers: (EmbeddedChannel) throws -> Void) -> EmbeddedChannel {
  let channel = EmbeddedChannel()
  do {
    try addHandlers(channel)
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/peer")).wait()
  } catch {
    preconditionFailure("no channel: \(error)")
  }
  channel.embeddedEventLoop.run()
  return channel
}

private func feed(_ bytes: UnsafeRawBufferPointer, piece: Int, to channel: EmbeddedChannel) {
  var start = 0
  while start < bytes.count, channel.isActive {
    let count = min(max(piece, 1), bytes.count - start)
    feed(bytes[start..<start + count], to: channel)
    start += count
  }
}

private func feed(_ bytes: some Sequence<UInt8>, to channel: EmbeddedChannel) {
  // What a handler throws closes the channel, which shows.
  _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
  channel.embeddedEventLoop.run()
}

private func taken(from channel: EmbeddedChannel) -> [UInt8] {
  var bytes: [UInt8] = []
  while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
    bytes += buffer.readableBytesView
  }
  return bytes
}
