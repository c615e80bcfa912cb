import Synchronization

/// How often an address may ask: a bucket that fills at `perSecond` and holds `burst`.
///
/// Thread-safe; in bounded memory. Time comes in from outside: monotonic, ns.
final class RequestRate: Sendable {
  let perSecond: Double
  let burst: Double
  private static let addressesMax = 1_024
  private let buckets = Mutex<[String: (left: Double, at: UInt64)]>([:])

  init(perSecond: Double, burst: Double) {
    self.perSecond = perSecond
    self.burst = burst
  }

  /// From an empty bucket to the next request, whole seconds.
  var retryAfterS: Int { Int((1 / perSecond).rounded(.up)) }

  /// Takes one request out of an address's bucket.
  /// - Returns: whether there was one in it.
  @discardableResult
  func admit(_ address: String, at now: UInt64) -> Bool { look(address, at: now, taking: 1) }

  /// Whether there is a request in an address's bucket; takes none.
  func hasRoom(_ address: String, at now: UInt64) -> Bool { look(address, at: now, taking: 0) }

  private func look(_ address: String, at now: UInt64, taking count: Double) -> Bool {
    buckets.withLock { buckets in
      if buckets.count >= Self.addressesMax, buckets[address] == nil { buckets.removeAll() }
      var bucket = buckets[address] ?? (burst, now)
      let passed = Double(now > bucket.at ? now - bucket.at : 0) * 1e-9
      bucket = (min(burst, bucket.left + passed * perSecond), now)
      let isThere = bucket.left >= 1
      if isThere { bucket.left -= count }
      buckets[address] = bucket
      return isThere
    }
  }
}

/// What changes something, and what only reads, have a bucket each: who looks too often can still
/// operate.
struct RequestRates: Sendable {
  let asking = RequestRate(perSecond: 200, burst: 400)
  let reading = RequestRate(perSecond: 500, burst: 1_000)
}
