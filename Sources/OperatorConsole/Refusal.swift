/// Why something was not done: never without a reason, and each reason with a remedy.
public struct Refusal: Error, Codable, Equatable, Sendable {
  public struct Reason: Codable, Equatable, Sendable {
    /// Stable: a check's id, or `console.…` for what this console itself wants.
    public var id: String
    public var title: String
    public var value: String
    public var limit: String
    public var remedy: String

    public init(id: String, title: String, value: String = "", limit: String = "", remedy: String) {
      self.id = id
      self.title = title
      self.value = value
      self.limit = limit
      self.remedy = remedy
    }
  }

  /// What kind of refusal it is; HTTP gives each a status of its own.
  public enum Kind: String, Codable, Sendable {
    case malformed, unauthenticated, forbidden, notFound, conflict, tooLarge, tooMany, unavailable
    case notAllowed
  }

  public var title: String
  public var kind: Kind
  public var reasons: [Reason]
  /// When it is worth asking again, s; nil when that is not a matter of time. A header, not a part of
  /// the body.
  public var retryAfterS: Int?

  private enum CodingKeys: CodingKey { case title, kind, reasons }

  public init(_ title: String, _ kind: Kind = .conflict, reasons: [Reason]) {
    self.title = title
    self.kind = kind
    self.reasons = reasons
  }

  /// A refusal with one reason.
  public init(_ kind: Kind, _ id: String, _ title: String, remedy: String) {
    self.init(title, kind, reasons: [Reason(id: id, title: title, remedy: remedy)])
  }
}
