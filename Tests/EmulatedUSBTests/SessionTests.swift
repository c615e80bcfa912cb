import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import ProbeWire
import Quantities
import TestSupport
import Testing

/// Sessions, the cable, faults, and the flood.
@Suite struct SessionTests {
  private final class Port: USBPort {
    var calls: [String] = []
    func plugged(_: EmulatedUSBDevice) { calls.append("plugged") }
    func unplugged(_: EmulatedUSBDevice) { calls.append("unplugged") }
  }

  // R14
  @Test(arguments: ["interface", "configuration", "reset"])
  func aNewSessionHearsNothingOfTheOneBefore(_ how: String) throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    bench.pass(milliseconds: 20)
    let waiting = bench.ask(.safety, 64)
    let session = bench.device.session
    switch how {
    case "interface": bench.device.setInterface(0, alternate: 0)
    case "configuration": bench.device.setConfiguration(1)
    default:
      bench.device.reset()
      bench.device.setConfiguration(1)
    }
    #expect(bench.device.session > session)
    #expect(bench.end(of: waiting) != nil)
    #expect(bench.device.counts == TransferCounts())
    let tokens = [bench.ask(.stream, 4_096), bench.ask(.safety, 64)]
    // The console has stopped, and without a connection it says nothing.
    bench.pass(milliseconds: 50)
    for token in tokens { #expect(bench.end(of: token) == nil) }
    // And a new connection works.
    bench.device.setInterface(0, alternate: 0)
    try bench.stream(samples: 64)
  }

  @Test func aNewSessionCancelsWhatWaits() {
    let bench = DeviceBench()
    let token = bench.ask(.stream, 512)
    bench.device.setInterface(0, alternate: 0)
    #expect(bench.end(of: token)?.status == .cancelled)
  }

  @Test func pullingTheCableEndsEveryTransfer() throws {
    let bench = DeviceBench()
    let port = Port()
    bench.device.port = port
    let tokens = [bench.ask(.stream, 512), bench.ask(.safety, 64)]
    bench.bench.emulator.begin(.unplug)
    bench.device.refresh()
    for token in tokens { #expect(bench.end(of: token)?.status == .disconnected) }
    #expect(port.calls == ["unplugged"])
    #expect(
      bench.device.control(
        SetupPacket(requestType: 0x80, request: 0, value: 0, index: 0, length: 2))
        == .disconnected)
    #expect(bench.end(of: bench.ask(.stream, 512))?.status == .disconnected)
    bench.bench.emulator.end(.unplug)
    bench.device.refresh()
    #expect(port.calls == ["unplugged", "plugged"])
    // Whoever is plugged in anew has to be configured anew.
    #expect(bench.device.configuration == 0)
  }

  @Test func unplugAndPlugBetweenTwoLooksAreBothSeen() {
    let bench = DeviceBench()
    let port = Port()
    bench.device.port = port
    let token = bench.ask(.stream, 512)
    bench.bench.emulator.begin(.unplug)
    bench.bench.emulator.end(.unplug)
    bench.device.refresh()
    #expect(port.calls == ["unplugged", "plugged"])
    #expect(bench.end(of: token)?.status == .disconnected)
  }

  @Test func aConsoleSetUpAnewIsUnpluggedAndPlugged() {
    let bench = DeviceBench()
    let port = Port()
    bench.device.port = port
    bench.device.replace(EmulatedBench(seed: 9).emulator)
    #expect(port.calls == ["unplugged", "plugged"])
    #expect(bench.device.configuration == 0)
  }

  @Test func delayCountsInTheConsolesTime() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    bench.device.faults.delayMilliseconds = 7
    let token = bench.ask(.stream, 4_096)
    bench.pass(milliseconds: 6)
    #expect(bench.end(of: token) == nil)
    bench.pass(milliseconds: 1)
    #expect(bench.end(of: token)?.status == .completed)
  }

  @Test func cutPacketsEndTransfersEarlyAndLoseNothing() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    bench.device.faults.packetLimit = 100
    bench.pass(milliseconds: 1)
    let first = try #require(bench.end(of: bench.ask(.stream, 4_096)))
    let second = try #require(bench.end(of: bench.ask(.stream, 4_096)))
    #expect(first.bytes.count == 100)
    #expect(bench.lines(first.bytes + second.bytes).map(\.sequence) == [2])
  }

  @Test func babbleIsOneOverflow() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    bench.device.faults.babbling = [0x81]
    let token = bench.ask(.stream, 4_096)
    #expect(bench.end(of: token)?.status == .overflow)
    #expect(bench.device.faults.babbling.isEmpty)
    bench.pass(milliseconds: 1)
    #expect(bench.end(of: bench.ask(.stream, 4_096))?.status == .completed)
  }

  @Test func aSilentEndpointWaitsAndKeepsEverything() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 64)
    bench.device.faults.silent = [0x81]
    let token = bench.ask(.stream, 1 << 16)
    bench.pass(milliseconds: 10)
    #expect(bench.end(of: token) == nil)
    bench.device.faults.silent = []
    bench.device.refresh()
    #expect(bench.lines(try #require(bench.end(of: token)).bytes).count == 10)
  }

  @Test func theFloodIsWholeLinesInOrderOfTheConnection() throws {
    let bench = DeviceBench()
    try bench.stream(samples: 200)
    bench.device.faults.isFlooding = true
    var bytes: [UInt8] = []
    for index in 0..<40 {
      // Some time passes in between, or none.
      if index % 7 == 0 { bench.pass(milliseconds: 3) }
      let ended = try #require(bench.end(of: bench.ask(.stream, 16_384)))
      #expect(ended.bytes.count == 16_384)
      bytes += ended.bytes
    }
    let lines = bench.lines(bytes)
    #expect(lines.map(\.sequence) == (0..<UInt32(lines.count)).map { $0 + 2 })
    #expect(lines.count >= 40 * 16_384 / (64 + 400) - 1)
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.payloadCRC != $1.payloadCRC })
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.deviceTime <= $1.deviceTime })
    #expect(Set(lines.map(\.nonce)).count == 1)
  }

  @Test func noFloodBeforeLinesAreStarted() {
    let bench = DeviceBench()
    bench.device.faults.isFlooding = true
    let token = bench.ask(.stream, 512)
    bench.pass(milliseconds: 5)
    #expect(bench.end(of: token) == nil)
  }
}
