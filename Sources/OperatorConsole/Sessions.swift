import Synchronization

/// Who is at this console: sessions with their roles, each known by a secret token.
///
/// Thread-safe; in bounded memory: who has not been heard for longest makes room for a new one, but
/// never who has control.
final class Sessions: Sendable {
  static let countMax = 256
  static let cookieName = "peakgate"

  private let inner = Mutex(Inner())

  private struct Session {
    var caller: Caller
    /// Grows with every request: the order in which sessions were heard.
    var heard: UInt64
  }

  private struct Inner {
    var sessions: [String: Session] = [:]
    var begun = 0
    var requests: UInt64 = 0

    mutating func hear(_ token: String) -> Caller? {
      guard sessions[token] != nil else { return nil }
      requests += 1
      sessions[token]?.heard = requests
      return sessions[token]?.caller
    }

    mutating func makeRoom(keeping holder: String?) {
      guard sessions.count >= Sessions.countMax else { return }
      let idle = sessions.filter { $0.value.caller.id != holder }
        .min { $0.value.heard < $1.value.heard }
      if let idle { sessions[idle.key] = nil }
    }
  }

  /// Begins a session, or lets one go on in another role.
  /// - Parameter holder: id of who has control.
  /// - Returns: its token: 128 random bits.
  func begin(_ role: Caller.Role, token old: String?, keeping holder: String?)
    -> (token: String, caller: Caller)
  {
    inner.withLock { inner in
      if let old, var caller = inner.hear(old) {
        caller.role = role
        inner.sessions[old]?.caller = caller
        return (old, caller)
      }
      inner.makeRoom(keeping: holder)
      inner.begun += 1
      inner.requests += 1
      let caller = Caller(id: "session \(inner.begun)", role: role)
      let token = Self.token()
      inner.sessions[token] = Session(caller: caller, heard: inner.requests)
      return (token, caller)
    }
  }

  func caller(_ token: String?) -> Caller? {
    guard let token else { return nil }
    return inner.withLock { $0.hear(token) }
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
