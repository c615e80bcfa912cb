/// A flaw put into the adapters round the real interlock and firmware, to see that the judge finds
/// it. None of them changes the code under proof.
enum SimulationDefect: String, CaseIterable, Codable {
  /// The drive's stage stays on when the lease lapses.
  case leaseNeverLapses
  /// The host makes up frames when the stream falls silent.
  case staleSkipped
  /// The host reports the expected console, whatever is plugged in.
  case identityIgnored
  /// The console's switch input holds when the hand lets go.
  case switchIgnored
  /// The console's stop input reads closed.
  case stopIgnored
  /// The firmware's timer interrupt is not connected.
  case watchdogUnwired
  /// The tracker reports the peak wherever the emitter points.
  case peakEverywhere
  /// The host reports a writable journal.
  case journalIgnored
  /// The host reports a proved setup.
  case configurationIgnored
}
