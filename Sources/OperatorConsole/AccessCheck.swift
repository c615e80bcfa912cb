/// Tells who knows the access token, and holds up who tries one after another. Thread-safe.
struct AccessCheck: Sendable {
  let rules: AccessRules
  /// Wrong tokens of an address: ten at once, then one in five seconds.
  let guesses = RequestRate(perSecond: 0.2, burst: 10)
  let now: @Sendable () -> UInt64

  /// Whether a token opens this console.
  /// - Throws: when its address has tried too many wrong ones; then none is looked at, or the right
  ///   one could still be found by trying.
  func opens(_ token: String?, from address: String) throws(Refusal) -> Bool {
    guard let token, rules.accessToken != nil else { return false }
    guard guesses.hasRoom(address, at: now()) else {
      var refusal = Refusal(
        .tooMany, "console.token", "too many wrong access tokens came from this address",
        remedy: "wait \(guesses.retryAfterS) s, then give the token that the console printed")
      refusal.retryAfterS = guesses.retryAfterS
      throw refusal
    }
    if rules.opens(token) { return true }
    guesses.admit(address, at: now())
    return false
  }
}
