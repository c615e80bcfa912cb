import HardwareSpecs
import Quantities

/// The console's end of a permit: a short lease on its own clock, with bounded travel (R13, R23).
///
/// When renewals stop, the lease lapses without anyone's help: a host that was killed is a host that
/// is silent (R16).
public struct LeaseGuard: Hashable, Sendable {
  /// What a request must carry; the console has proved checksum, sequence and nonce before.
  public struct Request: Equatable, Sendable {
    public var decision: UInt64
    public var lease: UInt32
    public var frameTime: DeviceInstant
    public var expires: DeviceInstant

    public init(decision: UInt64, lease: UInt32, frameTime: DeviceInstant, expires: DeviceInstant) {
      self.decision = decision
      self.lease = lease
      self.frameTime = frameTime
      self.expires = expires
    }
  }

  public enum Answer: Equatable, Sendable { case granted, outOfOrder, void, staleFrame, expired }

  public enum Standing: Equatable, Sendable {
    case off
    case running(left: Nanoseconds, travel: Micrometres)
    /// Renewals stopped.
    case lapsed
    case travelExceeded
  }

  package struct Lease: Hashable, Sendable {
    package var granted: DeviceInstant
    package var ends: DeviceInstant
    package var startDepth: Micrometres
  }

  public package(set) var newest: UInt32 = 0
  package var newestDecision: UInt64 = 0
  package var lease: Lease?

  public init() {}

  /// Grants or renews. `expires` can only shorten a lease, never lengthen it.
  public mutating func request(
    _ request: Request, now: DeviceInstant, depth: Micrometres
  ) -> Answer {
    // Ahead, not exactly the next: a request that was refused has used its number up, and that no
    // command was lost is the command sequence's to prove (R10).
    let ahead = request.lease &- newest
    guard ahead != 0, ahead < 0x8000_0000 else { return .outOfOrder }
    guard request.decision > newestDecision else { return .void }
    let age = now - request.frameTime
    guard age >= .zero, age <= Limits.frameStaleAfter else { return .staleFrame }
    guard request.expires > now else { return .expired }
    // A clock at its very end gets no lease instead of a trap (R27).
    guard now.nanoseconds <= .max - UInt64(Limits.lease.count) else { return .expired }
    // A renewal that comes too late does not undo the lapse, nor wipe out an overdraft (R13, R23).
    if let lease, !isStanding(lease, now: now, depth: depth) { return .expired }
    newest = request.lease
    newestDecision = request.decision
    lease = Lease(
      granted: now, ends: min(now + Limits.lease, request.expires), startDepth: depth)
    return .granted
  }

  /// Ends the lease at once; decisions up to `decision` are void, whenever they arrive (R22).
  public mutating func withdraw(decision: UInt64) {
    newestDecision = max(newestDecision, decision)
    lease = nil
  }

  /// Ends the lease without judging decisions: a trip, a stop, a change of configuration.
  public mutating func drop() { lease = nil }

  /// Whether a move that decision `decision` permitted may still begin.
  public func covers(decision: UInt64) -> Bool { lease != nil && decision >= newestDecision }

  /// Looks at the lease now; a lease that ended or was overdrawn is gone after this call.
  public mutating func check(now: DeviceInstant, depth: Micrometres) -> Standing {
    guard let lease else { return .off }
    guard now >= lease.granted, now < lease.ends else {
      self.lease = nil
      return .lapsed
    }
    guard isStanding(lease, now: now, depth: depth) else {
      self.lease = nil
      return .travelExceeded
    }
    return .running(
      left: lease.ends - now,
      travel: Micrometres(Int32(clamping: apart(depth, lease.startDepth))))
  }

  private func isStanding(_ lease: Lease, now: DeviceInstant, depth: Micrometres) -> Bool {
    now >= lease.granted && now < lease.ends
      && apart(depth, lease.startDepth) <= Int64(Limits.travelPerLease.count)
  }
}
