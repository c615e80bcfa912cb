/// Recorded A-lines as converter codes, ready for the tracker.
public struct RecordedLines: Hashable, Sendable {
  public var file: String
  public var lineCount: Int
  public var samplesPerLine: Int
  /// All lines, one after another.
  public var samples: [Int16]
  public var sampleRateHz: Double
  /// The largest code (511 for 10 bits).
  public var fullScale: Int32
  /// Volts a code.
  public var voltsPerCode: Double
  /// Odd lines were sampled half a clock later than even ones.
  public var interleaved: Bool

  public init(
    file: String, lineCount: Int, samplesPerLine: Int, samples: [Int16], sampleRateHz: Double,
    fullScale: Int32, voltsPerCode: Double, interleaved: Bool
  ) {
    self.file = file
    self.lineCount = lineCount
    self.samplesPerLine = samplesPerLine
    self.samples = samples
    self.sampleRateHz = sampleRateHz
    self.fullScale = fullScale
    self.voltsPerCode = voltsPerCode
    self.interleaved = interleaved
  }

  /// Runs `body` on one line's samples, 0 ..< lineCount, without a copy.
  public func withLine<Result>(
    _ line: Int, _ body: (UnsafeBufferPointer<Int16>) -> Result
  ) -> Result {
    samples.withUnsafeBufferPointer { all in
      body(
        UnsafeBufferPointer(rebasing: all[(line * samplesPerLine)..<((line + 1) * samplesPerLine)]))
    }
  }
}

extension RecordedLines {
  /// Codes an acquisition of the open un0rick console: `signal`, volts within ±1, lines × samples,
  /// and `doublerate`, 1 when odd lines lie half a clock later.
  ///
  /// The file does not state its sample rate; the console's is 64 MS/s. Volts become the
  /// converter's own codes: the coarsest power of two that holds every value exactly, from 10 bits
  /// (512 codes a volt) up to 15; values on no such grid are rounded to 15 bits.
  public init(un0rick archive: NumpyArchive, sampleRateHz: Double = 64e6) throws(RecordingError) {
    let signal = try archive.array("signal")
    guard signal.shape.count == 2, signal.shape[0] > 0, signal.shape[1] > 0 else {
      let shape = signal.shape.map(String.init).joined(separator: ", ")
      throw RecordingError(
        file: archive.file, what: "array signal has the shape (\(shape)), not lines × samples",
        remedy: "save the lines as a two-dimensional array")
    }
    var bits = 9
    for (index, volts) in signal.values.enumerated() {
      // NaN fails the comparison.
      guard volts.magnitude <= 1 else {
        throw RecordingError(
          file: archive.file,
          what: "array signal holds \(volts) in line \(index / signal.shape[1]), sample "
            + "\(index % signal.shape[1])",
          remedy: "give volts within ±1, the converter's full scale")
      }
      while bits < 14 {
        let code = volts * Double(1 << bits)
        if code == code.rounded() { break }
        bits += 1
      }
    }
    let scale = Double(1 << bits)
    let states = archive.names.contains("doublerate")
    let interleaved = states ? try archive.array("doublerate").scalar == 1 : false
    self.init(
      file: archive.file, lineCount: signal.shape[0], samplesPerLine: signal.shape[1],
      samples: signal.values.map { Int16(min(($0 * scale).rounded(), scale - 1)) },
      sampleRateHz: sampleRateHz, fullScale: Int32(1 << bits) - 1, voltsPerCode: 1 / scale,
      interleaved: interleaved)
  }
}
