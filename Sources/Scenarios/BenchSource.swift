import BenchWorld
import ControlRuntime

/// What puts together the bench of each run: the one place where back ends differ for scenarios.
public struct BenchSource: Sendable {
  /// The name of the back end, as results give it.
  public var name: String
  public var speed: BenchAssembly.Speed
  public var assemble: Assemble
  /// Runs at a time at most; nil where any number may run.
  public var jobsMax: Int?

  public typealias Assemble =
    @Sendable (
      _ world: WorldParameters, _ seed: UInt64, _ journal: any Journal
    ) throws -> BenchAssembly

  public init(
    name: String, speed: BenchAssembly.Speed, jobsMax: Int? = nil, assemble: @escaping Assemble
  ) {
    self.name = name
    self.speed = speed
    self.jobsMax = jobsMax
    self.assemble = assemble
  }

  /// Benches that are simulated in this process.
  public static func simulated(
    _ speed: BenchAssembly.Speed, pulseRateHz: UInt32 = BenchAssembly.pulseRateHz
  ) -> BenchSource {
    BenchSource(name: "simulated", speed: speed) {
      try .simulated($0, seed: $1, speed: speed, pulseRateHz: pulseRateHz, journal: $2)
    }
  }
}
