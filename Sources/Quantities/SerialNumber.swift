/// A console's serial number: up to 16 ASCII characters, padded with NUL, kept without a heap.
public struct SerialNumber: Hashable, Sendable {
  /// Characters 0–7 and 8–15, the first in the lowest byte.
  public var low: UInt64
  public var high: UInt64

  @inlinable public init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Takes the first 16 bytes of the text.
  public init(_ text: StaticString) {
    self.init(low: 0, high: 0)
    text.withUTF8Buffer { bytes in
      for (index, byte) in bytes.prefix(16).enumerated() { set(byte, at: index) }
    }
  }

  @inlinable public subscript(index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: (index < 8 ? low : high) >> UInt64((index & 7) * 8))
  }

  @inlinable mutating func set(_ byte: UInt8, at index: Int) {
    let bits = UInt64(byte) << UInt64((index & 7) * 8)
    if index < 8 { low |= bits } else { high |= bits }
  }
}
