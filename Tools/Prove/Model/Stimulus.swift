import HardwareSpecs
import Quantities
import SafetyInterlock

/// What one step of the model meets: each member is one quantised choice, the first of each is good.
struct Stimulus: Hashable, Codable, Sendable {
  /// How long after the step before: 10 ms, too late, far too late, and a clock that ran back.
  enum Period: String, CaseIterable, Codable { case tick, late, veryLate, back }

  /// Ordinary time that passes all at once: what is young comes to the edge of its limit.
  enum Passing: String, CaseIterable, Codable {
    case none, dwellNearEnd, armingNearEnd, integrityWindow, settling, lateWindow, clockWindow
  }

  enum Link: String, CaseIterable, Codable {
    case good, unplugged, unidentified, otherSerial, newConnection
  }

  enum Frame: String, CaseIterable, Codable {
    case live, none, frozen, still, gap, foreign, old, clipped, noSignal, weak, strong, noisy, far
    case emitterFault, heldUp, jumped
  }

  enum Place: String, CaseIterable, Codable {
    case peak, rollBelow, rollAbove, levelBelow, levelAbove
  }

  enum Contacts: String, CaseIterable, Codable { case released, pressed, bothOpen, bothClosed }

  enum Status: String, CaseIterable, Codable {
    case fresh, none, `repeated`, stale, estop, tripped, unfed, weakSupply, gainOff, thrown,
      creeping
    case lineOn, noEcho
  }

  enum Host: String, CaseIterable, Codable {
    case good, journalFull, setupDoubted, setupUnknown, soundSpeedUnknown, bootUnknown, suspended
    case selfTestMissing, selfTestOld, selfTestFailed, damagedOnce, damagedTwice
  }

  /// `acknowledge` names the latched cause; `acknowledgeOther` names another one.
  enum Press: String, CaseIterable, Codable {
    case nothing, arm, disarm, acknowledge, acknowledgeOther, beginSearch, finishSearch
    case armAndDisarm, acknowledgeAndArm, acknowledgeAndDisarm, everything
  }

  var period = Period.tick
  var passing = Passing.none
  var link = Link.good
  var frame = Frame.live
  var place = Place.peak
  var contacts = Contacts.released
  var status = Status.fresh
  var host = Host.good
  var press = Press.nothing

  var edges: OperatorEdges {
    switch press {
    case .nothing: []
    case .arm: .arm
    case .disarm: .disarm
    case .acknowledge, .acknowledgeOther: .acknowledge
    case .beginSearch: .beginSearch
    case .finishSearch: .finishSearch
    case .armAndDisarm: [.arm, .disarm]
    case .acknowledgeAndArm: [.acknowledge, .arm]
    case .acknowledgeAndDisarm: [.acknowledge, .disarm]
    case .everything: [.arm, .acknowledge, .beginSearch, .finishSearch]
    }
  }

  /// Whether nothing is wrong in this step, by what was made wrong and not by what a check says.
  ///
  /// A step without a frame, or with a status that was seen before, is not wrong by itself: how old
  /// the newest is, is counted by the witness. So is what the rules bear for a while: a payload
  /// that comes twice, and an output that does not follow at once.
  var isHealthy: Bool {
    guard period == .tick, link == .good, place == .peak, host == .good else { return false }
    switch frame {
    case .live, .none, .frozen: break
    default: return false
    }
    switch status {
    case .fresh, .repeated, .creeping, .lineOn, .noEcho: return true
    default: return false
    }
  }

  /// Whether the switch is read anew, and both contacts agree on what it says.
  var readsSwitch: Bool {
    switch status {
    case .none, .repeated, .stale: false
    default: true
    }
  }
}

extension Stimulus: CustomStringConvertible {
  /// Only what is not as usual.
  var description: String {
    var words: [String] = []
    if period != .tick { words.append("period \(period)") }
    if passing != .none { words.append("passing \(passing)") }
    if link != .good { words.append("link \(link)") }
    if frame != .live { words.append("frame \(frame)") }
    if place != .peak { words.append("place \(place)") }
    if contacts != .released { words.append("contacts \(contacts)") }
    if status != .fresh { words.append("status \(status)") }
    if host != .good { words.append("host \(host)") }
    if press != .nothing { words.append("press \(press)") }
    return words.isEmpty ? "all good, switch released" : words.joined(separator: ", ")
  }
}
