import Alignment
import ControlRuntime
import Foundation
import HardwareSpecs
import PeakTracking
import Quantities
import SafetyInterlock

/// States, phases and values of a bench as people read them.
enum BenchWords {
  struct State {
    var name: String
    var meaning: String
    var colour: Palette.Colour
  }

  static func state(_ snapshot: BenchSnapshot) -> State {
    switch snapshot.state {
    case nil: State(name: "STARTING", meaning: "no decision yet", colour: .warning)
    case .faulted(let fault) where fault.cause == .powerUp:
      State(name: "FAULTED", meaning: "since power-up: nothing is proved yet", colour: .bad)
    case .faulted(let fault):
      State(name: "FAULTED", meaning: "by \(fault.cause.name), latched", colour: .bad)
    case .locked: State(name: "LOCKED", meaning: "healthy, not armed", colour: .warning)
    case .armed:
      State(name: "ARMED", meaning: "the gate waits for every check", colour: .warning)
    case .enabled: State(name: "ENABLED", meaning: "the gate is open", colour: .good)
    }
  }

  static func seconds(_ value: Double) -> String { String(format: "%6.1f", value) }

  static func number(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  static func signed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%+.\(decimals)f", value)
  }

  /// The peak of a frame that is fresh and valid, re the gain; nil otherwise.
  static func amplitudeDB(_ snapshot: BenchSnapshot) -> Double? {
    guard let frame = snapshot.frame, frame.track.isValid,
      age(snapshot) <= Limits.frameStaleAfter
    else { return nil }
    return frame.track.amplitudeDB - frame.header.gain.decibels
  }

  static func peak(_ snapshot: BenchSnapshot) -> String? {
    amplitudeDB(snapshot).map { "\(number($0, 1)) dB" }
  }

  /// Of the newest frame; very long without one.
  static func age(_ snapshot: BenchSnapshot) -> Nanoseconds {
    snapshot.frame.map { snapshot.now - $0.received } ?? .seconds(3_600)
  }
}

/// A check that refuses: id, value, limit, remedy.
enum RefusalText {
  /// In one line, or in two where one is too narrow: what is wrong, then what to do about it.
  static func lines(_ id: CheckID, _ result: CheckResult, width: Int) -> [String] {
    let what = "\(id.name) \(evidence(id, result))"
    let line = "\(what): \(id.remedy)"
    return line.count <= width ? [line] : ["\(what):", "  \(id.remedy)"]
  }

  /// What latched, and what was measured then.
  static func evidence(_ fault: FaultRecord) -> String {
    guard case .check(let id) = fault.cause else { return "\(fault.cause.name)" }
    return
      "\(id.name) \(evidence(id, CheckResult(.latch, value: fault.value, limit: fault.limit)))"
  }

  static func evidence(_ id: CheckID, _ result: CheckResult) -> String {
    switch id.unit.description {
    case "": result.isKnown ? "(does not hold)" : "(unknown)"
    case "sides":
      "\(result.isKnown ? "\(result.value.nonzeroBitCount)" : "?") of "
        + "\(result.limit.nonzeroBitCount) sides seen"
    case "reasons": result.isKnown ? "(\(reasons(result.value)))" : "(unknown)"
    case "cause": result.isKnown ? "(\(cause(result.value)))" : "(unknown)"
    case "items":
      "\(result.isKnown ? "\(result.value.nonzeroBitCount)" : "?") of "
        + "\(result.limit.nonzeroBitCount) items"
    default:
      "\(result.isKnown ? id.quantity(result.value) : "unknown"), limit \(id.quantity(result.limit))"
    }
  }

  private static func reasons(_ bits: Int64) -> String {
    let names = InvalidReasons(rawValue: UInt16(truncatingIfNeeded: bits)).names
    return names.isEmpty ? "no frame" : names.joined(separator: ", ")
  }

  private static func cause(_ code: Int64) -> String {
    TripCause(rawValue: UInt8(truncatingIfNeeded: code)).map { "\($0)" } ?? "code \(code)"
  }
}
