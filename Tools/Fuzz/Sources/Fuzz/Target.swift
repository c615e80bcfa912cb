import ConsoleFirmware
import HardwareSpecs
import ProbeWire
import Quantities
import Recording
import SpecFiles

/// A decoder, or a reader of files, with what must hold of any input beside not crashing.
enum Target: String, CaseIterable {
  /// One PDU; the checksum is put right, so that the fields are reached.
  case pdu
  /// One PDU as it comes.
  case damaged
  /// The stream of a pipe, and the same stream in pieces.
  case stream
  /// Commands to the firmware, each with a right header, in a row.
  case firmware
  /// The strict YAML of specs and scenarios.
  case yaml
  /// A zipped or plain archive of recorded lines.
  case npz

  func decode(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    switch self {
    case .pdu: decodePDU(sealed(bytes))
    case .damaged: Array(bytes).withUnsafeBytes { open($0) }
    case .stream: decodeStream(bytes)
    case .firmware: obey(bytes)
    case .yaml: parse(bytes)
    case .npz: unpack(bytes)
    }
  }

  private func open(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    do throws(WireError) {
      let (envelope, payload) = try PDU.open(bytes)
      return UInt64(envelope.message) + decodeFields(envelope.message, payload)
    } catch {
      return 1
    }
  }

  private func decodePDU(_ pdu: [UInt8]) -> UInt64 { pdu.withUnsafeBytes { open($0) } }

  private func unpack(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    do throws(RecordingError) {
      let archive = try NumpyArchive(file: "fuzz.npz", bytes: Array(bytes))
      let lines = try RecordedLines(un0rick: archive)
      return UInt64(lines.lineCount)
    } catch {
      return 1
    }
  }

  private func parse(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(SpecFileError) {
      _ = try SpecNode.parse(text, file: "fuzz.yaml")
      return 2
    } catch {
      precondition(error.line >= 0)
      return 1
    }
  }
}

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
