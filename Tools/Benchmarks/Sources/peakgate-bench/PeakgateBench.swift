import ArgumentParser

/// Measures the tracker beside its peers. `Tools/bench` runs all of it.
@main
struct PeakgateBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peakgate-bench", abstract: "Measures the tracker beside its peers.",
    subcommands: [FrameTimes.self, WakeUps.self, SteadyState.self])
}
