/// A value with the instant at which it was true: nothing that ages travels without its age.
public struct Fresh<Value: Sendable>: Sendable {
  public var value: Value
  public var since: HostInstant

  @inlinable public init(_ value: Value, since: HostInstant) {
    self.value = value
    self.since = since
  }

  /// How old the value is; negative when it claims to come from the future.
  @inlinable public func age(at now: HostInstant) -> Nanoseconds { now - since }

  /// The value if it is no older than `limit` and not from the future, else nil (R08).
  @inlinable public func value(at now: HostInstant, within limit: Nanoseconds) -> Value? {
    let age = age(at: now)
    return age >= .zero && age <= limit ? value : nil
  }
}

extension Fresh: Equatable where Value: Equatable {}
