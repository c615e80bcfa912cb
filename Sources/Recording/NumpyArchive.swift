/// An array of numbers, whatever its type in the file was, in C order (last index fastest).
public struct NumpyArray: Hashable, Sendable {
  public var shape: [Int]
  /// Integers beyond 2^53 are rounded.
  public var values: [Double]

  public init(shape: [Int], values: [Double]) {
    self.shape = shape
    self.values = values
  }

  /// The only value of an array with exactly one.
  public var scalar: Double? { values.count == 1 ? values[0] : nil }
}

/// A NumPy archive (`.npz`): named arrays in a zip file.
///
/// Reading never traps, whatever the bytes: each failure is a `RecordingError` that names the file.
public struct NumpyArchive: Sendable {
  private let zip: ZipArchive

  /// Opens a file and reads its directory; arrays are unpacked when asked for.
  public init(path: String) throws(RecordingError) {
    try self.init(file: path, bytes: try FileBytes.read(path))
  }

  /// The same for bytes at hand; `file` is for messages only.
  public init(file: String, bytes: [UInt8]) throws(RecordingError) {
    zip = try ZipArchive(file: file, bytes: bytes)
  }

  public var file: String { zip.file }

  /// Names of the arrays, in the file's order.
  public var names: [String] {
    zip.members.compactMap { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : nil }
  }

  /// One array by name, converted to Double.
  public func array(_ name: String) throws(RecordingError) -> NumpyArray {
    guard let member = zip.members.last(where: { $0.name == name + ".npy" }) else {
      let held = names.isEmpty ? "it holds none" : "it holds \(names.joined(separator: ", "))"
      throw RecordingError(
        file: file, what: "has no array named \(name)", remedy: "\(held)")
    }
    let bytes = try zip.contents(of: member)
    let header: NumpyHeader
    do {
      header = try NumpyHeader(bytes)
    } catch {
      throw RecordingError(
        file: file, what: "array \(name) \(error.what)",
        remedy: "save it with numpy.savez as a plain array of numbers")
    }
    guard let type = NumpyType(header.descr) else {
      throw RecordingError(
        file: file, what: "array \(name) has the unsupported data type '\(header.descr)'",
        remedy: "convert it first, for example with .astype('float64')")
    }
    var count = 1
    for length in header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      count = overflow ? Int.max : product
    }
    let size = bytes.count - header.dataOffset
    guard size % type.width == 0, size / type.width == count else {
      throw RecordingError(
        file: file,
        what: "array \(name) has \(size) bytes of data, not those of its shape "
          + "(\(header.shape.map(String.init).joined(separator: ", "))) and type",
        remedy: "save it again")
    }
    let values = type.decode(bytes[header.dataOffset...], count: count)
    return NumpyArray(
      shape: header.shape,
      values: header.fortranOrder ? Self.reordered(values, shape: header.shape) : values)
  }

  /// From Fortran order (first index fastest) to C order.
  private static func reordered(_ values: [Double], shape: [Int]) -> [Double] {
    guard shape.count > 1, !values.isEmpty else { return values }
    var index = [Int](repeating: 0, count: shape.count)
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    return values.indices.map { _ in
      var source = 0
      for axis in shape.indices { source += index[axis] * strides[axis] }
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      return values[source]
    }
  }
}

/// One of NumPy's plain number types, as `descr` names it: byte order, kind, width.
struct NumpyType: Equatable {
  enum Kind: Character { case float = "f", signed = "i", unsigned = "u", bool = "b" }

  var kind: Kind
  var width: Int
  var bigEndian: Bool

  init?(_ descr: String) {
    let characters = Array(descr)
    guard characters.count == 3, "<>|=".contains(characters[0]),
      let kind = Kind(rawValue: characters[1]), let width = characters[2].wholeNumberValue
    else { return nil }
    let widths: [Int] =
      switch kind {
      case .float: [4, 8]
      case .signed, .unsigned: [1, 2, 4, 8]
      case .bool: [1]
      }
    guard characters[2].isASCII, widths.contains(width), characters[0] != "|" || width == 1 else {
      return nil
    }
    self.kind = kind
    self.width = width
    bigEndian = characters[0] == ">"
  }

  /// `count` numbers; the caller has proved that they are there.
  func decode(_ bytes: ArraySlice<UInt8>, count: Int) -> [Double] {
    bytes.withUnsafeBytes { raw in
      (0..<count).map { i in
        var bits: UInt64 = 0
        for k in 0..<width {
          let byte = raw[i * width + (bigEndian ? k : width - 1 - k)]
          bits = bits << 8 | UInt64(byte)
        }
        return value(bits)
      }
    }
  }

  private func value(_ bits: UInt64) -> Double {
    switch (kind, width) {
    case (.float, 4): Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case (.float, _): Double(bitPattern: bits)
    case (.signed, _):
      // The sign bit moved to the top and back.
      Double(Int64(bitPattern: bits << UInt64(64 - 8 * width)) >> Int64(64 - 8 * width))
    case (.unsigned, _): Double(bits)
    case (.bool, _): bits == 0 ? 0 : 1
    }
  }
}
