import ConsoleEmulator
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
  /// Many cycles on one console: nothing hangs, nothing leaks.
  @Suite(
    .enabled(
      if: ProcessInfo.processInfo.environment["PEAKGATE_SOAK"] != nil,
      "takes minutes: Tools/test-usb --suite soak sets PEAKGATE_SOAK"))
  struct SoakTests {
    /// What a process holds.
    private struct Holdings: CustomStringConvertible {
      var files = 0
      var threads = 0
      var kilobytes = 0

      init() throws {
        let manager = FileManager.default
        files = try manager.contentsOfDirectory(atPath: "/proc/self/fd").count
        threads = try manager.contentsOfDirectory(atPath: "/proc/self/task").count
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let resident = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        kilobytes = Int(resident?.split(separator: " ").dropLast().last ?? "") ?? 0
      }

      var description: String { "\(files) files, \(threads) threads, \(kilobytes) KiB" }
    }

    private func start(_ console: USBConsoleUnderTest) throws {
      let client = ConsoleClient(console.usb)
      try client.connect(hostNonce: 3)
      for _ in 0..<50 where client.connection.nonce == nil {
        console.pass(milliseconds: 1)
        client.poll { _ in }
      }
      try client.send(
        Configure(
          pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 64, gain: .zero, delay: .zero))
      try client.send(Start())
      // The client closes its transport when it goes: the stream is cut wherever it stands.
      kept.append(client)
    }

    private final class Kept { var clients: [ConsoleClient] = [] }
    private let clients = Kept()
    private var kept: [ConsoleClient] {
      get { clients.clients }
      nonmutating set { clients.clients = newValue }
    }

    private func hold(_ before: Holdings, _ after: Holdings, cycles: Int, _ what: String) {
      print("\(cycles) \(what): before \(before); after \(after)")
      #expect(after.files <= before.files + 2, "files: \(before) → \(after)")
      #expect(after.threads <= before.threads + 2, "threads: \(before) → \(after)")
      // An allocator that has not come to rest is no leak: one transfer of 64 KiB a cycle is.
      #expect(after.kilobytes <= before.kilobytes + cycles * 40, "memory: \(before) → \(after)")
    }

    @Test(.timeLimit(.minutes(10))) func aThousandStartsAndStopsLeaveNothingBehind() throws {
      let seed: UInt64 = 71
      print("seed \(seed)")
      var random = SplitMix64(seed: seed)
      let console = try USBConsoleUnderTest()
      var before: Holdings?
      for cycle in 0..<1_050 {
        if cycle == 50 { before = try Holdings() }
        try start(console)
        // Not waiting for the bus to be quiet: the stop comes while transfers are under way.
        console.order(.pass(milliseconds: Int(random.next() % 12)))
        console.usb.close()
        kept = []
      }
      hold(try #require(before), try Holdings(), cycles: 1_000, "starts and stops")
      #expect(console.usb.counts.abandoned == 0)
      #expect(console.usb.counts.receivedBytes > 1_000_000, "nothing streamed")
    }

    // R14
    @Test(.timeLimit(.minutes(10))) func twoHundredUnplugsMidStreamLeaveNothingBehind() throws {
      let seed: UInt64 = 72
      print("seed \(seed)")
      var random = SplitMix64(seed: seed)
      let console = try USBConsoleUnderTest()
      var before: Holdings?
      var noticed: [Double] = []
      for cycle in 0..<210 {
        if cycle == 10 { before = try Holdings() }
        try start(console)
        console.order(.pass(milliseconds: Int(random.next() % 12)))
        let pulled = Date(timeIntervalSinceNow: 0)
        console.unplug()
        noticed.append(-pulled.timeIntervalSinceNow * 1_000)
        console.usb.close()
        kept = []
        console.plug()
      }
      hold(try #require(before), try Holdings(), cycles: 200, "unplugs")
      #expect(console.usb.counts.abandoned == 0)
      noticed.sort()
      print(
        "from the pull to the host's notice, ms: median \(noticed[noticed.count / 2]), "
          + "longest \(noticed[noticed.count - 1])")
    }
  }
}
