import BenchWorld
import ConsoleEmulator
import EmulatedUSB
import Scenarios

/// What is asked of a rig in another process. One JSON object a line; ids grow with each request.
public struct RigRequest: Codable, Sendable {
  public var id: UInt64
  /// Which of the consoles that are served, from 0.
  public var console: Int
  public var action: Action

  public enum Action: Codable, Equatable, Sendable {
    /// Sets the bench up anew: another world, and a console that was just plugged in.
    case load(world: WorldParameters, seed: UInt64)
    case turn(byDeg: Double, speed: Double)
    case move(byMM: Double, speed: Double)
    case stopHandle
    case enableSwitch(EnableSwitchPosition)
    case estop(isPressed: Bool)
    case beginFault(FaultKind, amount: Double?, seconds: Double)
    case endFault(FaultKind)
    /// What is wrong with the USB link, packet by packet.
    case link(USBFaults)
    /// Lets so much of the console's time pass; only where time does not pass by itself.
    case pass(milliseconds: Int)
    /// Asks for the state once.
    case look
    /// The state comes by itself from now on, every `RigState.interval`.
    case follow
  }
}

/// One answer to each request, in order, and states that come by themselves.
public struct RigReply: Codable, Sendable {
  /// The request that this answers; nil for a state that comes by itself.
  public var id: UInt64?
  /// Why the request could not be carried out.
  public var error: String?
  public var state: RigState?
}

/// The rig as it stands.
public struct RigState: Codable, Equatable, Sendable {
  /// Milliseconds between states that come by themselves: what a hand or an eye could make use of.
  public static let interval = 50

  public var serial = ""
  public var isPlugged = true
  public var handleRollDeg = 0.0
  public var handleLevelMM = 0.0
  public var isHandleMoving = false
  /// The newest request of this connection that has been carried out.
  public var carriedOut: UInt64 = 0
  /// Bytes that the host has taken out of the console since it opened it, by pipe.
  public var deliveredStream: UInt64 = 0
  public var deliveredSafety: UInt64 = 0
  /// Nothing waits in the console for the host to take it.
  public var isDrained = true
  /// Lines that the console made, and lines that found no room in its memory.
  public var linesMade: UInt64 = 0
  public var linesOverflowed: UInt64 = 0
  /// The serving machine's monotonic clock at second 0 of `report`, ns: for a host on the same machine.
  public var startedAt: UInt64 = 0
  public var report = RigReport()

  public init() {}
}
