import CLibUSB
import Synchronization

/// One transfer with a buffer of its own: idle, or pending in libusb.
///
/// While it is pending it retains itself, its buffer and what it reports to, so that nothing that
/// libusb may still write to can be freed; one whose callback never comes is thereby abandoned whole.
package final class USBTransfer: @unchecked Sendable {
  package let buffer: UnsafeMutableRawBufferPointer
  private let raw: UnsafeMutablePointer<libusb_transfer>
  private let isPendingNow = Atomic<Bool>(false)
  // Written before a submission and by its callback; libusb orders the two.
  private var completed: Completion?

  typealias Completion = (
    _ transfer: USBTransfer, _ status: libusb_transfer_status, _ count: Int
  ) -> Void

  /// nil when there is no memory.
  init?(bytes: Int) {
    guard let raw = libusb_alloc_transfer(0) else { return nil }
    self.raw = raw
    buffer = .allocate(byteCount: bytes, alignment: 64)
  }

  deinit {
    libusb_free_transfer(raw)
    buffer.deallocate()
  }

  var isPending: Bool { isPendingNow.load(ordering: .acquiring) }

  /// How many bytes came or went with the newest completion.
  var actualCount: Int { Int(raw.pointee.actual_length) }

  /// How many bytes it is to carry.
  var wantedCount: Int { Int(raw.pointee.length) }

  enum Kind { case bulk, interrupt }

  /// Hands the transfer to libusb. `completion` runs once for each success, on the event thread.
  /// - Returns: 0, or a negative `libusb_error` and nothing has begun.
  func submit(
    _ kind: Kind, to handle: OpaquePointer, endpoint: UInt8, count: Int? = nil,
    completion: @escaping Completion
  ) -> Int32 {
    raw.pointee.dev_handle = handle
    raw.pointee.endpoint = endpoint
    raw.pointee.type = UInt8(
      kind == .bulk ? LIBUSB_TRANSFER_TYPE_BULK.rawValue : LIBUSB_TRANSFER_TYPE_INTERRUPT.rawValue)
    raw.pointee.timeout = 0
    raw.pointee.buffer = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    raw.pointee.length = Int32(count ?? buffer.count)
    raw.pointee.callback = { raw in
      guard let context = raw?.pointee.user_data else { return }
      Unmanaged<USBTransfer>.fromOpaque(context).takeRetainedValue().end()
    }
    completed = completion
    return resubmit()
  }

  /// Submits again as before.
  func resubmit() -> Int32 {
    isPendingNow.store(true, ordering: .releasing)
    let retained = Unmanaged.passRetained(self)
    raw.pointee.user_data = retained.toOpaque()
    let code = libusb_submit_transfer(raw)
    if code < 0 {
      isPendingNow.store(false, ordering: .releasing)
      retained.release()
    }
    return code
  }

  /// Asks libusb to end it early; its callback comes all the same.
  func cancel() { if isPending { libusb_cancel_transfer(raw) } }

  private func end() {
    // Read first: once it is idle, its owner may submit it again at any moment.
    let (completion, status, count) = (completed, raw.pointee.status, actualCount)
    isPendingNow.store(false, ordering: .releasing)
    completion?(self, status, count)
  }

  /// Lets go of what it reports to; for a transfer that is not going to be used again.
  func forget() { completed = nil }
}
