import BenchWorld
import SafetyInterlock
import SpecFiles

/// One run that a person wrote down: the world, what the operator does, what goes wrong, and what
/// must come of it. The shape of the file is public and stable.
public struct Scenario: Equatable, Sendable {
  public var name: String
  /// The path that it was read from, as given.
  public var file: String
  /// Of every random draw of the run; nil leaves the choice to the command.
  public var seed: UInt64?
  public var world: WorldOverrides
  public var operatorPlan: OperatorPlan
  public var faults: [FaultEvent]
  public var expect: Expectations
  /// Seconds of simulated time after which the run ends wherever it stands.
  public var duration: Double

  /// Seconds, when the file has no `duration_s`.
  public static let defaultDuration = 120.0

  /// A crossing by the guided operator, made by a program rather than read from a file.
  public init(
    guided name: String, duration: Double = defaultDuration, faults: [FaultEvent] = [],
    expect: Expectations
  ) {
    self.name = name
    file = name
    world = WorldOverrides()
    operatorPlan = .guided
    self.faults = faults
    self.expect = expect
    self.duration = duration
  }

  static let keys = ["name", "seed", "duration_s", "world", "operator", "faults", "expect"]

  /// Reads a scenario file.
  ///
  /// `checkIDs` are the ids that `refused_by`, `faults` and `first_fault` may name; an empty list
  /// leaves them unchecked but for their form.
  public static func load(
    file: String, checkIDs: [String] = []
  ) throws(SpecFileError) -> Scenario {
    try Scenario(try SpecNode.load(file: file), checkIDs: checkIDs)
  }

  /// Reads scenario text; `file` is the name that errors carry.
  public static func parse(
    _ text: String, file: String, checkIDs: [String] = []
  ) throws(SpecFileError) -> Scenario {
    try Scenario(try SpecNode.parse(text, file: file), checkIDs: checkIDs)
  }

  init(_ node: SpecNode, checkIDs: [String]) throws(SpecFileError) {
    let map = try node.map(allowing: Self.keys)
    file = node.file
    name = try Self.name(try node.required("name", in: map, example: "name: first crossing"))
    seed = try map["seed"]?.seed()
    duration = try map["duration_s"]?.double(in: 0.1...3600) ?? Self.defaultDuration
    world = WorldOverrides()
    if let node = map["world"] {
      world = try WorldOverrides(node)
      if WorldParameters(world).anatomy.lumensOverlap {
        throw node.error(
          "the vessels overlap, with the defaults for what is not given",
          remedy: "raise separation_mm or make the vessels narrower")
      }
    }
    if let node = map["operator"] {
      operatorPlan = try OperatorPlan(node, duration: duration)
    } else {
      operatorPlan = .guided
    }
    faults = []
    for event in try map["faults"]?.list() ?? [] {
      faults.append(try FaultEvent(event, duration: duration))
    }
    guard let expectations = map["expect"] else {
      throw node.error(
        "has no 'expect': a scenario that cannot fail shows nothing",
        remedy: "add for example 'expect: {unsafe_enables: 0}'")
    }
    expect = try Expectations(expectations, checkIDs: checkIDs)
  }

  private static func name(_ node: SpecNode) throws(SpecFileError) -> String {
    let name = try node.string()
    guard !name.allSatisfy(\.isWhitespace), name.count <= 120,
      !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { throw node.error("must be one line of 1 to 120 characters") }
    return name
  }
}

extension Scenario {
  /// What `refused_by`, `faults` and `first_fault` may name.
  public static let knownChecks =
    CheckID.allCases.map(\.name.description) + [FaultCause.powerUp.name.description]
}
