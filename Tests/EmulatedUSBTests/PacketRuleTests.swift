import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import ProbeWire
import Quantities
import TestSupport
import Testing

/// Transfers as packets make them.
@Suite struct PacketRuleTests {
  /// Bytes of a line of 64 samples: 192, of 224 samples: exactly one packet.
  private static let packetOfSamples: UInt16 = 224

  @Test func aShortPacketEndsATransferEarly() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    let token = bench.ask(.stream, 16_384)
    #expect(bench.end(of: token) == nil)
    bench.pass(milliseconds: 1)
    #expect(bench.end(of: token)?.bytes.count == 192)
  }

  @Test func messagesThatWaitShareATransfer() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    bench.pass(milliseconds: 10)
    let ended = try #require(bench.end(of: bench.ask(.stream, 16_384)))
    #expect(bench.lines(ended.bytes).map(\.sequence) == Array(2...11))
  }

  @Test func anEmptyPacketEndsWhatIsWholePacketsLong() throws {
    let bench = DeviceBench()
    try bench.stream(samples: Self.packetOfSamples)
    let token = bench.ask(.stream, 16_384)
    bench.pass(milliseconds: 1)
    #expect(bench.end(of: token)?.bytes.count == 512)
  }

  @Test func whenTheSpaceEndsWithTheLastPacketTheEmptyOneComesNext() throws {
    let bench = DeviceBench()
    try bench.stream(samples: Self.packetOfSamples)
    bench.pass(milliseconds: 2)
    let first = bench.ask(.stream, 1_024)
    #expect(bench.end(of: first)?.bytes.count == 1_024)
    // The device cannot know how much was asked for: it says that this was all.
    let second = bench.ask(.stream, 1_024)
    #expect(bench.end(of: second) == DeviceBench.Ended(token: second, status: .completed))
    #expect(bench.end(of: bench.ask(.stream, 1_024)) == nil)
  }

  @Test func noEmptyPacketWhileMoreWaits() throws {
    let bench = DeviceBench()
    try bench.stream(samples: Self.packetOfSamples)
    bench.pass(milliseconds: 2)
    #expect(bench.end(of: bench.ask(.stream, 512))?.bytes.count == 512)
    #expect(bench.end(of: bench.ask(.stream, 512))?.bytes.count == 512)
    #expect(bench.end(of: bench.ask(.stream, 512))?.bytes.count == 0)
  }

  @Test func aPacketLongerThanTheSpaceIsAnOverflow() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 1_024)
    bench.pass(milliseconds: 1)
    let ended = try #require(bench.end(of: bench.ask(.stream, 700)))
    #expect(ended.status == .overflow)
    #expect(ended.bytes.count == 700)
    #expect(bench.device.counts.overflowed == 1)
    // The second packet was lost whole, the rest of the line was not.
    #expect(bench.end(of: bench.ask(.stream, 16_384))?.bytes.count == 64 + 2_048 - 1_024)
  }

  @Test func aShorterSpaceThanAPacketHoldsAShortMessage() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    bench.pass(milliseconds: 1)
    #expect(bench.end(of: bench.ask(.stream, 200))?.status == .completed)
  }

  @Test func transfersEndInTheOrderOfTheirSubmission() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    let tokens = (0..<4).map { _ in bench.ask(.stream, 512) }
    let before = bench.ended.count
    bench.pass(milliseconds: 4)
    #expect(bench.ended[before...].map(\.token) == tokens)
    #expect(bench.lines(bench.ended[before...].flatMap(\.bytes)).map(\.sequence) == [2, 3, 4, 5])
  }

  @Test func aHaltedEndpointStallsUntilTheHaltIsCleared() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    let waiting = [bench.ask(.stream, 512), bench.ask(.stream, 512)]
    bench.device.faults.stalling = [0x81]
    bench.device.refresh()
    for token in waiting { #expect(bench.end(of: token)?.status == .stalled) }
    bench.device.faults.stalling = []
    bench.pass(milliseconds: 1)
    #expect(bench.end(of: bench.ask(.stream, 512))?.status == .stalled)
    bench.device.clearHalt(0x81)
    #expect(bench.end(of: bench.ask(.stream, 512))?.status == .completed)
    // The other pipes never noticed.
    #expect(bench.device.counts.stalled == 3)
  }

  @Test func theConsolesOwnStallHaltsTheStream() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    let waiting = bench.ask(.stream, 512)
    bench.bench.emulator.begin(.stall)
    bench.pass(milliseconds: 1)
    #expect(bench.end(of: waiting)?.status == .stalled)
    bench.bench.emulator.end(.stall)
    #expect(bench.end(of: bench.ask(.stream, 512))?.status == .stalled)
    bench.device.clearHalt(0x81)
    #expect(bench.end(of: bench.ask(.stream, 512))?.status == .completed)
  }

  @Test func aCancelledTransferEndsAtOnceAndOnce() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    let tokens = (0..<3).map { _ in bench.ask(.stream, 512) }
    #expect(bench.device.cancel(token: tokens[1]))
    #expect(bench.end(of: tokens[1])?.status == .cancelled)
    #expect(!bench.device.cancel(token: tokens[1]))
    bench.pass(milliseconds: 2)
    #expect(bench.end(of: tokens[0])?.status == .completed)
    #expect(bench.end(of: tokens[2])?.status == .completed)
    #expect(bench.ended.filter { $0.token == tokens[1] }.count == 1)
    #expect(bench.device.transfersWaiting == 0)
  }

  @Test func endpointsThatAreNoneStall() {
    let bench = DeviceBench()
    #expect(bench.end(of: bench.ask(address: 0x83, 512))?.status == .stalled)
    #expect(bench.end(of: bench.ask(address: 0x01, 512))?.status == .stalled)
    #expect(bench.end(of: bench.give([1], to: 0x81))?.status == .stalled)
  }

  @Test func commandsLongerThanAPacketAreRefused() {
    let bench = DeviceBench()
    let token = bench.give([UInt8](repeating: 0, count: 513))
    #expect(bench.end(of: token)?.status == .stalled)
    #expect(bench.end(of: bench.give([1]))?.status == .stalled)
    bench.device.clearHalt(0x01)
    #expect(bench.end(of: bench.give([1]))?.status == .completed)
  }

  @Test func aConsoleThatIsNotRunningPutsCommandsOff() throws {
    let bench = DeviceBench()
    let tokens = (0..<100).map { _ in bench.give([UInt8](repeating: 7, count: 16)) }
    #expect(bench.ended.count == 64)
    bench.pass(milliseconds: 2)
    #expect(bench.ended.map(\.token) == tokens)
    #expect(bench.device.counts.takenCommand == 1_600)
  }

  @Test func twoConsolesShareNothing() throws {
    let (one, two) = (DeviceBench(seed: 1), DeviceBench(seed: 2))
    try one.stream(samples: 64)
    two.pass(milliseconds: 5)
    one.device.faults.stalling = [0x81]
    one.pass(milliseconds: 5)
    #expect(one.end(of: one.ask(.stream, 512))?.status == .stalled)
    #expect(two.end(of: two.ask(.stream, 512)) == nil)
    #expect(two.device.counts == TransferCounts())
  }
}
