/// The header of an `.npy` array: what its bytes mean.
///
/// Format: NumPy's `numpy.lib.format`, versions 1.0, 2.0 and 3.0: magic, version, length, then a
/// Python dictionary with exactly `descr`, `fortran_order` and `shape`.
struct NumpyHeader: Equatable {
  var descr: String
  var fortranOrder: Bool
  var shape: [Int]
  /// Where the array's bytes start.
  var dataOffset: Int

  /// What is wrong, in words, for the caller to place.
  struct Malformed: Error {
    var what: String
  }

  init(_ bytes: [UInt8]) throws(Malformed) {
    guard bytes.count >= 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw Malformed(what: "is not an .npy array")
    }
    let wide = bytes[6] >= 2
    guard (1...3).contains(bytes[6]) else {
      throw Malformed(what: "has .npy version \(bytes[6]).\(bytes[7]), which is not known")
    }
    let start = wide ? 12 : 10
    guard let length = bytes.littleEndian(at: 8, width: wide ? 4 : 2), length <= 1 << 20,
      start + Int(length) <= bytes.count
    else { throw Malformed(what: "has a header that reaches beyond its end") }
    dataOffset = start + Int(length)
    (descr, fortranOrder, shape) = ("", false, [])

    var parser = PythonLiteral(text: bytes[start..<dataOffset])
    var seen: Set<String> = []
    try parser.expect("{")
    while !parser.take("}") {
      let key = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr": descr = try parser.string()
      case "fortran_order": fortranOrder = try parser.bool()
      case "shape": shape = try parser.tuple()
      default: throw Malformed(what: "has a header with an unknown key")
      }
      seen.insert(key)
      if !parser.take(",") {
        try parser.expect("}")
        break
      }
    }
    guard seen.count == 3 else { throw Malformed(what: "has a header with a key missing") }
  }
}

/// The few Python literals that such a header may hold.
private struct PythonLiteral {
  var text: ArraySlice<UInt8>

  private mutating func skipSpace() {
    while let c = text.first, c == 0x20 || c == 0x09 || c == 0x0A { text.removeFirst() }
  }

  mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard text.first == character.asciiValue else { return false }
    text.removeFirst()
    return true
  }

  mutating func expect(_ character: Character) throws(NumpyHeader.Malformed) {
    guard take(character) else {
      throw NumpyHeader.Malformed(what: "has a header without the expected '\(character)'")
    }
  }

  mutating func string() throws(NumpyHeader.Malformed) -> String {
    skipSpace()
    guard let quote = text.first, quote == 0x27 || quote == 0x22,
      let end = text.dropFirst().firstIndex(of: quote)
    else {
      // A structured array's `descr` is a list.
      throw NumpyHeader.Malformed(what: "has a header or a data type that is not plain")
    }
    let value = String(decoding: text[(text.startIndex + 1)..<end], as: UTF8.self)
    text = text[(end + 1)...]
    return value
  }

  mutating func bool() throws(NumpyHeader.Malformed) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)] where text.starts(with: word.utf8) {
      text.removeFirst(word.utf8.count)
      return value
    }
    throw NumpyHeader.Malformed(what: "has a header without True or False for fortran_order")
  }

  mutating func tuple() throws(NumpyHeader.Malformed) -> [Int] {
    try expect("(")
    var values: [Int] = []
    while !take(")") {
      skipSpace()
      let digits = text.prefix { (0x30...0x39).contains($0) }
      guard let value = Int(String(decoding: digits, as: UTF8.self)), values.count < 32 else {
        throw NumpyHeader.Malformed(what: "has a header with a shape that is not whole numbers")
      }
      text.removeFirst(digits.count)
      values.append(value)
      if !take(",") {
        try expect(")")
        break
      }
    }
    return values
  }
}
