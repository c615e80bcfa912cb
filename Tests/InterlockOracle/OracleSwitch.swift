import HardwareSpecs
import Quantities
import SafetyInterlock

/// What the two antivalent contacts of the enable switch were read to say, run by run (R18).
struct OracleSwitch: Sendable {
  enum Contacts { case held, released, disagree }

  /// Readings in a row that said the same.
  struct Run {
    var contacts: Contacts
    var first: HostInstant
    var newestReading: Int
  }

  /// The newest runs, oldest first; three are as far back as the rule looks.
  private var runs: [Run] = []
  private var reading = 0
  private var newestRead: HostInstant?
  /// A press counts only after a release that was read after this reading.
  private var demandedAt = 0
  private(set) var isDiscrepancyLatched = false

  mutating func demandRelease() { demandedAt = reading }

  /// A new connection: its first status is a new reading.
  mutating func connect() {
    newestRead = nil
    demandRelease()
  }

  mutating func forgive() {
    if runs.last?.contacts != .disagree { isDiscrepancyLatched = false }
    demandRelease()
  }

  mutating func take(_ status: Fresh<SafetyStatus>) {
    guard status.since != newestRead else { return }
    newestRead = status.since
    reading += 1
    let contacts = Self.contacts(status.value.flags)
    if runs.last?.contacts == contacts {
      runs[runs.count - 1].newestReading = reading
    } else {
      runs = runs.suffix(2) + [Run(contacts: contacts, first: status.since, newestReading: reading)]
    }
    guard contacts == .disagree, let run = runs.last else { return }
    if status.since < run.first || status.since - run.first >= Limits.switchDiscrepancy {
      isDiscrepancyLatched = true
    }
  }

  /// Held now, and let go after the demand; contacts that disagree on the way from let go to held are
  /// how a switch travels, and on the way from held to held are no release.
  var isHeld: Bool {
    guard runs.last?.contacts == .held, !isDiscrepancyLatched else { return false }
    var before = runs.dropLast()
    if before.last?.contacts == .disagree { before = before.dropLast() }
    return before.last.map { $0.contacts == .released && $0.newestReading > demandedAt } ?? false
  }

  private static func contacts(_ flags: SafetyFlags) -> Contacts {
    switch (flags.contains(.switchNormallyOpen), flags.contains(.switchNormallyClosed)) {
    case (true, false): .held
    case (false, true): .released
    default: .disagree
    }
  }
}

/// Since when the console's lines, its lease and its needle have not been as this end permits (R24).
struct OracleReadback: Sendable {
  private var permitted: (value: Bool, since: HostInstant)?
  private var mismatchSince: HostInstant?
  private var rest: Int32?
  private var depth: Int32 = 0
  private var isLineOn = false
  private(set) var isLatched = false

  mutating func forgive() {
    if rest != nil { rest = depth }
    guard !isLineOn else { return }
    isLatched = false
    mismatchSince = nil
  }

  mutating func take(_ status: SafetyStatus, isEnabled: Bool, now: HostInstant) {
    if isEnabled != permitted?.value ?? false { permitted = (isEnabled, now) }
    let grace = Limits.lease + Limits.statusPeriod * 2
    let isSettled = permitted.map { now - $0.since > grace } ?? true
    let lines = status.flags.intersection([.driveReadback, .driveCommanded])
    isLineOn = isSettled && !isEnabled && !lines.isEmpty
    let isLeaseMissing = isSettled && isEnabled && !status.flags.contains(.leaseActive)
    depth = status.needleDepth.count
    // Where the needle rests: as far in as it came, or where it last was allowed to be.
    if isEnabled || !isSettled { rest = depth } else { rest = min(rest ?? depth, depth) }
    let crept = Int64(depth) - Int64(rest ?? depth)
    guard isLineOn || isLeaseMissing || crept > 100 else {
      mismatchSince = nil
      return
    }
    mismatchSince = mismatchSince ?? now
    if let since = mismatchSince, now - since >= Limits.readbackMismatch { isLatched = true }
  }
}
