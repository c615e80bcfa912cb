import HardwareSpecs
import InterlockOracle
import ProbeWire

/// A whole PDU of every message that the protocol has, with payloads at random.
///
/// The decoder proves the checksum before it looks at any field, so any payload will do.
struct SampleMessage {
  var message: UInt8
  var bytes: [UInt8]

  static func all(seed: UInt64) -> [SampleMessage] {
    var random = SeededStream(seed: seed)
    return (UInt8.min...UInt8.max).compactMap { id in
      guard let payload = ConsoleProtocol.payloadBytes(of: id) else { return nil }
      let length = ConsoleProtocol.headerBytes + payload + ConsoleProtocol.crcBytes
      var bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      bytes[0] = UInt8(ConsoleProtocol.magic & 0xFF)
      bytes[1] = UInt8(ConsoleProtocol.magic >> 8)
      bytes[2] = id
      bytes[3] = UInt8(length)
      seal(&bytes)
      return SampleMessage(message: id, bytes: bytes)
    }
  }

  /// Writes the checksum over all before it.
  static func seal(_ bytes: inout [UInt8]) {
    let body = bytes.count - ConsoleProtocol.crcBytes
    let crc = bytes.withUnsafeBytes { Checksum.pdu(UnsafeRawBufferPointer(rebasing: $0[..<body])) }
    for i in 0..<4 { bytes[body + i] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * i)) }
  }
}

/// Whether the real decoder takes the bytes.
func isAccepted(_ bytes: UnsafeRawBufferPointer) -> Bool {
  do throws(WireError) {
    _ = try PDU.open(bytes)
    return true
  } catch {
    return false
  }
}
