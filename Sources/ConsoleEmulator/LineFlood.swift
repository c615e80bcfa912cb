import BenchWorld
import HardwareSpecs
import ProbeWire
import Quantities

/// A-lines that cost next to nothing: a few lines' samples are made once and used in turn, and only
/// the header is sealed anew. They are whole and in order; they show the bench as it was.
struct LineFlood {
  /// When the firmware believes the newest line to have been due: it runs ahead of the real clock,
  /// because lines come faster than the pulse rate allows.
  var due: DeviceInstant
  private var lines: [[UInt8]] = []
  private var checksums: [UInt32] = []
  private var next = 0
  private var settings: LineHeader?

  init(since now: DeviceInstant) { due = now }

  /// Hands over one line with this header.
  mutating func withLine<R>(
    _ header: LineHeader, of world: BenchWorld, _ body: (UnsafeRawBufferPointer) -> R
  ) -> R {
    if !isMade(for: header) { make(header, of: world) }
    next = (next + 1) % lines.count
    return lines[next].withUnsafeMutableBytes {
      LineCodec.seal(
        header, payloadCRC: checksums[next],
        in: UnsafeMutableRawBufferPointer(rebasing: $0[..<ConsoleProtocol.lineHeaderBytes]))
      return body(UnsafeRawBufferPointer($0))
    }
  }

  private func isMade(for header: LineHeader) -> Bool {
    guard let settings else { return false }
    return settings.sampleCount == header.sampleCount
      && settings.sampleRateHz == header.sampleRateHz && settings.gain == header.gain
      && settings.delay == header.delay
  }

  private mutating func make(_ header: LineHeader, of world: BenchWorld) {
    settings = header
    let head = ConsoleProtocol.lineHeaderBytes
    // Neighbouring lines must differ, or they would look frozen (R09).
    lines = (0..<8).map { _ in
      var line = [UInt8](
        repeating: 0, count: LineCodec.byteCount(samples: Int(header.sampleCount)))
      line.withUnsafeMutableBytes {
        let samples = UnsafeMutableRawBufferPointer(rebasing: $0[head...])
        _ = world.synthesize(
          into: samples.bindMemory(to: Int16.self), sampleRateHz: Double(header.sampleRateHz),
          delayNS: Double(header.delay.count), gainDB: header.gain.decibels)
      }
      return line
    }
    checksums = lines.map { line in line[head...].withUnsafeBytes(Checksum.line) }
  }
}
