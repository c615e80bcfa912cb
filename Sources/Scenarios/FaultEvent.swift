import ConsoleEmulator
import SpecFiles

/// One fault of a run: when, which, for how long and how strong.
public struct FaultEvent: Equatable, Sendable {
  public var trigger: FaultTrigger
  public var kind: FaultKind
  /// Seconds; 0 for a fault of one instant.
  public var duration: Double
  /// In the unit that the kind declares; nil for kinds without one.
  public var amount: Double?

  public init(
    _ trigger: FaultTrigger, _ kind: FaultKind, duration: Double? = nil, amount: Double? = nil
  ) {
    self.trigger = trigger
    self.kind = kind
    self.duration = duration ?? kind.standardDuration ?? 0
    self.amount = amount ?? kind.amount?.standard
  }

  init(_ node: SpecNode, duration limit: Double) throws(SpecFileError) {
    let map = try node.map(allowing: ["at_s", "when", "kind", "for_s", "amount"])
    let kind = try node.required("kind", in: map, example: "kind: unplug").oneOf(FaultKind.self)
    if let length = map["for_s"], kind.standardDuration == nil {
      throw length.error("\(kind.rawValue) happens in one instant", remedy: "remove it")
    }
    if let amount = map["amount"], kind.amount == nil {
      throw amount.error("\(kind.rawValue) has no amount", remedy: "remove it")
    }
    var amount: Double?
    if let node = map["amount"], let allowed = kind.amount {
      amount = try node.double(in: allowed.range)
    }
    self.init(
      try FaultTrigger(node, map, within: limit), kind,
      duration: try map["for_s"]?.double(in: 0.05...3600), amount: amount)
  }
}

/// When a fault begins.
public enum FaultTrigger: Equatable, Sendable {
  /// Seconds since the start of the run.
  case at(Double)
  /// Seconds after the run first enters a phase: lands inside the phase whatever came before.
  case after(RunPhase, Double)

  init(
    _ node: SpecNode, _ map: [String: SpecNode], within duration: Double
  ) throws(SpecFileError) {
    switch (map["at_s"], map["when"]) {
    case (let at?, nil):
      self = .at(try at.time(within: duration))
    case (nil, let when?):
      let map = try when.map(allowing: ["phase", "after_s"])
      let phase = try when.required("phase", in: map, example: "phase: advance")
        .oneOf(RunPhase.self)
      self = .after(phase, try map["after_s"]?.time(within: duration) ?? 0)
    case (_?, let when?):
      throw when.error("both 'at_s' and 'when'", remedy: "keep one of them")
    case (nil, nil):
      throw node.error(
        "says not when",
        remedy: "add 'at_s: 12.5' or 'when: {phase: advance, after_s: 0.3}'")
    }
  }
}

/// The phases of a run that a fault can be tied to.
public enum RunPhase: String, CaseIterable, Sendable {
  /// The send catheter is being turned and moved to find the maximum.
  case search
  /// The operator has armed; the needle does not move yet.
  case armed
  /// The needle moves forward.
  case advance
}
