import Synchronization

/// Who is at this console: sessions with their roles, each known by a secret token.
///
/// Thread-safe; in bounded memory: the oldest session makes room for a new one.
final class Sessions: Sendable {
  static let countMax = 256
  static let cookieName = "peakgate"

  private let inner = Mutex(Inner())

  private struct Inner {
    var callers: [String: Caller] = [:]
    var order: [String] = []
    var begun = 0
  }

  /// Begins a session, or lets one go on in another role.
  /// - Returns: its token: 128 random bits.
  func begin(_ role: Caller.Role, token old: String?) -> (token: String, caller: Caller) {
    inner.withLock { inner in
      if let old, var caller = inner.callers[old] {
        caller.role = role
        inner.callers[old] = caller
        return (old, caller)
      }
      inner.begun += 1
      let caller = Caller(id: "session \(inner.begun)", role: role)
      let token = Self.token()
      inner.callers[token] = caller
      inner.order.append(token)
      if inner.order.count > Self.countMax {
        inner.callers[inner.order.removeFirst()] = nil
      }
      return (token, caller)
    }
  }

  func caller(_ token: String?) -> Caller? {
    guard let token else { return nil }
    return inner.withLock { $0.callers[token] }
  }

  /// 128 bits that nobody can guess.
  static func token() -> String {
    var generator = SystemRandomNumberGenerator()
    return ConsoleState.hex(generator.next()) + ConsoleState.hex(generator.next())
  }

  /// Whether two secrets are the same, in a time that tells nothing of where they differ.
  static func match(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
