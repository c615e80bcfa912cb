/// Which console on USB: any, by its serial, or by the port that it hangs on.
///
/// Never by bus address: that changes with every plugging in.
public enum ConsoleAddress: Equatable, Sendable, CustomStringConvertible {
  /// The only one there is; with several, opening fails and names them.
  case any
  case serial(String)
  /// As the kernel names ports: bus, then the ports on the way, such as `1-4.2`.
  case port(String)

  /// - Parameter text: what follows `usb:`; empty means any.
  public init(_ text: some StringProtocol) {
    if text.isEmpty {
      self = .any
    } else {
      self = Self.isPortPath(text) ? .port(String(text)) : .serial(String(text))
    }
  }

  public var description: String {
    switch self {
    case .any: "any"
    case .serial(let serial): "serial \(serial)"
    case .port(let path): "port \(path)"
    }
  }

  private static func isPortPath(_ text: some StringProtocol) -> Bool {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count == 2, UInt8(halves[0]) != nil else { return false }
    return halves[1].split(separator: ".", omittingEmptySubsequences: false)
      .allSatisfy { UInt8($0) != nil }
  }
}
