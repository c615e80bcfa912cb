import Foundation
import Recording
import Testing

@Suite struct RecordedLinesTests {
  private func lines(_ volts: [Double], shape: String, doublerate: Int64? = nil) throws
    -> RecordedLines
  {
    var zip = ZipWriter()
    zip.add("signal.npy", npy("<f8", shape, bytes(volts)), deflated: true)
    if let doublerate {
      zip.add("doublerate.npy", npy("<i8", "()", bytes([doublerate])))
    }
    return try RecordedLines(
      un0rick: NumpyArchive(file: "lines.npz", bytes: zip.finished()))
  }

  @Test func tenBitVoltsBecomeTheConvertersOwnCodes() throws {
    let codes = (-512...511).map { Int16($0) }
    let read = try lines(codes.map { Double($0) / 512 }, shape: "(2, 512)", doublerate: 1)
    #expect(read.samples == codes)
    #expect(read.fullScale == 511)
    #expect(read.voltsPerCode == 1.0 / 512)
    #expect(read.lineCount == 2)
    #expect(read.samplesPerLine == 512)
    #expect(read.sampleRateHz == 64e6)
    #expect(read.interleaved)
    #expect(read.withLine(1) { Array($0) } == Array(codes[512...]))
  }

  @Test func finerVoltsKeepTheirResolution() throws {
    let twelve = try lines([3.0 / 2048, -1, 0, 0.5], shape: "(1, 4)")
    #expect(twelve.samples == [3, -2048, 0, 1024])
    #expect(twelve.fullScale == 2047)
    #expect(!twelve.interleaved)
    let free = try lines([0.1, -0.3, 1, -1], shape: "(2, 2)", doublerate: 0)
    #expect(free.samples == [1638, -4915, 16383, -16384])
    #expect(free.fullScale == 16383)
    #expect(!free.interleaved)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1.01, -512])
  func whatIsNotVoltsWithinOneIsRefusedWithItsPlace(bad: Double) {
    let error = #expect(throws: RecordingError.self) {
      _ = try lines([0, 0, 0, bad], shape: "(2, 2)")
    }
    #expect(error?.what.contains("line 1, sample 1") == true)
  }

  @Test(arguments: ["(4,)", "(0, 4)", "(2, 2, 1)", "()"])
  func anotherShapeIsRefused(shape: String) {
    let count = shape == "()" ? 1 : shape == "(0, 4)" ? 0 : 4
    let error = #expect(throws: RecordingError.self) {
      _ = try lines([Double](repeating: 0, count: count), shape: shape)
    }
    #expect(error?.what.contains("not lines × samples") == true)
  }

  static let recordings = ProcessInfo.processInfo.environment["PEAKGATE_RECORDINGS"]

  @Test(.enabled(if: recordings != nil, "PEAKGATE_RECORDINGS names no folder of recordings"))
  func aRealAcquisitionIsTenBitsAndInterleaved() throws {
    let folder = try #require(Self.recordings)
    let read = try RecordedLines(
      un0rick: NumpyArchive(path: folder + "/20240208182809_ndt.npz"))
    #expect(read.lineCount == 32)
    #expect(read.samplesPerLine == 16384)
    #expect(read.fullScale == 511)
    #expect(read.interleaved)
  }
}
