import Alignment
import HardwareSpecs
import PeakTracking
import ProbeHAL
import Quantities
import SafetyInterlock

/// Everything that a screen, a report or a simulated operator may see, as of one control step.
public struct BenchSnapshot: Sendable {
  public var now: HostInstant
  public var connection: ConnectionStateMachine.State = .closed
  public var identity: ConsoleIdentity?
  public var decision: InterlockDecision?
  public var status: Fresh<SafetyStatus>?
  public var selfTest: Fresh<SelfTestReport>?
  /// The newest frame with its estimate; look at its age before showing it (R29).
  public var frame: TrackedFrame?
  public var guidance: Guidance?
  /// Highest amplitude of the search that the interlock believes, re the gain; nil before there is one.
  public var maximum: CentiDecibels?
  public var counts = BenchCounts()
  public var advance = AdvanceProgress.idle

  public init(now: HostInstant) { self.now = now }

  public var state: InterlockStateMachine.State? { decision?.state }
}

/// Where an advance that was asked for stands.
public enum AdvanceProgress: Equatable, Sendable {
  case idle
  /// Waits for the gate to open.
  case waiting(target: Micrometres)
  case moving(target: Micrometres)
  case reached
}

/// Counts of a session; every frame, permit and refusal is in them.
public struct BenchCounts: Equatable, Sendable {
  public var frames: UInt64 = 0
  public var lost: UInt64 = 0
  public var late: UInt64 = 0
  public var overruns: UInt64 = 0
  public var damaged: UInt64 = 0
  /// Messages of another connection, and messages and bytes that the link lost or that belong to
  /// nothing.
  public var foreign: UInt64 = 0
  public var missingMessages: UInt64 = 0
  public var bytesSkipped: UInt64 = 0
  /// Commands that the console did not carry out.
  public var refusedCommands: UInt64 = 0
  /// Times that the gate opened.
  public var permits: UInt64 = 0
  public var leases: UInt64 = 0
  /// For each check, how often it stood against something that was asked for.
  public var refusals: [CheckID: UInt64] = [:]
  /// Latched faults in order, the one of the start left out.
  public var faults: [FaultRecord] = []

  public init() {}
}
