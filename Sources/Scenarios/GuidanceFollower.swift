import Alignment
import ControlRuntime

/// Follows the guidance with the hands, as a person would: carries an instruction out, lets the
/// handle settle, looks again.
struct GuidanceFollower {
  enum Outcome: Equatable { case underWay, aligned, exhausted(String) }

  /// Seconds from seeing to moving.
  static let reaction = 0.2

  private var lookAt = 0.0

  mutating func begin(at time: Double) { lookAt = time + Self.reaction }

  mutating func follow(
    _ runtime: BenchRuntime, _ hands: any BenchRig, at time: Double
  ) -> Outcome {
    // An instruction that was overtaken is left at once, a reaction time later.
    if runtime.isGuidanceOvertaken, lookAt > time + Self.reaction { lookAt = time + Self.reaction }
    if hands.isHandleMoving, !runtime.isGuidanceOvertaken { return .underWay }
    guard time >= lookAt else { return .underWay }
    guard let guidance = runtime.guidance(handle: hands.handle, isMoving: hands.isHandleMoving)
    else { return .underWay }
    if guidance.phase == .aligned { return .aligned }
    if case .searchExhausted(let reason) = guidance.instruction { return .exhausted(reason) }
    hands.carryOut(guidance.instruction)
    if case .hold = guidance.instruction {
      lookAt = time + 0.1
    } else {
      lookAt = time + Self.reaction
    }
    return .underWay
  }
}
