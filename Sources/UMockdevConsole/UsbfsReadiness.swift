import CUMockdevShim
import Glibc

/// Lets programs wait for the device's file with `poll`, as usbfs does: it is writable while there is
/// a transfer to reap.
///
/// umockdev's own nodes are plain files, which are always writable, so that libusb would spin. This
/// one is a FIFO with room for one byte: full, it is not writable. Touched inside the gate only.
final class UsbfsReadiness {
  private let fifo: Int32
  private var isReady = true

  /// - Returns: nil when the FIFO cannot be made; `errno` says why.
  init?(path: String) {
    let made = usbfs_make_fifo(path)
    guard made >= 0 else { return nil }
    fifo = made
    show(false)
  }

  deinit { close(fifo) }

  func show(_ isReady: Bool) {
    guard isReady != self.isReady else { return }
    self.isReady = isReady
    var byte: UInt8 = 0
    _ = isReady ? read(fifo, &byte, 1) : write(fifo, &byte, 1)
  }

}
