import Dispatch
import Foundation
import HardwareSpecs

/// One endpoint of the gadget, and the thread that serves it: it is a host to the device, and a device
/// to the kernel.
final class FunctionFSPipe: Sendable {
  private let endpoint: ConsoleProtocol.Endpoint
  private let file: Int32
  private let gate: DeviceGate
  private let events: FunctionFSEvents
  /// Bytes that are asked of the device at once; so much may be under way to the host.
  private let length: Int

  init(
    _ endpoint: ConsoleProtocol.Endpoint, file: Int32, _ gate: DeviceGate,
    _ events: FunctionFSEvents
  ) {
    self.endpoint = endpoint
    self.file = file
    self.gate = gate
    self.events = events
    length = endpoint.interval == nil ? 16_384 : endpoint.maxPacket
  }

  /// Serves session after session, for ever.
  func serve() {
    var session: UInt64?
    while true {
      let current = events.sessionAfter(session)
      session = current
      while endpoint.isInput ? send(in: current) : receive(in: current) {}
    }
  }

  // MARK: To the host

  /// - Returns: false when the session is over for this endpoint.
  private func send(in session: UInt64) -> Bool {
    let (status, bytes) = ask(session)
    switch status {
    case .completed, .overflow: break
    case .stalled:
      halt()
      return false
    case .cancelled, .disconnected: return false
    }
    events.takeIn()
    guard gate.run({ $0.session == session }), put(bytes) else { return false }
    // The device ended this by an empty packet, unless the space was full.
    let isWhole = bytes.count % endpoint.maxPacket == 0
    return bytes.count < length && isWhole ? put([]) : true
  }

  private func ask(_ session: UInt64) -> (TransferStatus, [UInt8]) {
    let ended = DispatchSemaphore(value: 0)
    var result: (TransferStatus, [UInt8]) = (.cancelled, [])
    gate.run { device in
      guard device.session == session else {
        ended.signal()
        return
      }
      device.submit(token: token, endpoint: endpoint.address, length: length) {
        result = ($0, Array($1))
        ended.signal()
      }
    }
    ended.wait()
    return result
  }

  private func put(_ bytes: [UInt8]) -> Bool {
    while true {
      let count = write(file, bytes, bytes.count)
      if count == bytes.count { return true }
      if errno != EINTR { return false }
    }
  }

  // MARK: To the device

  private func receive(in session: UInt64) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 2 * endpoint.maxPacket)
    let count = read(file, &bytes, bytes.count)
    guard count >= 0 else { return errno == EINTR || errno == EAGAIN }
    // A command of a session that began just now must not be lost to its beginning.
    events.takeIn()
    let isTaken = give(Array(bytes[..<count]))
    if !isTaken { halt() }
    return isTaken && gate.run { $0.session == session }
  }

  private func give(_ bytes: [UInt8]) -> Bool {
    let ended = DispatchSemaphore(value: 0)
    var result = TransferStatus.cancelled
    gate.run { device in
      bytes.withUnsafeBytes {
        device.submit(token: token, endpoint: endpoint.address, data: $0) { status, _ in
          result = status
          ended.signal()
        }
      }
    }
    ended.wait()
    return result != .stalled
  }

  /// An endpoint has one transfer at a time.
  private var token: UInt64 { UInt64(endpoint.address) }

  /// Reading what is to be written, or the other way round, halts an endpoint.
  private func halt() {
    var none: [UInt8] = [0]
    _ = endpoint.isInput ? read(file, &none, 1) : write(file, none, 1)
  }
}
