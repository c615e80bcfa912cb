/// A whole number in the base unit of its dimension.
struct LimitQuantity: CustomStringConvertible {
  var count: Int
  /// `ns`, `fm`, `fm/ns` (that is µm/s), `1`, or the unit itself where nothing is converted.
  var dimension: String

  init(count: Int, dimension: String) {
    self.count = count
    self.dimension = dimension
  }

  init?(_ value: Int, _ unit: String) {
    let (factor, dimension): (Int, String) =
      switch unit {
      case "ns": (1, "ns")
      case "us": (1_000, "ns")
      case "ms": (1_000_000, "ns")
      case "s": (1_000_000_000, "ns")
      case "um": (1_000_000_000, "fm")
      case "um/s": (1, "fm/ns")
      case "mm/s": (1_000, "fm/ns")
      case "frames": (1, "1")
      default: (1, unit)
      }
    let (count, overflow) = value.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    self.init(count: count, dimension: dimension)
  }

  func times(_ other: Self) -> Self? {
    let (count, overflow) = count.multipliedReportingOverflow(by: other.count)
    if overflow { return nil }
    switch (dimension, other.dimension) {
    case ("fm/ns", "ns"), ("ns", "fm/ns"): return Self(count: count, dimension: "fm")
    case (let own, "1"): return Self(count: count, dimension: own)
    case ("1", let own): return Self(count: count, dimension: own)
    default: return nil
    }
  }

  func plus(_ other: Self) -> Self? {
    let (count, overflow) = count.addingReportingOverflow(other.count)
    return overflow || dimension != other.dimension ? nil : Self(count: count, dimension: dimension)
  }

  var description: String {
    switch dimension {
    case "fm": "\(Double(count) / 1e9) um"
    case "ns": "\(Double(count) / 1e6) ms"
    case "fm/ns": "\(count) um/s"
    case "1": "\(count)"
    default: "\(count) \(dimension)"
    }
  }
}
