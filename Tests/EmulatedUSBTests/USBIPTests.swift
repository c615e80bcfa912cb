import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import NIOCore
import NIOEmbedded
import ProbeWire
import Quantities
import TestSupport
import Testing

/// The USB/IP adapter, spoken to as the kernel's `vhci-hcd` and the stock tools do.
@Suite struct USBIPTests {
  private struct Reply {
    var command: UInt32
    var sequence: UInt32
    var status: Int32
    var data: [UInt8]
  }

  private func peer(others: [DeviceGate] = [], gate: DeviceGate? = nil) throws -> PeerChannel {
    try PeerChannel(gate: gate) {
      try USBIPServer.addHandlers(to: $0, [$1] + others, report: $2)
    }
  }

  private func be<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian, Array.init)
  }

  private var listRequest: [UInt8] { be(UInt16(0x0111)) + be(UInt16(0x8005)) + be(UInt32(0)) }

  private func importRequest(_ busID: String) -> [UInt8] {
    be(UInt16(0x0111)) + be(UInt16(0x8003)) + be(UInt32(0)) + Array(busID.utf8)
      + [UInt8](repeating: 0, count: 32 - busID.utf8.count)
  }

  private func submit(
    _ sequence: UInt32, _ address: UInt8, length: Int, setup: [UInt8]? = nil, data: [UInt8] = []
  ) -> [UInt8] {
    be(UInt32(1)) + be(sequence) + be(UInt32(0x10001)) + be(UInt32(address >> 7))
      + be(UInt32(address & 0x7F)) + be(UInt32(0)) + be(UInt32(length)) + be(UInt32(0))
      + be(UInt32(0)) + be(UInt32(0)) + (setup ?? [UInt8](repeating: 0, count: 8)) + data
  }

  private func unlink(_ sequence: UInt32, of other: UInt32) -> [UInt8] {
    be(UInt32(2)) + be(sequence) + be(UInt32(0x10001)) + be(UInt32(0)) + be(UInt32(0))
      + be(other) + [UInt8](repeating: 0, count: 24)
  }

  /// - Parameter inputs: sequences whose replies carry data.
  private func replies(_ peer: PeerChannel, inputs: Set<UInt32>) throws -> [Reply] {
    var buffer = try peer.take()
    var replies: [Reply] = []
    while buffer.readableBytes > 0 {
      let words = try (0..<12).map { _ in try required(buffer.readInteger(as: UInt32.self)) }
      let count = words[0] == 3 && inputs.contains(words[1]) ? Int(words[6]) : 0
      replies.append(
        Reply(
          command: words[0], sequence: words[1], status: Int32(bitPattern: words[5]),
          data: try required(buffer.readBytes(length: count))))
    }
    return replies
  }

  /// A peer that has imported its console and chosen the configuration.
  private func imported() throws -> PeerChannel {
    let peer = try peer()
    peer.send(importRequest("1-1"))
    var answer = try peer.take()
    #expect(answer.readableBytes == 8 + 312)
    #expect(answer.readMultipleIntegers(as: (UInt16, UInt16, UInt32).self)! == (0x0111, 3, 0))
    peer.send(submit(1, 0x00, length: 0, setup: [0, 9, 1, 0, 0, 0, 0, 0]))
    #expect(try replies(peer, inputs: []).map(\.status) == [0])
    return peer
  }

  private func busIDs(_ peer: PeerChannel) throws -> [String] {
    peer.send(listRequest)
    var answer = try peer.take()
    let head = try required(answer.readMultipleIntegers(as: (UInt16, UInt16, UInt32, UInt32).self))
    #expect(head.0 == 0x0111 && head.1 == 5 && head.2 == 0)
    let ids = try (0..<head.3).map { _ in
      let device = try required(answer.readBytes(length: 312))
      #expect(device[300..<304] == [0x12, 0x09, 0x00, 0x01])
      #expect(device[311] == 1)
      #expect(answer.readBytes(length: 4) == [0xFF, 0, 0, 0])
      return String(decoding: device[256..<288].prefix { $0 != 0 }, as: UTF8.self)
    }
    #expect(answer.readableBytes == 0)
    return ids
  }

  @Test func theListHoldsWhatCanBeHad() throws {
    let other = try peer()
    let first = try peer(others: [other.gate])
    #expect(try busIDs(first) == ["1-1", "1-2"])
    other.unplug()
    #expect(try busIDs(first) == ["1-1"])
    other.plug()
    first.send(importRequest("1-2"))
    _ = try first.take()
    let third = try peer(others: [other.gate], gate: first.gate)
    #expect(try busIDs(third) == ["1-1"])
  }

  @Test func consolesThatCannotBeHadAreRefused() throws {
    let first = try imported()
    for (busID, status) in [("1-1", UInt32(2)), ("1-7", 4), ("", 4)] {
      let peer = try peer(gate: first.gate)
      peer.send(importRequest(busID))
      var answer = try peer.take()
      #expect(
        answer.readMultipleIntegers(as: (UInt16, UInt16, UInt32).self)! == (0x0111, 3, status))
      #expect(!peer.isOpen)
    }
    #expect(first.isOpen)
  }

  @Test func controlBulkAndInterruptGoThrough() throws {
    let peer = try imported()
    peer.send(submit(2, 0x80, length: 18, setup: [0x80, 6, 0, 1, 0, 0, 18, 0]))
    peer.send(submit(3, 0x80, length: 4, setup: [0xC0, 1, 0, 0, 0, 0, 4, 0]))
    var pdu = [UInt8](repeating: 0, count: PDU.capacity)
    let length = pdu.withUnsafeMutableBytes {
      PDU.encode(
        IdentifyRequest(hostNonce: 1, protocolVersion: ConsoleProtocol.version), sequence: 1,
        nonce: 0, into: $0)
    }
    peer.send(submit(4, 0x81, length: 512))
    peer.send(submit(5, 0x82, length: 64))
    peer.send(submit(6, 0x01, length: length, data: Array(pdu[..<length])))
    peer.pass(milliseconds: 8)
    let answers = try replies(peer, inputs: [2, 3, 4, 5])
    #expect(answers.map(\.sequence) == [2, 3, 6, 4, 5])
    #expect(answers.map(\.status) == [0, -32, 0, 0, 0])
    #expect(answers[0].data == Descriptors.device)
    #expect(try answers[3].data.withUnsafeBytes { try PDU.open($0).envelope.message } == 0x81)
    #expect(try answers[4].data.withUnsafeBytes { try PDU.open($0).envelope.message } == 0x90)
  }

  @Test func whatIsTakenBackIsAnsweredOnce() throws {
    let peer = try imported()
    peer.send(submit(2, 0x81, length: 512))
    peer.send(unlink(3, of: 2))
    peer.send(unlink(4, of: 2))
    let answers = try replies(peer, inputs: [2])
    #expect(answers.map(\.command) == [4, 4])
    #expect(answers.map(\.sequence) == [3, 4])
    #expect(answers.map(\.status) == [-104, 0])
  }

  @Test func anUnpluggedConsoleIsAClosedConnection() throws {
    let peer = try imported()
    peer.send(submit(2, 0x81, length: 512))
    peer.unplug()
    #expect(!peer.isOpen)
    #expect(try replies(peer, inputs: [2]).isEmpty)
    #expect(peer.reports.all.contains("USB/IP: 1-1: the console was unplugged"))
    peer.plug()
    // It can be had again.
    let next = try self.peer(gate: peer.gate)
    #expect(try busIDs(next) == ["1-1"])
  }

  @Test func aPeerThatGoesIsABusReset() throws {
    let peer = try imported()
    peer.send(submit(2, 0x81, length: 512))
    peer.leave()
    peer.gate.run { device in
      #expect(device.configuration == 0 && device.transfersWaiting == 0 && device.port == nil)
    }
  }

  @Test func nonsenseEndsTheConnectionWithItsReason() throws {
    var badEndpoint = submit(2, 0x81, length: 512)
    badEndpoint[19] = 16
    let cases: [(bytes: [UInt8], isImported: Bool, reason: String)] = [
      ([UInt8]("GET / HTTP/1.1".utf8), false, "speaks USB/IP 0x4745, this server 0x111"),
      (be(UInt16(0x0111)) + be(UInt16(7)), false, "operation 0x7 is unknown"),
      (submit(2, 0x81, length: 0x7FFF_FFFF), true, "a transfer of 2147483647 bytes"),
      (badEndpoint, true, "an endpoint that cannot be"),
      (be(UInt32(9)) + [UInt8](repeating: 0, count: 44), true, "command 9 is unknown"),
    ]
    for item in cases {
      let peer = item.isImported ? try imported() : try peer()
      peer.send(item.bytes)
      #expect(!peer.isOpen, "\(item.reason)")
      #expect(
        peer.reports.all.contains { $0.contains(item.reason) },
        "\(item.reason): \(peer.reports.all)")
      #expect(peer.gate.run { $0.port } == nil)
    }
  }

  @Test func halfARequestIsWaitedFor() throws {
    let peer = try peer()
    for byte in listRequest.dropLast() { peer.send([byte]) }
    #expect(try peer.take().readableBytes == 0)
    peer.send([listRequest.last!])
    #expect(try peer.take().readableBytes == 12 + 316)
    let broken = try imported()
    broken.send(Array(submit(2, 0x01, length: 64, data: [1, 2, 3])))
    #expect(broken.isOpen)
    broken.leave()
    #expect(broken.gate.run { $0.port } == nil)
  }

  @Test func moreTransfersThanAnybodyNeedsAreRefused() throws {
    let peer = try imported()
    for sequence in 0..<1_030 { peer.send(submit(UInt32(sequence) + 10, 0x81, length: 512)) }
    let refused = try replies(peer, inputs: [])
    #expect(refused.count == 6 && refused.allSatisfy { $0.status == -22 })
    #expect(peer.gate.run { $0.transfersWaiting } == 1_024)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func noBytesWhateverBringTheConsoleDown(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    print("seed \(seed)")
    for _ in 0..<50 {
      let peer = try imported()
      for _ in 0..<200 where peer.isOpen {
        let setup = (0..<8).map { _ in UInt8(random.below(256)) }
        let address = [0x00, 0x80, 0x01, 0x81, 0x82, 0x83][random.below(6)] as UInt8
        let length = random.below(2_000)
        let data = address & 0x80 == 0 ? [UInt8](repeating: 1, count: length) : []
        if random.below(4) == 0 {
          peer.send(unlink(UInt32(random.below(99)), of: UInt32(random.below(99))))
        }
        var bytes = submit(
          UInt32(random.below(99)), address, length: length, setup: setup, data: data)
        if random.below(50) == 0 { bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8)) }
        peer.send(bytes)
        peer.pass(milliseconds: 1)
      }
      #expect(peer.gate.run { $0.transfersWaiting } <= 1_024)
    }
  }
}
