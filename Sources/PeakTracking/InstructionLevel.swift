import CFrameKernels

/// Which instructions the passes over a frame's samples may use. Results are the same bits at every
/// level; only the time they take differs.
public enum InstructionLevel: Int32, CaseIterable, Sendable {
  /// What the program was built for: on x86-64 the instructions that every such processor has.
  case portable = 0
  /// x86-64-v3: AVX2.
  case x86v3 = 1

  /// The highest that this processor can run.
  public static var highest: Self { Self(rawValue: frame_highest_level()) ?? .portable }

  /// The levels that this processor can run, lowest first.
  public static var supported: [Self] { allCases.filter { $0.rawValue <= highest.rawValue } }
}
