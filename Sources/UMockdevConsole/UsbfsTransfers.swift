import CUMockdevShim
import Dispatch
import EmulatedUSB
import Glibc

/// Transfers of programs: submitted, discarded, reaped.
extension UsbfsNode {
  private func nextToken() -> UInt64 {
    gate.run { _ in
      newestToken += 1
      return newestToken
    }
  }

  func submit(_ argument: ClientMemory, _ file: File) throws(Errno) -> Int {
    let urb = try UsbfsURB(argument, token: nextToken())
    if urb.isControl {
      try submitControl(urb, file)
      return 0
    }
    try use(file) { device in
      let underWay = files.values.reduce(0) { $0 + $1.pendingBytes }
      // The kernel counts a transfer's own memory too, so that the limit itself is too much.
      guard underWay + urb.length < UsbfsFile.byteLimit else { return Errno(ENOMEM) }
      state(file).add(urb)
      if urb.isInput {
        device.submit(token: urb.token, endpoint: urb.endpoint, length: urb.length) {
          [weak self] status, bytes in
          urb.end(status, count: bytes.count, bytes: bytes)
          self?.ended(urb, of: file)
        }
      } else {
        let data = urb.output.map { UnsafeRawBufferPointer($0.bytes) }
        device.submit(
          token: urb.token, endpoint: urb.endpoint,
          data: data ?? UnsafeRawBufferPointer(start: nil, count: 0)
        ) { [weak self] status, accepted in
          urb.end(status, count: accepted)
          self?.ended(urb, of: file)
        }
      }
      return nil
    }
    return 0
  }

  private func submitControl(_ urb: UsbfsURB, _ file: File) throws(Errno) {
    guard let buffer = urb.output?.bytes, buffer.count >= SetupPacket.byteCount,
      let setup = SetupPacket(bytes: UnsafeRawBufferPointer(rebasing: buffer[..<8])),
      buffer.count >= 8 + Int(setup.length)
    else { throw Errno(EINVAL) }
    try present { device in
      let data = setup.isInput ? [] : Array(buffer[8..<(8 + Int(setup.length))])
      state(file).add(urb)
      switch device.control(setup, data: data) {
      case .done(let bytes):
        bytes.withUnsafeBytes { bytes in
          urb.end(.completed, count: setup.isInput ? bytes.count : data.count, bytes: bytes)
        }
      case .stalled: urb.end(.stalled, count: 0)
      case .disconnected: urb.end(.disconnected, count: 0)
      }
      ended(urb, of: file)
      return nil
    }
  }

  /// The request of old that waits for a control transfer.
  func controlAtOnce(_ argument: ClientMemory) throws(Errno) -> Int {
    guard let request = argument.follow(count: MemoryLayout<usbdevfs_ctrltransfer>.size) else {
      throw Errno(EFAULT)
    }
    let asked = request.load(usbdevfs_ctrltransfer.self)
    let setup = SetupPacket(
      requestType: asked.bRequestType, request: asked.bRequest, value: asked.wValue,
      index: asked.wIndex, length: asked.wLength)
    let offset = MemoryLayout<usbdevfs_ctrltransfer>.offset(of: \.data) ?? 16
    let buffer = request.follow(offset, count: Int(asked.wLength))
    var count = 0
    try present { device in
      let data = setup.isInput ? [] : buffer.map { Array($0.bytes) } ?? []
      guard case .done(let bytes) = device.control(setup, data: data) else { return Errno(EPIPE) }
      count = setup.isInput ? bytes.count : data.count
      if setup.isInput, let space = buffer?.bytes { space.copyBytes(from: bytes) }
      return nil
    }
    return count
  }

  func discard(_ address: UInt, _ file: File) throws(Errno) -> Int {
    try present { device in
      guard let token = files[file]?.pendingToken(at: address) else { return Errno(EINVAL) }
      device.cancel(token: token)
      return nil
    }
    return 0
  }

  // MARK: Reaping

  /// A transfer has ended. Inside the gate.
  private func ended(_ urb: UsbfsURB, of file: File) {
    guard let state = files[file] else { return }
    state.end(urb)
    answerWaiting(file, state)
    showReadiness()
  }

  func reap(_ argument: ClientMemory, _ file: File) throws(Errno) -> Int {
    var isOver = false
    let urb = gate.run { device in
      // Whoever polls notices a pulled cable without waiting for the console's next round.
      device.refresh()
      defer { showReadiness() }
      isOver = isGone
      return files[file]?.reap()
    }
    guard let urb else { throw Errno(isOver ? ENODEV : EAGAIN) }
    guard let slot = argument.follow(count: MemoryLayout<UInt>.size) else { throw Errno(EFAULT) }
    urb.deliver(to: slot)
    return 0
  }

  func reapOrWait(_ argument: ClientMemory, _ file: File) throws(Errno) -> Int? {
    let waits = gate.run { _ in
      let state = state(file)
      guard !state.hasEnded, !isGone else { return false }
      // Who waits must not be let go of.
      state.waiting = File(OpaquePointer(usbfs_retain(file)))
      return true
    }
    return waits ? nil : try reap(argument, file)
  }

  /// Lets a program that waits in REAPURB go on. Inside the gate; the answer takes a queue of its own,
  /// because it waits for the program's memory.
  func answerWaiting(_ file: File, _ state: UsbfsFile) {
    guard state.waiting != nil else { return }
    state.waiting = nil
    nonisolated(unsafe) let file = file
    reaping.async { [self] in
      defer { usbfs_release(file) }
      guard let argument = ClientMemory(argumentOf: file) else { return }
      do throws(Errno) {
        umockdev_ioctl_client_complete(file, try reap(argument, file), 0)
      } catch {
        umockdev_ioctl_client_complete(file, -1, error.code)
      }
    }
  }
}
