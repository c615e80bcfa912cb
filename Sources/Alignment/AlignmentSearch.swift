/// The procedure from "nothing is heard" to "hold", as a value.
///
/// Feed every frame to `add`, and ask `next` when the instruction has been carried out; asking more
/// often is allowed, and the answer is then the rest of the same instruction. Deterministic: the
/// same samples and questions give the same guidance. Not bound to any thread.
public struct AlignmentSearch: Sendable {
  public let configuration: AlignmentConfiguration
  public let beam: BeamModel
  public private(set) var phase: Guidance.Phase = .coarseSearch
  public private(set) var estimate: AlignmentEstimate?

  public init(
    beam: BeamModel = BeamModel(), configuration: AlignmentConfiguration = AlignmentConfiguration()
  ) {
    self.beam = beam
    self.configuration = configuration
  }

  /// Takes one frame. A sample with a number that is not finite, or older than the last, is
  /// rejected. Returns true when the instruction under way is overtaken: stop, and ask `next` now.
  /// Ignoring that costs time, not correctness.
  @discardableResult
  public mutating func add(_ sample: AlignmentSample) -> Bool {
    guard sample.isFinite else { return false }
    return false
  }

  /// What to do now, with the handle where it is.
  public mutating func next(handle: HandlePosition, isMoving: Bool) -> Guidance {
    Guidance(instruction: .hold, phase: phase, estimate: estimate)
  }
}
