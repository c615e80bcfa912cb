import CUMockdevShim
import Dispatch
import EmulatedUSB
import Glibc
import HardwareSpecs

/// The device file of a console for as long as it is plugged in, obeying usbfs's rules: the program
/// that claims the interface has it, and transfers are submitted, discarded and reaped.
///
/// Requests come on umockdev's thread, transfers end on whatever thread is in the gate. The state is
/// touched inside the gate only; the program's memory outside of it only.
final class UsbfsNode: @unchecked Sendable {
  typealias File = UnsafeMutablePointer<UMockdevIoctlClient>

  let deviceNumber: Int
  private let gate: DeviceGate
  /// Nil once there will never be anything to reap.
  private var readiness: UsbfsReadiness?
  private let reaping = DispatchQueue(label: "peakgate.usbfs.reap")
  private var files: [File: UsbfsFile] = [:]
  private var owner: File?
  private var isGone = false
  private var newestToken: UInt64

  init(_ gate: DeviceGate, deviceNumber: Int, readiness: UsbfsReadiness) {
    self.gate = gate
    self.deviceNumber = deviceNumber
    self.readiness = readiness
    // A device that was there before may still be spoken of; tokens are its own.
    newestToken = UInt64(deviceNumber) << 40
  }

  /// The cable was pulled; its transfers have ended. Inside the gate.
  func leave() {
    isGone = true
    owner = nil
    for (file, state) in files { answerWaiting(file, state) }
    showReadiness()
  }

  /// Inside the gate.
  private func state(_ file: File) -> UsbfsFile {
    if let state = files[file] { return state }
    let state = UsbfsFile()
    files[file] = state
    return state
  }

  func closed(_ file: File) {
    gate.run { device in
      guard let state = files.removeValue(forKey: file) else { return }
      if owner == file { owner = nil }
      for token in state.pendingTokens { device.cancel(token: token) }
      showReadiness()
    }
  }

  // MARK: Requests

  /// - Returns: false when usbfs knows no such request.
  func handle(_ file: File) -> Bool {
    let request = UInt(umockdev_ioctl_client_get_request(file))
    guard let argument = ClientMemory(argumentOf: file) else { return false }
    do throws(Errno) {
      if let result = try answer(request, argument, file) {
        umockdev_ioctl_client_complete(file, result, 0)
      }
    } catch {
      if error == Errno(ENOTTY) { return false }
      umockdev_ioctl_client_complete(file, -1, error.code)
    }
    return true
  }

  /// - Returns: the request's result; nil when it comes later.
  private func answer(
    _ request: UInt, _ argument: ClientMemory, _ file: File
  ) throws(Errno) -> Int? {
    switch request {
    case usbfsReapURBNoDelay: return try reap(argument, file)
    case usbfsReapURB: return try reapOrWait(argument, file)
    case usbfsSubmitURB: return try submit(argument, file)
    case usbfsDiscardURB: return try discard(argument.load(UInt.self), file)
    case usbfsGetCapabilities:
      // All but what umockdev cannot do, mapped buffers.
      let capabilities =
        USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION | USBDEVFS_CAP_NO_PACKET_SIZE_LIM
        | USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_REAP_AFTER_DISCONNECT
      argument.follow(count: 4)?.store(UInt32(capabilities))
      return 0
    case usbfsGetSpeed: return 3
    case usbfsGetDriver: return try getDriver(argument)
    // No kernel driver can be bound or unbound: there is none.
    case usbfsDriverRequest: throw Errno(ENODATA)
    case usbfsConnectInfo:
      argument.follow(count: MemoryLayout<usbdevfs_connectinfo>.size)?.store(
        usbdevfs_connectinfo(devnum: UInt32(deviceNumber), slow: 0))
      return 0
    case usbfsControl: return try controlAtOnce(argument)
    case usbfsReset:
      try use(file) { device in
        device.reset()
        device.setConfiguration(Descriptors.configurationValue)
        return nil
      }
      return 0
    default: return try answerForOwner(request, argument, file)
    }
  }

  /// Requests about the interface, which belongs to whoever claims it first.
  private func answerForOwner(
    _ request: UInt, _ argument: ClientMemory, _ file: File
  ) throws(Errno) -> Int? {
    switch request {
    case usbfsClaimInterface:
      try claim(try number(argument), file)
    case usbfsDisconnectClaim:
      guard let asked = argument.follow(as: usbdevfs_disconnect_claim.self) else {
        throw Errno(EFAULT)
      }
      try claim(asked.interface, file)
    case usbfsReleaseInterface:
      try present { device in
        guard owner == file else { return Errno(EINVAL) }
        owner = nil
        for token in state(file).pendingTokens { device.cancel(token: token) }
        return nil
      }
    case usbfsSetInterface:
      guard let asked = argument.follow(as: usbdevfs_setinterface.self) else {
        throw Errno(EFAULT)
      }
      try use(file) { device in
        device.setInterface(
          UInt16(truncatingIfNeeded: asked.interface),
          alternate: UInt16(truncatingIfNeeded: asked.altsetting)) ? nil : Errno(EINVAL)
      }
    case usbfsSetConfiguration:
      let value = try number(argument)
      try use(file) { device in
        device.setConfiguration(UInt8(truncatingIfNeeded: value)) ? nil : Errno(EINVAL)
      }
    case usbfsClearHalt:
      let address = try number(argument)
      try use(file) { device in
        device.clearHalt(UInt8(truncatingIfNeeded: address)) ? nil : Errno(ENOENT)
      }
    default: throw Errno(ENOTTY)
    }
    return 0
  }

  private func number(_ argument: ClientMemory) throws(Errno) -> UInt32 {
    guard let number = argument.follow(as: UInt32.self) else { throw Errno(EFAULT) }
    return number
  }

  private func claim(_ interface: UInt32, _ file: File) throws(Errno) {
    guard interface == 0 else { throw Errno(ENOENT) }
    try use(file) { _ in nil }
  }

  /// Runs the body with the device, if it is still there.
  private func present(_ body: (EmulatedUSBDevice) -> Errno?) throws(Errno) {
    let refusal = gate.run { device in
      device.refresh()
      return isGone ? Errno(ENODEV) : body(device)
    }
    if let refusal { throw refusal }
  }

  /// As `present`, for the file that has the interface, or takes it because nobody has.
  private func use(_ file: File, _ body: (EmulatedUSBDevice) -> Errno?) throws(Errno) {
    try present { device in
      guard owner == nil || owner == file else { return Errno(EBUSY) }
      owner = file
      _ = state(file)
      return body(device)
    }
  }

  private func getDriver(_ argument: ClientMemory) throws(Errno) -> Int {
    var isClaimed = false
    try present { _ in
      isClaimed = owner != nil
      return nil
    }
    guard isClaimed else { throw Errno(ENODATA) }
    guard let answer = argument.follow(count: MemoryLayout<usbdevfs_getdriver>.size) else {
      throw Errno(EFAULT)
    }
    // The name stands behind the interface's number.
    UnsafeMutableRawBufferPointer(rebasing: answer.bytes[4...]).copyBytes(from: "usbfs\0".utf8)
    return 0
  }

  // MARK: Transfers

  private func nextToken() -> UInt64 {
    gate.run { _ in
      newestToken += 1
      return newestToken
    }
  }

  private func submit(_ argument: ClientMemory, _ file: File) throws(Errno) -> Int {
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
  private func controlAtOnce(_ argument: ClientMemory) throws(Errno) -> Int {
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

  private func discard(_ address: UInt, _ file: File) throws(Errno) -> Int {
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

  private func reap(_ argument: ClientMemory, _ file: File) throws(Errno) -> Int {
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

  private func reapOrWait(_ argument: ClientMemory, _ file: File) throws(Errno) -> Int? {
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
  private func answerWaiting(_ file: File, _ state: UsbfsFile) {
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

  private func showReadiness() {
    let isReady = files.values.contains { $0.hasEnded }
    readiness?.show(isReady)
    if isGone, !isReady { readiness = nil }
  }
}
