import BenchWorld
import ControlRuntime
import HardwareSpecs
import ProbeWire
import Scenarios

/// Puts right what keeps a changed input from being looked into: lengths and checksums.

/// The setup that journals of this program were recorded with.
let fuzzSetup = BenchAssembly.setup(for: WorldParameters())

/// A PDU whose magic, id, length and checksum are right, with the bytes for the rest.
func sealed(_ bytes: some Collection<UInt8>) -> [UInt8] {
  let known = (UInt8.min...UInt8.max).filter { ConsoleProtocol.payloadBytes(of: $0) != nil }
  let message = known[Int(bytes.first ?? 0) % known.count]
  let body = ConsoleProtocol.headerBytes + ConsoleProtocol.payloadBytes(of: message)!
  var pdu = [UInt8](repeating: 0, count: body + ConsoleProtocol.crcBytes)
  for (index, byte) in bytes.dropFirst().prefix(body - 4).enumerated() { pdu[4 + index] = byte }
  pdu[0] = UInt8(ConsoleProtocol.magic & 0xFF)
  pdu[1] = UInt8(ConsoleProtocol.magic >> 8)
  pdu[2] = message
  pdu[3] = UInt8(pdu.count)
  let crc = pdu.withUnsafeBytes { Checksum.pdu(UnsafeRawBufferPointer(rebasing: $0[..<body])) }
  for index in 0..<4 { pdu[body + index] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * index)) }
  return pdu
}

/// A journal whose header is right, and whose records end where they say, with their checksum.
func sealedJournal(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
  var file = Array(bytes)
  let header = JournalRecord.header
  file.replaceSubrange(..<min(header.count, file.count), with: header)
  var start = header.count
  while start + 8 <= file.count {
    let stated = Int(file[start]) | Int(file[start + 1]) << 8
    let length = min(max(stated, 8), file.count - start)
    file[start] = UInt8(length & 0xFF)
    file[start + 1] = UInt8(length >> 8 & 0xFF)
    let end = start + length - 4
    let crc = file.withUnsafeBytes {
      Checksum.line(UnsafeRawBufferPointer(rebasing: $0[start..<end]))
    }
    for index in 0..<4 { file[end + index] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * index)) }
    start += length
  }
  return file
}
