import Quantities

extension SerialNumber {
  /// Without the padding.
  public var text: String {
    String(decoding: (0..<16).map { self[$0] }.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Takes the first 16 bytes of the text.
  public init(text: String) {
    var words: [UInt64] = [0, 0]
    for (index, byte) in text.utf8.prefix(16).enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
    }
    self.init(low: words[0], high: words[1])
  }
}
