import NIOCore

/// One console that a peer has imported: its commands in, replies out. Touched inside the gate only.
final class USBIPSession: USBPort {
  /// Transfers that a peer may have under way at once.
  static let transferCapacity = 1_024

  private let send: (ByteBuffer) -> Void
  private let close: (String) -> Void
  private var hasEnded = false

  /// - Parameter close: ends the connection; a device that goes can be said in no other way.
  init(send: @escaping (ByteBuffer) -> Void, close: @escaping (String) -> Void) {
    self.send = send
    self.close = close
  }

  func submit(_ submit: USBIP.Submit, _ device: EmulatedUSBDevice) {
    // Otherwise the device could notice its cable in the middle of answering.
    device.refresh()
    guard !hasEnded else { return }
    if submit.endpoint & 0x0F == 0 { return control(submit, device) }
    let sequence = submit.sequence
    guard device.transfersWaiting < Self.transferCapacity else {
      return send(USBIP.submitReply(sequence, status: USBIP.Errno.invalid, count: 0))
    }
    if submit.isInput {
      device.submit(
        token: UInt64(sequence), endpoint: submit.endpoint, length: submit.length
      ) { [weak self] status, bytes in
        self?.reply(sequence, status, bytes.count, bytes)
      }
    } else {
      submit.data.withUnsafeReadableBytes {
        device.submit(token: UInt64(sequence), endpoint: submit.endpoint, data: $0) {
          [weak self] status, accepted in self?.reply(sequence, status, accepted, nil)
        }
      }
    }
  }

  func unlink(_ sequence: UInt32, of other: UInt32, _ device: EmulatedUSBDevice) {
    guard !hasEnded else { return }
    // What has ended has been answered, and the peer is told so with 0.
    let isTakenBack = device.cancel(token: UInt64(other))
    send(USBIP.unlinkReply(sequence, status: isTakenBack ? USBIP.Errno.unlinked : 0))
  }

  func plugged(_ device: EmulatedUSBDevice) {}

  func unplugged(_ device: EmulatedUSBDevice) {
    hasEnded = true
    device.port = nil
    close("the console was unplugged")
  }

  /// The connection is gone, and with it the bus.
  func end(_ device: EmulatedUSBDevice) {
    guard !hasEnded else { return }
    hasEnded = true
    device.reset()
    if device.port === self { device.port = nil }
  }

  private func control(_ submit: USBIP.Submit, _ device: EmulatedUSBDevice) {
    switch device.control(submit.setup, data: Array(submit.data.readableBytesView)) {
    case .done(let bytes):
      let count = submit.isInput ? bytes.count : submit.data.readableBytes
      bytes.prefix(submit.length).withUnsafeBytes {
        send(
          USBIP.submitReply(
            submit.sequence, status: 0, count: submit.isInput ? min(count, submit.length) : count,
            bytes: submit.isInput ? $0 : nil))
      }
    case .stalled:
      send(USBIP.submitReply(submit.sequence, status: USBIP.Errno.stall, count: 0))
    case .disconnected: break
    }
  }

  private func reply(
    _ sequence: UInt32, _ status: TransferStatus, _ count: Int, _ bytes: UnsafeRawBufferPointer?
  ) {
    // A transfer that was taken back is answered by the answer to that; one of a device that has
    // gone by the end of the connection.
    guard !hasEnded, status != .cancelled, status != .disconnected else { return }
    send(
      USBIP.submitReply(sequence, status: USBIP.errno(status), count: count, bytes: bytes))
  }
}
