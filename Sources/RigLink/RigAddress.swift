/// Where a rig is served: `tcp:HOST:PORT` or `unix:PATH`.
public enum RigAddress: Equatable, Sendable, CustomStringConvertible {
  case tcp(host: String, port: Int)
  case unix(path: String)

  /// nil when the text is no such address.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard !path.isEmpty else { return nil }
      self = .unix(path: path)
      return
    }
    guard text.hasPrefix("tcp:"), let colon = text.lastIndex(of: ":") else { return nil }
    let host = text.dropFirst(4).prefix(upTo: max(colon, text.index(text.startIndex, offsetBy: 4)))
    guard !host.isEmpty, let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    self = .tcp(host: String(host), port: Int(port))
  }

  public var description: String {
    switch self {
    case .tcp(let host, let port): "tcp:\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}
