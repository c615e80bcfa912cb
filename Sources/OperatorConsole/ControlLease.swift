import Quantities

/// Who may operate: one page at a time, and only while heard from. Another page of the same session
/// is somebody else: it must not speak for one that hangs. Pure; the bench's clock comes in.
public struct ControlLease: Equatable, Sendable {
  /// Silent for longer than this, the holder is taken for gone: dead man.
  public static let lapsesAfter = Nanoseconds.seconds(1)

  public private(set) var holder: Caller?
  private var heardAt = HostInstant(nanoseconds: 0)

  public init() {}

  /// - Returns: why it is not given; nil when `caller` holds it now.
  public mutating func take(_ caller: Caller, at now: HostInstant) -> Refusal? {
    guard caller.role == .operator else {
      return Refusal(
        .forbidden, "console.role", "an observer cannot take control",
        remedy: "begin a session with the role operator")
    }
    if let holder, holder != caller {
      return Refusal(
        .conflict, "console.control", "\(Self.name(holder, for: caller)) has control",
        remedy: "wait until it is given back; it lapses a second after its holder falls silent")
    }
    holder = caller
    heardAt = now
    return nil
  }

  /// - Returns: why the beat does not count; nil when it does.
  public mutating func keep(_ caller: Caller, at now: HostInstant) -> Refusal? {
    if let refusal = refusal(for: caller) { return refusal }
    heardAt = now
    return nil
  }

  public mutating func give() { holder = nil }

  /// Why `caller` may not operate; nil when it may.
  public func refusal(for caller: Caller) -> Refusal? {
    guard holder != caller else { return nil }
    return Refusal(
      caller.role == .operator ? .conflict : .forbidden, "console.control",
      holder.map { "\(Self.name($0, for: caller)) has control" } ?? "nobody has control",
      remedy: holder == nil ? "take control first" : "wait until control is given back")
  }

  private static func name(_ holder: Caller, for caller: Caller) -> String {
    holder.id == caller.id && holder.page != caller.page
      ? "another page of \(holder.id)" : holder.id
  }

  /// Time since the holder was heard; nil when nobody holds it.
  public func silence(at now: HostInstant) -> Nanoseconds? {
    holder == nil ? nil : now - heardAt
  }

  /// Whether the holder has been silent for too long.
  public func hasLapsed(at now: HostInstant) -> Bool {
    silence(at: now).map { $0 > Self.lapsesAfter } ?? false
  }
}
