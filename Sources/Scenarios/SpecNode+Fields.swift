import SpecFiles

/// What scenario files need beyond the plain types.
extension SpecNode {
  /// The value of a key that has no default.
  func required(
    _ key: String, in map: [String: SpecNode], example: String
  ) throws(SpecFileError) -> SpecNode {
    guard let value = map[key] else {
      throw error("'\(key)' is missing", remedy: "add '\(example)'")
    }
    return value
  }

  /// A whole number from 0 to 2⁶⁴ − 1.
  func seed() throws(SpecFileError) -> UInt64 {
    guard case .scalar(let text, quoted: false) = content, let seed = UInt64(text) else {
      throw error("must be a whole number from 0 to \(UInt64.max)")
    }
    return seed
  }

  func int(in range: ClosedRange<Int>) throws(SpecFileError) -> Int {
    let value = try int()
    guard range.contains(value) else {
      throw error(
        "\(value) is out of range", remedy: "use \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Two numbers `[from, to]`, both within `range`, the first not above the second.
  func interval(in range: ClosedRange<Double>) throws(SpecFileError) -> ClosedRange<Double> {
    let ends = try list()
    guard ends.count == 2 else {
      throw error("must be two numbers, not \(ends.count)", remedy: "write [from, to]")
    }
    let from = try ends[0].double(in: range)
    let to = try ends[1].double(in: range)
    guard from <= to else {
      throw error("runs backwards, from \(from) to \(to)", remedy: "write [\(to), \(from)]")
    }
    return from...to
  }
}
