import Quantities

/// Whether somebody is still at the keys of a terminal: a program that beats for its person must not
/// hold control for one who has left, or for a connection that died without a word. Pure.
package struct PersonWatch {
  /// Without a key for so long, control goes back. Looking on has to be possible, so it is far longer
  /// than a held key may fall silent.
  package static let patience = Nanoseconds.seconds(30)
  /// The screen counts down from here.
  static let warns = Nanoseconds.seconds(15)

  private var pressedNS: UInt64

  /// - Parameter now: monotonic, ns, as in all that follows.
  package init(now: UInt64) { pressedNS = now }

  package mutating func press(at now: UInt64) { pressedNS = now }

  /// Time until control goes back; zero once nobody is taken to be there.
  package func left(at now: UInt64) -> Nanoseconds {
    let silent = Nanoseconds(Int64(clamping: now > pressedNS ? now - pressedNS : 0))
    return max(Self.patience - silent, .zero)
  }
}
