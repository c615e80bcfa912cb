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
  let gate: DeviceGate
  /// Nil once there will never be anything to reap.
  private var readiness: UsbfsReadiness?
  let reaping = DispatchQueue(label: "peakgate.usbfs.reap")
  var files: [File: UsbfsFile] = [:]
  private var owner: File?
  var isGone = false
  var newestToken: UInt64

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
  func state(_ file: File) -> UsbfsFile {
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
  func present(_ body: (EmulatedUSBDevice) -> Errno?) throws(Errno) {
    let refusal = gate.run { device in
      device.refresh()
      return isGone ? Errno(ENODEV) : body(device)
    }
    if let refusal { throw refusal }
  }

  /// As `present`, for the file that has the interface, or takes it because nobody has.
  func use(_ file: File, _ body: (EmulatedUSBDevice) -> Errno?) throws(Errno) {
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

  func showReadiness() {
    let isReady = files.values.contains { $0.hasEnded }
    readiness?.show(isReady)
    if isGone, !isReady { readiness = nil }
  }
}
