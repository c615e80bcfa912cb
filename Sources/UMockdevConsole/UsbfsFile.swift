import CUMockdevShim

/// What one open file of the device has under way. Touched inside the gate only.
final class UsbfsFile {
  /// Bytes of transfers that Linux lets all programs together have under way, as it comes.
  static let byteLimit = 16 << 20

  private var pending: [UInt64: UsbfsURB] = [:]
  private var ended: [UsbfsURB] = []
  /// A program that waits for the next transfer to end, in REAPURB.
  var waiting: UnsafeMutablePointer<UMockdevIoctlClient>?

  var hasEnded: Bool { !ended.isEmpty }
  var pendingBytes: Int { pending.values.reduce(0) { $0 + $1.length } }
  var pendingTokens: [UInt64] { pending.keys.sorted() }

  func add(_ urb: UsbfsURB) { pending[urb.token] = urb }

  func end(_ urb: UsbfsURB) {
    if pending.removeValue(forKey: urb.token) != nil { ended.append(urb) }
  }

  func reap() -> UsbfsURB? { ended.isEmpty ? nil : ended.removeFirst() }

  func pendingToken(at address: UInt) -> UInt64? {
    pending.values.first { $0.address == address }?.token
  }
}
