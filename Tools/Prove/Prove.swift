import ArgumentParser

/// The proof programme of the interlock: one subcommand a proof, each with its own exit code.
///
/// `Tools/prove` runs them in order; this list is the one place where a proof is registered.
@main
struct Prove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Prove",
    abstract: "Proves the interlock: what was checked, how often, from which seed.",
    discussion: """
      Every proof prints what it counted and exits with 1 when it found a violation, 64 on usage.
      Seeds are printed; the same seed gives the same run.
      """,
    subcommands: [
      ModelCommand.self, ReplayCommand.self, LeaseCommand.self, StatesCommand.self,
      ConditionsCommand.self, DifferentialCommand.self, ChecksumProof.self, SimulateCommand.self,
      BenchCommand.self,
    ])
}
