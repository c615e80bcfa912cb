import ConsoleEmulator
import EmulatedUSB
import HardwareSpecs
import ProbeHAL
import ProbeWire
import Quantities
import TestSupport
import Testing

/// An emulated console as a device, its time in the test's hand, and what its transfers became.
final class DeviceBench {
  /// A transfer that has ended.
  struct Ended: Equatable {
    var token: UInt64
    var status: TransferStatus
    var bytes: [UInt8] = []
    /// Bytes of an OUT transfer that the device took.
    var accepted = 0
  }

  let bench: EmulatedBench
  let device: EmulatedUSBDevice
  private(set) var ended: [Ended] = []
  private var sequence: UInt32 = 0
  private var token: UInt64 = 0
  private var nonce: UInt32 = 0

  init(seed: UInt64 = 3, isConfigured: Bool = true) {
    bench = EmulatedBench(seed: seed)
    device = EmulatedUSBDevice(bench.emulator)
    if isConfigured {
      device.setConfiguration(1)
      device.setInterface(0, alternate: 0)
    }
  }

  func pass(milliseconds: Int) {
    for _ in 0..<milliseconds {
      bench.pass(milliseconds: 1)
      device.refresh()
    }
  }

  @discardableResult
  func ask(_ endpoint: ConsoleProtocol.Endpoint, _ length: Int) -> UInt64 {
    ask(address: endpoint.address, length)
  }

  @discardableResult
  func ask(address: UInt8, _ length: Int) -> UInt64 {
    token += 1
    let token = token
    device.submit(token: token, endpoint: address, length: length) {
      self.ended.append(Ended(token: token, status: $0, bytes: Array($1)))
    }
    return token
  }

  @discardableResult
  func give(_ bytes: [UInt8], to address: UInt8 = 0x01) -> UInt64 {
    token += 1
    let token = token
    bytes.withUnsafeBytes {
      device.submit(token: token, endpoint: address, data: $0) {
        self.ended.append(Ended(token: token, status: $0, accepted: $1))
      }
    }
    return token
  }

  func end(of token: UInt64) -> Ended? { ended.first { $0.token == token } }

  /// A command of the present connection, as the bytes of one transfer.
  func pdu<M: WireMessage>(_ message: M) -> [UInt8] {
    sequence += 1
    var bytes = [UInt8](repeating: 0, count: PDU.capacity)
    let length = bytes.withUnsafeMutableBytes {
      PDU.encode(message, sequence: sequence, nonce: nonce, into: $0)
    }
    return Array(bytes[..<length])
  }

  /// Identifies, and starts A-lines of `samples` samples, one a millisecond.
  func stream(samples: UInt16) throws {
    sequence = 0
    nonce = 0
    give(pdu(IdentifyRequest(hostNonce: 9, protocolVersion: ConsoleProtocol.version)))
    pass(milliseconds: 1)
    let reply = try #require(end(of: ask(.stream, 512))?.bytes)
    let opened = try reply.withUnsafeBytes { try PDU.open($0).envelope }
    nonce = opened.nonce
    give(
      pdu(
        Configure(
          pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: samples, gain: .zero,
          delay: .zero)))
    give(pdu(Start()))
    pass(milliseconds: 1)
    // The answers to both, and the first line.
    _ = try #require(end(of: ask(.stream, 1 << 16)))
  }

  /// Cuts bytes into A-lines; anything else fails the test.
  func lines(_ bytes: [UInt8]) -> [LineHeader] {
    var reader = StreamReader(capacity: bytes.count + 1)
    reader.space(atLeast: bytes.count).copyBytes(from: bytes)
    reader.wrote(bytes.count)
    var lines: [LineHeader] = []
    while let item = reader.next() {
      guard case .line(let header, _) = item else {
        Issue.record("no line: \(item)")
        return lines
      }
      lines.append(header)
    }
    return lines
  }
}
