import HardwareSpecs
import Quantities
import SafetyInterlock

/// Everything that the oracle remembers: what happened, as lists and dates.
///
/// A rule looks back over it afresh in every step. Lists are cut where no rule can look any more.
struct OracleHistory: Sendable {
  var previousNow: HostInstant?
  var generation: UInt32?
  var connectedSince: HostInstant?

  /// The newest frame of this connection that was ahead, and whether the newest arrival followed.
  var newest: FrameObservation?
  var arrivalFollows: Bool?
  /// How late the newest frame was, by the comparison of clocks (R08).
  var lateness: Int128 = 0
  /// Of the newest frames that were ahead, or had the newest's number: whether each repeats (R09).
  var repeats: [Bool] = []

  var clocks = OracleClocks()
  var contacts = OracleSwitch()
  var search = OracleSearch()
  var dwell = OracleDwell()
  var readback = OracleReadback()

  /// When damage was reported (R11): once for an item, twice for several.
  var damages: [HostInstant] = []
  var isDamageLatched = false

  /// Takes the facts of a step in, before any rule is asked.
  mutating func take(_ inputs: InterlockInputs, isArmed: Bool, isEnabled: Bool) {
    clocks.take(now: inputs.now, boot: inputs.bootTime)
    takeDamage(inputs)
    if inputs.identity?.generation != generation { connect(inputs) }
    if !isArmed {
      if inputs.edges.contains(.beginSearch) { search.begin() }
      if inputs.edges.contains(.finishSearch) { search.finish() }
    }
    if let status = status(inputs) {
      contacts.take(status)
      readback.take(status.value, isEnabled: isEnabled, now: inputs.now)
    } else {
      contacts.demandRelease()
    }
    if let frame = inputs.frame, let identity = inputs.identity, frame.nonce == identity.nonce {
      take(frame)
    }
  }

  /// The status, if it is fresh (R08) and of this connection (R12).
  func status(_ inputs: InterlockInputs) -> Fresh<SafetyStatus>? {
    guard let status = inputs.status, let connectedSince, status.since >= connectedSince,
      status.since <= inputs.now, inputs.now - status.since <= Limits.statusStaleAfter
    else { return nil }
    return status
  }

  private mutating func connect(_ inputs: InterlockInputs) {
    generation = inputs.identity?.generation
    connectedSince = generation == nil ? nil : inputs.now
    newest = nil
    arrivalFollows = nil
    repeats = []
    clocks.forgetConsole()
    search = OracleSearch()
    dwell = OracleDwell()
    readback = OracleReadback()
    contacts.connect()
  }

  private mutating func takeDamage(_ inputs: InterlockInputs) {
    guard inputs.damaged > 0 else { return }
    let isSecond =
      damages.last.map {
        inputs.now < $0 || inputs.now - $0 <= Limits.integrityWindow
      } ?? false
    if isSecond || inputs.damaged > 1 { isDamageLatched = true }
    damages = [inputs.now]
  }

  private mutating func take(_ frame: FrameObservation) {
    // Numbers go round: ahead is what is nearer going forwards than going back.
    guard let before = newest else {
      arrivalFollows = true
      return accept(frame)
    }
    let ahead = Int32(truncatingIfNeeded: Int64(frame.sequence) - Int64(before.sequence))
    arrivalFollows = ahead == 1
    if ahead == 0 { noteArrival(isRepeat: true) }
    if ahead > 0 { accept(frame) }
  }

  private mutating func noteArrival(isRepeat: Bool) {
    repeats = (repeats + [isRepeat]).suffix(Int(Limits.frozenPayloads) - 1)
  }

  private mutating func accept(_ frame: FrameObservation) {
    noteArrival(isRepeat: frame.payloadCRC == newest?.payloadCRC)
    newest = frame
    lateness = clocks.take(frame)
    let marks = frame.flags.intersection([.clipped, .gainSettling])
    search.take(frame, marks.isEmpty ? frame.signal : nil)
  }

  /// Three of a kind: the newest two repeat what was before them.
  var isFrozen: Bool {
    repeats.count == Int(Limits.frozenPayloads) - 1 && repeats.allSatisfy { $0 }
  }

  /// As the history would be if what an acknowledge forgives had not happened (R20).
  func forgiven() -> OracleHistory {
    var history = self
    history.isDamageLatched = false
    history.clocks.forgive()
    history.contacts.forgive()
    history.readback.forgive()
    history.dwell = OracleDwell()
    return history
  }
}

/// The good frames since the last bad one, an arming, a withdrawal or an acknowledge (R07).
struct OracleDwell: Sendable {
  var count = 0
  var first: HostInstant?
  var newest: HostInstant?
  /// Flights, leaving out those between two that are here already.
  var flights: [Int64] = []

  mutating func take(_ frame: FrameObservation, _ signal: SignalObservation) {
    count += 1
    first = first ?? frame.received
    newest = frame.received
    let flight = signal.timeOfFlight.count
    if flights.allSatisfy({ $0 > flight }) || flights.allSatisfy({ $0 < flight }) {
      flights.append(flight)
    }
  }

  var isComplete: Bool {
    guard let first, let newest else { return false }
    return count >= Int(Limits.dwellFrames) && newest - first >= Limits.dwell
  }
}
