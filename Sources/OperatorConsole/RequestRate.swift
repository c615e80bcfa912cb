import Synchronization

/// How often an address may ask: a bucket that fills at `perSecond` and holds `burst`.
///
/// Thread-safe; in bounded memory. Time comes in from outside.
final class RequestRate: Sendable {
  let perSecond: Double
  let burst: Double
  private static let addressesMax = 1_024
  private let buckets = Mutex<[String: (left: Double, at: UInt64)]>([:])

  init(perSecond: Double = 200, burst: Double = 400) {
    self.perSecond = perSecond
    self.burst = burst
  }

  /// Takes one request out of an address's bucket.
  /// - Parameter now: monotonic, ns.
  /// - Returns: whether there was one in it.
  func admit(_ address: String, at now: UInt64) -> Bool {
    buckets.withLock { buckets in
      if buckets.count >= Self.addressesMax, buckets[address] == nil { buckets.removeAll() }
      var bucket = buckets[address] ?? (burst, now)
      let passed = Double(now > bucket.at ? now - bucket.at : 0) * 1e-9
      bucket = (min(burst, bucket.left + passed * perSecond), now)
      defer { buckets[address] = bucket }
      guard bucket.left >= 1 else { return false }
      bucket.left -= 1
      return true
    }
  }
}
