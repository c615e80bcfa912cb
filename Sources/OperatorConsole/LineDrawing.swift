import Foundation

/// An A-line as a screen can draw it: at most `pointsMax` samples whose extremes are those of the
/// line, and the envelope beside them.
struct LineDrawing: Equatable, Sendable {
  static let pointsMax = 512

  /// Converter steps; every pair holds the lowest and highest sample of its stretch, as they came.
  var samples: [Int] = []
  /// Converter steps, one for each of `samples`.
  var envelope: [Int] = []
  /// Samples of the line to one of the drawing.
  var decimation = 1

  /// - Parameter carrierSamples: samples in a period of the carrier.
  init(_ line: [Int16], carrierSamples: Double) {
    decimation = max(1, (line.count + Self.pointsMax - 1) / Self.pointsMax)
    let full = Self.envelope(line, carrierSamples: carrierSamples)
    guard decimation > 1 else {
      samples = line.map(Int.init)
      envelope = full
      return
    }
    var start = 0
    while start < line.count {
      let end = min(start + 2 * decimation, line.count)
      let stretch = start..<end
      let low = stretch.min { line[$0] < line[$1] } ?? start
      let high = stretch.max { line[$0] < line[$1] } ?? start
      samples += [Int(line[min(low, high)]), Int(line[max(low, high)])]
      let middle = min(start + decimation, end)
      envelope.append(full[start..<middle].max() ?? 0)
      envelope.append((middle < end ? full[middle..<end].max() : nil) ?? envelope.last ?? 0)
      start = end
    }
    samples.removeLast(max(0, samples.count - Self.pointsMax))
    envelope.removeLast(max(0, envelope.count - Self.pointsMax))
  }

  /// Magnitude of the line mixed down by its carrier, averaged over one period of it: for the eye
  /// alone, the tracker has an estimator of its own.
  private static func envelope(_ line: [Int16], carrierSamples: Double) -> [Int] {
    guard carrierSamples >= 2, !line.isEmpty else { return line.map { abs(Int($0)) } }
    let length = max(2, Int(carrierSamples.rounded()))
    var real = [Double](repeating: 0, count: line.count + 1)
    var imaginary = real
    for index in line.indices {
      let phase = 2 * Double.pi * Double(index) / carrierSamples
      real[index + 1] = real[index] + Double(line[index]) * cos(phase)
      imaginary[index + 1] = imaginary[index] + Double(line[index]) * sin(phase)
    }
    return line.indices.map { index in
      let from = max(0, index - length / 2)
      let to = min(line.count, from + length)
      let a = real[to] - real[from]
      let b = imaginary[to] - imaginary[from]
      return Int((2 * (a * a + b * b).squareRoot() / Double(to - from)).rounded())
    }
  }
}
