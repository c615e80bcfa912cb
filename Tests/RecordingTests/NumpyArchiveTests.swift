import Foundation
import Recording
import Testing

@Suite struct NumpyArchiveTests {
  private func open(_ bytes: [UInt8]) throws -> NumpyArchive {
    try NumpyArchive(file: "test.npz", bytes: bytes)
  }

  private func refusal(_ bytes: [UInt8], _ name: String = "a") -> RecordingError? {
    do {
      _ = try NumpyArchive(file: "test.npz", bytes: bytes).array(name)
      return nil
    } catch {
      return error
    }
  }

  @Test func whatNumpyWroteIsRead() throws {
    let archive = try open(numpyFixture)
    #expect(archive.names == ["signal", "doublerate", "codes", "columns", "name"])
    let signal = try archive.array("signal")
    #expect(signal.shape == [2, 64])
    for t in 0..<64 {
      #expect(signal.values[t] == (sin(Double(t) / 3) * 400).rounded(.toNearestOrEven) / 512)
    }
    #expect(try archive.array("doublerate").scalar == 1)
    #expect(
      try archive.array("codes") == NumpyArray(shape: [2, 3], values: [-3, -2, -1, 0, 1, 2]))
    #expect(
      try archive.array("columns")
        == NumpyArray(shape: [2, 3, 4], values: (0..<24).map(Double.init))
    )
    #expect(refusal(numpyFixture, "name")?.what.contains("unsupported data type '<U1'") == true)
  }

  @Test(arguments: [false, true], [UInt8(1), 2, 3])
  func everyPlainTypeIsRead(deflated: Bool, version: UInt8) throws {
    let cases: [(String, [UInt8], [Double])] = [
      ("<f8", bytes([1.5, -.infinity]), [1.5, -.infinity]),
      (">f8", bytes([1.5, -2.25].map { (x: Double) in x.bitPattern.bigEndian }), [1.5, -2.25]),
      ("<f4", bytes([Float(0.5), -3]), [0.5, -3]),
      ("<i2", bytes([Int16.min, 7]), [-32768, 7]),
      (">i4", [255, 255, 255, 254, 0, 0, 1, 0], [-2, 256]),
      ("|i1", [255, 127], [-1, 127]), ("|u1", [255, 0], [255, 0]),
      ("<u2", [255, 255, 1, 0], [65535, 1]),
      ("<i8", bytes([Int64(-5), 1 << 40]), [-5, 0x1p40]),
      ("<u8", bytes([UInt64.max, 3]), [0x1p64, 3]), ("|b1", [1, 0], [1, 0]),
    ]
    for (descr, data, values) in cases {
      let member = npy(descr, "(2,)", data, version: version)
      let read = try open(archive("a", member, deflated: deflated)).array("a")
      #expect(read == NumpyArray(shape: [2], values: values), "\(descr)")
    }
  }

  @Test func scalarsAndEmptyArraysAreRead() throws {
    #expect(try open(archive("a", npy("<f8", "()", bytes([2.5])))).array("a").scalar == 2.5)
    let empty = try open(archive("a", npy("<f8", "(0, 4)", []))).array("a")
    #expect(empty == NumpyArray(shape: [0, 4], values: []))
    let column = try open(archive("a", npy("<f8", "(0, 4)", [], fortran: true))).array("a")
    #expect(column.values.isEmpty)
  }

  @Test func anEmptyForeignOrTruncatedFileSaysWhichItIs() {
    #expect(refusal([])?.what == "is empty")
    #expect(refusal(Array("hello, world".utf8))?.what.contains("not an .npz archive") == true)
    #expect(refusal(npy("<f8", "()", bytes([1.0])))?.what.contains("single .npy") == true)
    #expect(refusal(Array(numpyFixture.dropLast(9)))?.what.contains("truncated") == true)
    for error in [refusal([]), refusal([1]), refusal(Array(numpyFixture.dropLast(9)))] {
      #expect(error?.file == "test.npz")
      #expect(error?.remedy.isEmpty == false)
      #expect(error?.description.hasPrefix("test.npz: ") == true)
    }
  }

  @Test func everyTruncationIsRefused() {
    for length in 0..<numpyFixture.count {
      #expect(refusal(Array(numpyFixture.prefix(length)), "signal") != nil, "\(length) bytes")
    }
  }

  @Test func aMissingArrayNamesThoseThatAreThere() {
    let error = refusal(numpyFixture, "volts")
    #expect(error?.what == "has no array named volts")
    #expect(error?.remedy.contains("signal, doublerate") == true)
  }

  @Test func malformedMembersAreRefused() {
    let good = bytes([1.0, 2.0])
    func header(_ text: String) -> [UInt8] { archive("a", npy("", "", good, header: text)) }
    let cases: [(String, [UInt8], String)] = [
      ("data short", archive("a", npy("<f8", "(3,)", good)), "not those of its shape"),
      ("data long", archive("a", npy("<f8", "(1,)", good)), "not those of its shape"),
      (
        "shape overflows", archive("a", npy("<f8", "(4611686018427387904, 4)", good)),
        "not those of its shape"
      ),
      ("complex", archive("a", npy("<c16", "(1,)", good)), "unsupported data type"),
      ("half", archive("a", npy("<f2", "(8,)", good)), "unsupported data type"),
      ("object", archive("a", npy("|O", "(2,)", good)), "unsupported data type"),
      ("version", archive("a", npy("<f8", "(2,)", good, version: 9)), "version 9"),
      ("no magic", archive("a", good), "not an .npy array"),
      ("no bytes", archive("a", []), "not an .npy array"),
      ("negative", archive("a", npy("<f8", "(-2,)", good)), "shape"),
      ("no shape", header("{'descr': '<f8', 'fortran_order': False}"), "key missing"),
      ("unknown key", header("{'descr': '<f8', 'x': 1}"), "unknown key"),
      ("structured", header("{'descr': [('a', '<f8')], 'shape': (2,)}"), "not plain"),
      ("unclosed", header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,"), "shape"),
      ("not a dict", header("42"), "expected '{'"),
    ]
    for (label, file, part) in cases {
      let error = refusal(file)
      #expect(error?.what.contains(part) == true, "\(label): \(String(describing: error))")
    }
  }

  @Test func aHeaderLongerThanTheMemberIsRefused() {
    var member = npy("<f8", "(2,)", bytes([1.0, 2.0]))
    (member[8], member[9]) = (0xFF, 0xFF)
    #expect(refusal(archive("a", member))?.what.contains("beyond its end") == true)
  }

  @Test func brokenArchivesAreRefused() {
    let member = npy("<f8", "(2,)", bytes([1.0, 2.0]))
    func zip(_ write: (inout ZipWriter) -> Void) -> [UInt8] {
      var writer = ZipWriter()
      write(&writer)
      return writer.finished()
    }
    let cases: [(String, [UInt8], String)] = [
      ("checksum", zip { $0.add("a.npy", member, crc: 1) }, "checksum"),
      ("encrypted", zip { $0.add("a.npy", member, flags: 1) }, "encrypted"),
      ("method", zip { $0.add("a.npy", member, method: 12) }, "compression method 12"),
      ("bomb", zip { $0.add("a.npy", member, claimedSize: 1 << 30) }, "more than 256 MiB"),
      (
        "false claim", zip { $0.add("a.npy", member, deflated: true, claimedSize: 200 << 20) },
        "does not unpack"
      ),
      (
        "short claim", zip { $0.add("a.npy", member, deflated: true, claimedSize: 20) },
        "does not unpack"
      ),
      ("stored claim", zip { $0.add("a.npy", member, claimedSize: 20) }, "does not unpack"),
      ("not deflate", zip { $0.add("a.npy", member, method: 8) }, "does not unpack"),
    ]
    for (label, file, part) in cases {
      let error = refusal(file)
      #expect(error?.what.contains(part) == true, "\(label): \(String(describing: error))")
    }
    var writer = ZipWriter()
    writer.add("a.npy", member)
    #expect(refusal(writer.finished(count: 0xFFFF))?.what.contains("zip64") == true)
    #expect(refusal(writer.finished(count: 5000))?.what.contains("5000 members") == true)
    #expect(refusal(writer.finished(count: 2))?.what.contains("directory is broken") == true)
    #expect(refusal(writer.finished(comment: "with a comment")) == nil)
  }

  /// Whatever the bytes, reading ends in an array or in an error.
  @Test func mutatedBytesNeverCrash() throws {
    let seed: UInt64 = 61
    var state = seed
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    func mutated(_ original: [UInt8]) -> [UInt8] {
      var copy = original
      for _ in 0...(next() % 4) {
        let place = Int(next() % UInt64(copy.count))
        switch next() % 5 {
        case 0: copy[place] ^= 1 << UInt8(next() % 8)
        case 1: copy[place] = UInt8(truncatingIfNeeded: next())
        case 2: copy[place] = next() & 1 == 0 ? 0xFF : 0
        case 3: copy.insert(UInt8(truncatingIfNeeded: next()), at: place)
        default: if copy.count > 40 { copy.remove(at: place) }
        }
      }
      return copy
    }
    let plain = npy("<f8", "(2, 3)", bytes([1.0, 2, 3, 4, 5, 6]), fortran: true)
    var (read, refused) = (0, 0)
    for trial in 0..<20_000 {
      // The archive's own bytes, then an array's inside a sound archive, which CRCs do not guard.
      let file = trial % 2 == 0 ? mutated(numpyFixture) : archive("a", mutated(plain))
      do {
        let opened = try NumpyArchive(file: "mutated", bytes: file)
        for name in opened.names {
          let array = try opened.array(name)
          #expect(array.values.count == array.shape.reduce(1, *), "trial \(trial), seed \(seed)")
          read += 1
        }
        _ = try RecordedLines(un0rick: opened)
      } catch {
        #expect(!error.what.isEmpty && !error.remedy.isEmpty, "trial \(trial), seed \(seed)")
        refused += 1
      }
    }
    #expect(read > 1000 && refused > 1000, "read \(read), refused \(refused), seed \(seed)")
  }

  @Test func aPathThatCannotBeReadIsNamed() throws {
    let missing = #expect(throws: RecordingError.self) {
      _ = try NumpyArchive(path: "/nonexistent/line.npz")
    }
    #expect(missing?.what == "no such file")
    let directory = #expect(throws: RecordingError.self) {
      _ = try NumpyArchive(path: FileManager.default.temporaryDirectory.path)
    }
    #expect(directory?.what == "is a directory")
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("peakgate-\(UUID().uuidString).npz")
    try Data(numpyFixture).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(try NumpyArchive(path: file.path).names.count == 5)
  }
}
