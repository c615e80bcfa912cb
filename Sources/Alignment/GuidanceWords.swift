extension Guidance.Instruction {
  /// The instruction in words.
  public var words: String {
    switch self {
    case .rotate(let roll, let speed):
      let text = Self.words(rollDeg: roll, levelMM: 0)
      return text == "hold" ? text : "\(text) at \(Self.number(speed))°/s"
    case .move(let level, let speed):
      let text = Self.words(rollDeg: 0, levelMM: level)
      return text == "hold" ? text : "\(text) at \(Self.number(speed)) mm/s"
    case .sweep(let roll, _, let level, _):
      return Self.words(rollDeg: roll, levelMM: level)
    case .hold:
      return "hold"
    case .searchExhausted(let reason):
      return "search ended: \(reason)"
    }
  }

  /// "rotate +12°, withdraw 1.4 mm": amounts under 0.05 are left out; "hold" if both are.
  public static func words(rollDeg: Double, levelMM: Double) -> String {
    var parts: [String] = []
    if abs(rollDeg) >= 0.05 {
      parts.append("rotate \(rollDeg < 0 ? "−" : "+")\(number(abs(rollDeg)))°")
    }
    if abs(levelMM) >= 0.05 {
      parts.append("\(levelMM < 0 ? "withdraw" : "advance") \(tenths(abs(levelMM))) mm")
    }
    return parts.isEmpty ? "hold" : parts.joined(separator: ", ")
  }

  /// Whole from 10 upward, tenths below.
  private static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "?" }
    return value >= 9.95 ? "\(Int(value.rounded()))" : tenths(value)
  }

  private static func tenths(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "?" }
    let count = Int((value * 10).rounded())
    return count % 10 == 0 ? "\(count / 10)" : "\(count / 10).\(count % 10)"
  }
}

extension Guidance.Phase {
  /// The phase in words.
  public var words: String {
    switch self {
    case .coarseSearch: "coarse search"
    case .locate: "locate"
    case .fineRoll: "fine roll"
    case .fineLevel: "fine level"
    case .approach: "approach"
    case .verify: "verify"
    case .aligned: "aligned"
    case .exhausted: "search exhausted"
    }
  }
}
