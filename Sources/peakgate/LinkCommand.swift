import ArgumentParser
import ControlRuntime
import Foundation
import Glibc
import HardwareSpecs
import LibUSBTransport
import ProbeHAL
import Quantities
import Scenarios

struct LinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Stream from a console on USB, and count what arrives.",
    discussion: """
      Starts A-lines, takes them in for some seconds, and says how many came, how many did not, and what \
      it cost. The drive stays off: no lease is ever asked for. A line that the console made is here, or it \
      is missing by its sequence; with --raw nothing is looked into, so that nothing can be told missing.

      Examples:
        peakgate link --seconds 10
        peakgate link --console PG-SIM-0001 --pulse-rate 5000 --json

      Exit codes: 0 every line came whole, 1 something was lost or damaged, nothing came, or the stream \
      stood still for seconds, 2 interrupted, 4 usage, or no such console.
      """)

  @Option(help: "Which console: its serial or its port; needed only where there are several.")
  var console = ""

  @Option(help: "How long.")
  var seconds = 10.0

  @Option(help: "Pulses a second.")
  var pulseRate = UInt32(Limits.pulseRate)

  @Flag(help: "Count bytes only, and look into nothing: the cost of the transport alone.")
  var raw = false

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (0.1...86_400).contains(seconds) else {
      throw ValidationError("--seconds must be 0.1 to 86400, not \(seconds)")
    }
    guard (1...UInt32(Limits.pulseRateMax)).contains(pulseRate) else {
      throw ValidationError("--pulse-rate must be 1 to \(Limits.pulseRateMax), not \(pulseRate)")
    }
  }

  func run() throws {
    let signals = StopSignals()
    var stream: LinkStream
    do throws(TransportError) {
      stream = LinkStream(
        LibUSBTransport(try USBLibrary(), address: ConsoleAddress(console)), pulseRate: pulseRate)
      try stream.start()
      try stream.take(seconds: seconds, raw: raw) { signals.interrupt.isSet }
      stream.finish()
    } catch {
      throw CommandEnd(.usage, "console \(console): \(error.message): \(error.remedy)")
    }
    let report = stream.report
    if json {
      Terminal.write(String(decoding: try ResultsJSON.data(report), as: UTF8.self), to: 1)
    } else {
      Terminal.write(report.text, to: 1)
    }
    if signals.interrupt.isSet { throw CommandEnd(.interrupted) }
    if !report.isWhole { throw CommandEnd(.failed) }
  }
}

/// What came over a link, and what it cost this process.
struct LinkReport: Encodable {
  var serial = ""
  var seconds = 0.0
  var bytes: UInt64 = 0
  /// Of these, on the pipe of the A-lines.
  var stream_bytes: UInt64 = 0
  var bytes_per_s = 0.0
  var lines: UInt64 = 0
  /// Lines, and messages beside them, that the sequences show to be missing.
  var missing: UInt64 = 0
  var missing_messages: UInt64 = 0
  var damaged: UInt64 = 0
  var bytes_skipped: UInt64 = 0
  var transfers: UInt64 = 0
  /// Transfers that waited with their data because this process was slow.
  var parked: UInt64 = 0
  /// Transfers that libusb never gave back.
  var abandoned: UInt64 = 0
  /// The longest time in which not one byte of the stream came.
  var longest_pause_s = 0.0
  var cpu_s = 0.0

  var isWhole: Bool {
    stream_bytes > 0 && longest_pause_s < Self.standstill && missing == 0 && missing_messages == 0
      && damaged == 0 && bytes_skipped == 0 && abandoned == 0
  }

  /// Seconds: far beyond what a busy machine does to a stream of at least a line a second.
  static let standstill = 2.5

  var text: String {
    func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    return """
      console   \(serial)
      streamed  \(number(seconds, 1)) s, \(number(bytes_per_s / 1e6, 2)) MB/s
      lines     \(lines) came, \(missing) missing, \(damaged) damaged, \(bytes_skipped) bytes of nothing
      messages  \(missing_messages) missing
      pauses    \(number(longest_pause_s * 1e3, 1)) ms at the longest
      transfers \(transfers), of which \(parked) waited for this process
      CPU       \(number(cpu_s, 2)) s

      """
  }
}

/// A console that streams, and the count of what comes.
struct LinkStream {
  private let transport: LibUSBTransport
  private let client: ConsoleClient
  private let pulseRate: UInt32
  private(set) var report = LinkReport()
  private var newest: UInt32?
  private static let period = Nanoseconds.milliseconds(2)
  private var countedBefore: UInt64 = 0

  init(_ transport: LibUSBTransport, pulseRate: UInt32) {
    self.transport = transport
    client = ConsoleClient(transport)
    self.pulseRate = pulseRate
  }

  mutating func start() throws(TransportError) {
    try connect()
    report.serial = transport.serial ?? "unknown"
    for _ in 0..<100 where client.connection.nonce == nil {
      transport.waitForArrival(milliseconds: 10)
      try poll()
    }
    guard client.connection.nonce != nil else {
      throw .failed("the console does not say who it is")
    }
    try client.send(
      Configure(
        pulseRateHz: pulseRate, sampleRateHz: UInt32(ReferenceRig.Acquisition.sampleRateMHz * 1e6),
        sampleCount: UInt16(ReferenceRig.Acquisition.samples), gain: .zero, delay: .zero))
    try client.send(Start())
    countedBefore = transport.counts.receivedBytes
  }

  /// Waits a second for a console that is busy: who only looks at it, as `devices` does, holds it for
  /// half of that at most, and who holds it for longer drives it.
  private func connect() throws(TransportError) {
    let clock = MonotonicClock()
    let patience = clock.now + .milliseconds(1_000)
    while true {
      do throws(TransportError) {
        return try client.connect(hostNonce: 0x4C49_4E4B)
      } catch {
        guard case .busy = error, clock.now < patience else { throw error }
        _ = clock.wait(until: clock.now + .milliseconds(20))
      }
    }
  }

  mutating func take(
    seconds: Double, raw: Bool, until isInterrupted: () -> Bool
  ) throws(TransportError) {
    let cpu = Self.processorSeconds
    let start = MonotonicTime.nanoseconds()
    let end = start + UInt64(seconds * 1e9)
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { space.deallocate() }
    // As a control loop does: it looks when its time has come, and nobody wakes it for less.
    let clock = MonotonicClock()
    var newestByte = start
    while MonotonicTime.nanoseconds() < end, !isInterrupted() {
      _ = clock.wait(until: clock.now + Self.period)
      let now = MonotonicTime.nanoseconds()
      let streamed = transport.received(.stream)
      if streamed != report.stream_bytes {
        report.stream_bytes = streamed
        newestByte = now
      }
      report.longest_pause_s = max(report.longest_pause_s, Double(now - newestByte) * 1e-9)
      if raw {
        for pipe in [Pipe.stream, .safety] { while try transport.receive(pipe, into: space) > 0 {} }
      } else {
        try poll()
      }
    }
    report.cpu_s = Self.processorSeconds - cpu
    report.seconds = Double(MonotonicTime.nanoseconds() - start) * 1e-9
    report.bytes = transport.counts.receivedBytes - countedBefore
    report.bytes_per_s = Double(report.bytes) / report.seconds
  }

  mutating func finish() {
    // A console that is gone needs none.
    try? client.send(Stop())
    client.disconnect()
    let counts = transport.counts
    report.missing_messages = client.counts.missing
    report.damaged = client.counts.damaged
    report.bytes_skipped = client.counts.bytesSkipped
    report.transfers = counts.transfers
    report.parked = counts.parked
    report.abandoned = counts.abandoned
  }

  private mutating func poll() throws(TransportError) {
    var lost: TransportError?
    client.poll { event in
      switch event {
      case .line(let header, _):
        if let newest { report.missing += UInt64(header.sequence &- newest &- 1) }
        newest = header.sequence
        report.lines += 1
      case .lost(let error): lost = error
      default: break
      }
    }
    if let lost { throw lost }
  }

  private static var processorSeconds: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}
