import HardwareSpecs
import Quantities
import SpecFiles

/// Who works the bench during a run.
public enum OperatorPlan: Equatable, Sendable {
  /// Follows the guidance as a person would, to the end of the crossing.
  case guided
  /// Does what is written, when it is written; in order of time.
  case steps([OperatorStep])

  init(_ node: SpecNode, duration: Double) throws(SpecFileError) {
    switch node.content {
    case .scalar("guided", _):
      self = .guided
    case .list(let list):
      guard !list.isEmpty else {
        throw node.error("no step at all", remedy: "write 'guided', or at least one step")
      }
      var steps: [OperatorStep] = []
      for entry in list {
        let step = try OperatorStep(entry, duration: duration)
        if let previous = steps.last, step.at < previous.at {
          throw entry.error(
            "at_s \(step.at) comes after a step at \(previous.at)",
            remedy: "put the steps in order of time")
        }
        steps.append(step)
      }
      self = .steps(steps)
    default:
      throw node.error("must be 'guided' or a list of steps")
    }
  }
}

/// One thing that the operator does.
public struct OperatorStep: Equatable, Sendable {
  /// Seconds since the start of the run.
  public var at: Double
  public var action: OperatorAction
  /// The `by` or `to` of actions that have one: degrees or millimetres, as their name says.
  public var argument: Double?
  /// Of the handle, degrees or millimetres a second; nil for a hand that takes its time.
  public var speed: Double?

  public init(
    at: Double, action: OperatorAction, argument: Double? = nil, speed: Double? = nil
  ) {
    self.at = at
    self.action = action
    self.argument = argument
    self.speed = speed
  }

  init(_ node: SpecNode, duration: Double) throws(SpecFileError) {
    let map = try node.map(allowing: ["at_s", "do", "by", "to", "speed"])
    at = try node.required("at_s", in: map, example: "at_s: 1").time(within: duration)
    action = try node.required("do", in: map, example: "do: arm").oneOf(OperatorAction.self)
    let wanted = action.parameter
    for key in ["by", "to"] where key != wanted?.key {
      guard let superfluous = map[key] else { continue }
      throw superfluous.error(
        "\(action.rawValue) takes no '\(key)'",
        remedy: wanted.map { "did you mean '\($0.key)'?" } ?? "remove it")
    }
    if let wanted {
      argument = try node.required(wanted.key, in: map, example: "\(wanted.key): 1")
        .double(in: wanted.range)
    }
    if let node = map["speed"] {
      guard let range = action.speeds else {
        throw node.error("\(action.rawValue) takes no 'speed'", remedy: "remove it")
      }
      speed = try node.double(in: range)
    }
  }
}

/// Everything that an operator can do at the bench.
public enum OperatorAction: String, CaseIterable, Sendable {
  case connect
  case selfTest = "self_test"
  case arm
  case disarm
  case pressEnable = "press_enable"
  case releaseEnable = "release_enable"
  /// Presses past the middle position, as a startled hand does: it must read as released.
  case squeezeEnable = "squeeze_enable"
  case estop
  case estopRelease = "estop_release"
  case acknowledge
  case rotateDegrees = "rotate_deg"
  case moveMillimetres = "move_mm"
  case sweep
  /// A search of the operator's own, between these two: what is swept in it brackets the peak.
  case beginSearch = "begin_search"
  case finishSearch = "finish_search"
  case advanceNeedleMillimetres = "advance_needle_mm"
  case retractNeedle = "retract_needle"

  /// The key of the argument and the range that it must lie in; nil for actions without one.
  public var parameter: (key: String, range: ClosedRange<Double>)? {
    switch self {
    case .rotateDegrees: ("by", -720...720)
    case .moveMillimetres: ("by", -50...50)
    case .advanceNeedleMillimetres: ("to", 0...Limits.needleThrow.millimetres)
    default: nil
    }
  }

  /// Speeds that the rig's handle can be moved at, degrees or millimetres a second; nil where none moves.
  public var speeds: ClosedRange<Double>? {
    switch self {
    case .rotateDegrees: 1...ReferenceRig.Handle.turnSpeedMaxDegPerS
    case .moveMillimetres: 0.1...ReferenceRig.Handle.moveSpeedMaxMMPerS
    default: nil
    }
  }
}

extension SpecNode {
  /// Seconds since the start, within the run.
  func time(within duration: Double) throws(SpecFileError) -> Double {
    let at = try double(in: 0...3600)
    guard at <= duration else {
      throw error(
        "\(at) lies after the end of the run at \(duration) s", remedy: "raise duration_s")
    }
    return at
  }
}
