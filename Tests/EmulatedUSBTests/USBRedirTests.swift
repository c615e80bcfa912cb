import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import NIOCore
import NIOEmbedded
import ProbeHAL
import ProbeWire
import Quantities
import TestSupport
import Testing

/// The usbredir adapter, spoken to as QEMU does.
@Suite struct USBRedirTests {
  private struct Packet {
    var kind: UInt32
    var id: UInt64
    var body: [UInt8]
  }

  private static let everything: UInt32 = 0b111_1010

  private func peer(_ gate: DeviceGate? = nil) throws -> PeerChannel {
    try PeerChannel(gate: gate) { try USBRedirServer.addHandlers(to: $0, $1, report: $2) }
  }

  /// A peer that has been greeted and has chosen the configuration.
  private func connected() throws -> PeerChannel {
    let peer = try peer()
    peer.send(hello(Self.everything))
    peer.send(packet(6, id: 1, [1]))
    _ = try packets(peer)
    return peer
  }

  private func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  private func hello(_ capabilities: UInt32) -> [UInt8] {
    le(UInt32(0)) + le(UInt32(68)) + le(UInt32(0)) + [UInt8](repeating: 0x61, count: 64)
      + le(capabilities)
  }

  private func packet(_ kind: UInt32, id: UInt64, _ body: [UInt8]) -> [UInt8] {
    le(kind) + le(UInt32(body.count)) + le(id) + body
  }

  private func bulk(_ id: UInt64, _ address: UInt8, length: Int, data: [UInt8] = []) -> [UInt8] {
    packet(
      101, id: id,
      [address, 0] + le(UInt16(length & 0xFFFF)) + le(UInt32(0)) + le(UInt16(length >> 16)) + data)
  }

  private func control(_ id: UInt64, _ setup: SetupPacket, data: [UInt8] = []) -> [UInt8] {
    packet(
      100, id: id,
      [setup.requestType & 0x80, setup.request, setup.requestType, 0] + le(setup.value)
        + le(setup.index) + le(setup.length) + data)
  }

  private func packets(_ peer: PeerChannel, isFirst: Bool = false) throws -> [Packet] {
    var buffer = try peer.take()
    var packets: [Packet] = []
    while buffer.readableBytes > 0 {
      let kind = try required(buffer.readInteger(endianness: .little, as: UInt32.self))
      let length = try required(buffer.readInteger(endianness: .little, as: UInt32.self))
      // Hello alone has a short id.
      let id: UInt64? =
        kind == 0
        ? buffer.readInteger(endianness: .little, as: UInt32.self).map(UInt64.init)
        : buffer.readInteger(endianness: .little)
      let body = try required(buffer.readBytes(length: Int(length)))
      packets.append(try Packet(kind: kind, id: required(id), body: body))
    }
    return packets
  }

  @Test func theConsoleIsAnnouncedAfterTheGreeting() throws {
    let peer = try peer()
    #expect(try packets(peer).map(\.kind) == [0])
    peer.send(hello(Self.everything))
    let announced = try packets(peer)
    #expect(announced.map(\.kind) == [4, 5, 1])
    #expect(announced[0].body.count == 4 + 4 * 32)
    let endpoints = announced[1].body
    #expect(endpoints.count == 3 * 32 + 64)
    #expect(endpoints[1] == 2 && endpoints[17] == 2 && endpoints[18] == 3)
    #expect(endpoints[96 + 2 * 17] == 0 && endpoints[96 + 2 * 17 + 1] == 2)
    let connect = announced[2].body
    #expect(connect[..<4] == [2, 0xFF, 0, 0])
    #expect(connect[4...] == [0x09, 0x12, 0x01, 0x00, 0x00, 0x01])
  }

  /// A peer starts one bulk transfer at a time with a device that does not offer long ones, and both
  /// then leave the upper half of lengths out.
  @Test func withoutPipeliningLengthsAreShort() throws {
    let peer = try PeerChannel {
      try USBRedirServer.addHandlers(to: $0, $1, pipelines: false, report: $2)
    }
    let offered = try #require(try packets(peer).first).body[64...]
    #expect(Array(offered) == le(Self.everything & ~(1 << 6)))
    peer.send(hello(Self.everything))
    peer.send(packet(6, id: 1, [1]))
    _ = try packets(peer)
    // One byte is no message, but it is taken.
    peer.send(packet(101, id: 2, [0x01, 0] + le(UInt16(1)) + le(UInt32(0)) + [7]))
    #expect(try packets(peer).map(\.body) == [[0x01, 0] + le(UInt16(1)) + le(UInt32(0))])
  }

  @Test func requestsOfEveryKindAreAnswered() throws {
    let peer = try connected()
    peer.send(packet(7, id: 2, []))
    peer.send(packet(9, id: 3, [0, 0]))
    peer.send(packet(10, id: 4, [0]))
    let device = SetupPacket(requestType: 0x80, request: 6, value: 0x0100, index: 0, length: 18)
    peer.send(control(5, device))
    peer.send(
      control(6, SetupPacket(requestType: 0xC0, request: 1, value: 0, index: 0, length: 4)))
    let answers = try packets(peer)
    #expect(answers.map(\.kind) == [8, 11, 11, 100, 100])
    #expect(answers.map(\.id) == [2, 3, 4, 5, 6])
    #expect(answers[0].body == [0, 1])
    #expect(answers[1].body == [0, 0, 0])
    #expect(answers[3].body[3] == 0)
    #expect(Array(answers[3].body[10...]) == Descriptors.device)
    // Stalled.
    #expect(answers[4].body[3] == 4 && answers[4].body.count == 10)
  }

  @Test func commandsAndAnswersGoThrough() throws {
    let peer = try connected()
    var pdu = [UInt8](repeating: 0, count: PDU.capacity)
    let length = pdu.withUnsafeMutableBytes {
      PDU.encode(
        IdentifyRequest(hostNonce: 0xAB, protocolVersion: ConsoleProtocol.version), sequence: 1,
        nonce: 0, into: $0)
    }
    peer.send(bulk(10, 0x81, length: 100_000))
    peer.send(bulk(11, 0x01, length: length, data: Array(pdu[..<length])))
    peer.send(packet(15, id: 12, [0x82]))
    peer.pass(milliseconds: 12)
    let answers = try packets(peer)
    let sent = try #require(answers.first { $0.kind == 101 && $0.id == 11 })
    #expect(sent.body == [0x01, 0] + le(UInt16(length)) + le(UInt32(0)) + le(UInt16(0)))
    let reply = try #require(answers.first { $0.kind == 101 && $0.id == 10 }?.body[10...])
    #expect(try reply.withUnsafeBytes { try PDU.open($0).envelope.message } == 0x81)
    #expect(answers.contains { $0.kind == 17 && $0.id == 12 && $0.body == [0, 0x82] })
    let safety = answers.filter { $0.kind == 103 }
    #expect(safety.count >= 2)
    #expect(safety.map(\.id) == (0..<UInt64(safety.count)).map { $0 })
    for packet in safety {
      #expect(packet.body[..<2] == [0x82, 0])
      #expect(
        try packet.body[4...].withUnsafeBytes { try PDU.open($0).envelope.message }
          == SafetyStatus.messageID)
    }
    // And no more of them after this.
    peer.send(packet(16, id: 13, [0x82]))
    peer.pass(milliseconds: 12)
    #expect(try packets(peer).map(\.kind) == [17])
  }

  @Test func cancelledAndStalledTransfersSaySo() throws {
    let peer = try connected()
    peer.send(bulk(20, 0x81, length: 512))
    peer.send(packet(21, id: 20, []))
    peer.send(bulk(21, 0x81, length: 512))
    peer.gate.run { device in
      device.faults.stalling = [0x81]
      device.refresh()
    }
    peer.channel.embeddedEventLoop.run()
    let answers = try packets(peer)
    #expect(answers.map(\.id) == [20, 21])
    #expect(answers.map { $0.body[1] } == [1, 4])
  }

  @Test func aNewConsoleIsAnnouncedOnceTheOldOneIsForgotten() throws {
    let peer = try connected()
    peer.send(bulk(30, 0x81, length: 512))
    peer.unplug()
    #expect(try packets(peer).map(\.kind) == [2])
    peer.plug()
    // The peer may still speak of the device before: it is not answered, and does not reach the new.
    peer.send(bulk(31, 0x81, length: 512))
    #expect(try packets(peer).isEmpty)
    peer.send(packet(24, id: 0, []))
    #expect(try packets(peer).map(\.kind) == [4, 5, 1])
    #expect(peer.gate.run { $0.transfersWaiting } == 0)
  }

  @Test func whatIsAskedOfAConsoleThatWasJustPulledIsNotAnswered() throws {
    let peer = try connected()
    // Nobody has looked at the cable yet.
    peer.gate.run { _ in
      peer.bench.emulator.begin(.unplug)
      peer.bench.emulator.end(.unplug)
    }
    peer.send(bulk(40, 0x81, length: 512))
    peer.send(
      control(41, SetupPacket(requestType: 0x80, request: 8, value: 0, index: 0, length: 1)))
    #expect(try packets(peer).map(\.kind) == [2])
  }

  @Test func theSecondPeerIsTurnedAway() throws {
    let peer = try connected()
    let second = try self.peer(peer.gate)
    #expect(!second.isOpen)
    #expect(second.reports.all == ["usbredir: another peer has the console"])
    #expect(peer.isOpen)
  }

  @Test func aPeerThatGoesIsABusReset() throws {
    let peer = try connected()
    peer.send(bulk(1, 0x81, length: 512))
    let session = peer.gate.run { $0.session }
    peer.leave()
    peer.gate.run { device in
      #expect(device.session > session && device.configuration == 0)
      #expect(device.transfersWaiting == 0)
      #expect(device.port == nil)
    }
    #expect(try self.peer(peer.gate).isOpen)
  }

  @Test func aPeerThatAsksForMoreThanItReadsIsCutOff() throws {
    let peer = try connected()
    let client = try peer.startLines()
    peer.gate.run { $0.faults.isFlooding = true }
    // Nothing is written while the loop does not run: what the device says piles up.
    for id in 0..<20 {
      try peer.channel.writeInbound(ByteBuffer(bytes: bulk(UInt64(id), 0x81, length: 4 << 20)))
    }
    peer.channel.embeddedEventLoop.run()
    #expect(!peer.isOpen)
    #expect(peer.reports.all.contains { $0.contains("more than it reads") })
    client.disconnect()
  }

  @Test func nonsenseEndsTheConnectionWithItsReason() throws {
    let absurd = le(UInt32(101)) + le(UInt32.max) + le(UInt64(1))
    let cases: [(bytes: [UInt8], afterHello: Bool, reason: String)] = [
      ([UInt8]("GET / HTTP/1.1\r\n".utf8), false, "no hello"),
      (le(UInt32(0)) + le(UInt32(1 << 20)) + le(UInt32(0)), false, "claims 1048576 bytes"),
      (hello(0b1000), false, "too old; it lacks connect_device_version, ep_info"),
      (absurd, true, "claims 4294967295 bytes"),
      (packet(100, id: 1, [0, 6]), true, "controlPacket is too short"),
      (packet(101, id: 1, [0x01, 0, 64, 0, 0, 0, 0, 0, 0, 0, 1]), true, "bulkPacket is too short"),
      (packet(999, id: 1, []), true, "unknown kind 999"),
      (hello(Self.everything) + [0, 0, 0, 0], true, "hello out of turn"),
      (packet(5, id: 1, []), true, "not for a device"),
      (packet(22, id: 1, []), true, "filter rejects"),
    ]
    for item in cases {
      let peer = item.afterHello ? try connected() : try peer()
      peer.send(item.bytes)
      #expect(!peer.isOpen, "\(item.reason)")
      #expect(
        peer.reports.all.contains { $0.contains(item.reason) },
        "\(item.reason): \(peer.reports.all)")
      #expect(peer.gate.run { $0.port } == nil)
    }
  }

  @Test func transfersThatCannotBeAreRefusedNotTaken() throws {
    let peer = try connected()
    peer.send(bulk(1, 0x81, length: 0xFFFF_FFFF))
    peer.send(bulk(.max, 0x81, length: 512))
    #expect(try packets(peer).map { $0.body[1] } == [2, 2])
    #expect(peer.gate.run { $0.transfersWaiting } == 0)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func noBytesWhateverBringTheConsoleDown(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    print("seed \(seed)")
    let kinds: [UInt32] = [3, 6, 7, 9, 10, 15, 16, 21, 24, 100, 101, 103, 104]
    for _ in 0..<50 {
      let peer = try connected()
      for _ in 0..<200 where peer.isOpen {
        let kind = kinds[random.below(kinds.count)]
        let body = (0..<random.below(40)).map { _ in UInt8(random.below(256)) }
        peer.send(packet(kind, id: random.next() % 8, body))
        peer.pass(milliseconds: 1)
      }
      #expect(peer.gate.run { $0.transfersWaiting } <= 1_025)
    }
  }
}
