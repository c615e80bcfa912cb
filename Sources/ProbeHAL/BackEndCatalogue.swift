/// A way to reach a console, by name, with whether it can be used here and now.
public struct BackEnd: Sendable {
  public enum Availability: Equatable, Sendable {
    case present
    /// There, but this user may not: with the remedy.
    case blocked(remedy: String)
    case busy(remedy: String)
    case absent(remedy: String)

    public var name: String {
      switch self {
      case .present: "present"
      case .blocked: "blocked"
      case .busy: "busy"
      case .absent: "absent"
      }
    }

    public var remedy: String? {
      switch self {
      case .present: nil
      case .blocked(let remedy), .busy(let remedy), .absent(let remedy): remedy
      }
    }
  }

  public let name: String
  public let summary: String
  public let availability: Availability

  public init(name: String, summary: String, availability: Availability) {
    self.name = name
    self.summary = summary
    self.availability = availability
  }
}
