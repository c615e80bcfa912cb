import ConsoleFirmware
import EmulatedUSB
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
  /// A scenario file.
  case scenario
  /// One of the files of HardwareSpecs.
  case spec
  /// A zipped or plain archive of recorded lines.
  case npz
  /// A journal, and the same with the lengths and checksums of its records put right.
  case journal
  /// The lines of a rig's link, for a console whose time they let pass.
  case rig
  /// What a peer says over USB/IP to a console.
  case usbip
  /// What a peer says over usbredir to a console.
  case usbredir

  func decode(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    switch self {
    case .pdu: decodePDU(sealed(bytes))
    case .damaged: Array(bytes).withUnsafeBytes { open($0) }
    case .stream: decodeStream(bytes)
    case .firmware: obey(bytes)
    case .yaml: parse(bytes)
    case .scenario: readScenario(bytes)
    case .spec: readSpec(bytes)
    case .npz: unpack(bytes)
    case .journal: replayJournal(bytes)
    case .rig: serveRig(bytes)
    case .usbip: converse(bytes) { try USBIPServer.addHandlers(to: $0, [$1]) { _ in } }
    case .usbredir: converse(bytes) { try USBRedirServer.addHandlers(to: $0, $1) { _ in } }
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
}
