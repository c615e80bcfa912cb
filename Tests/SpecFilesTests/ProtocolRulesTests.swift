import SpecFiles
import Testing

@Suite struct ProtocolRulesTests {
  struct Sample: Sendable, CustomStringConvertible {
    var message: String
    var edits: [SpecSamples.Edit]
    var description: String { "\(message): \(edits)" }
    init(_ message: String, _ edits: (String, String)...) {
      self.message = message
      self.edits = edits.map { SpecSamples.Edit($0.0, $0.1) }
    }
  }

  /// What an error says, and the edit of the project's protocol that must cause it.
  static let samples = [
    // Form
    Sample("must be ConsoleProtocol", ("namespace: ConsoleProtocol", "namespace: Wire")),
    Sample("unknown key", ("version: 1", "version: 1\nrevision: 2")),
    Sample("has no 'version'", ("version: 1\n", "")),
    Sample("has no 'doc'", (", doc: host commands}", "}")),
    Sample("has no 'source'", (#"value: 0x1209, source: "pid.codes""#, "value: 0x1209")),
    Sample("is out of range", ("value: 0x1209", "value: 0x11209")),
    Sample("only 'little' is implemented", ("byte_order: little", "byte_order: big")),
    Sample("'isochronous' is not known", ("transfer: interrupt", "transfer: isochronous")),
    Sample(
      "the type 'u24' is not known",
      ("{name: host_nonce, type: u32", "{name: host_nonce, type: u24")),
    Sample("the unit 'Hertz' is not known", ("unit: Hz, doc: pulse", "unit: Hertz, doc: pulse")),
    Sample("cannot be a name", ("name: accepted", "name: Accepted")),
    Sample("cannot name a Swift type", ("name: Disarm\n", "name: disarm\n")),
    Sample(
      "is no unsigned type", ("name: DriveMotion\n    type: u8", "name: DriveMotion\n    type: i8")),
    // Names, ids, values, bits
    Sample("the type name 'Stop' is used twice", ("name: Start\n", "name: Stop\n")),
    Sample("the type name 'Pipe' is taken", ("name: Disarm\n", "name: Pipe\n")),
    Sample("the id '3' is used twice", ("id: 0x04", "id: 0x03")),
    Sample("the id '132' is used twice", ("id: 0x83", "id: 0x84")),
    Sample(
      "the case 'advance' is used twice", ("{name: retract, value: 2", "{name: advance, value: 2")),
    Sample("the value '1' is used twice", ("{name: retract, value: 2", "{name: retract, value: 1")),
    Sample("the flag 'clipped' is used twice", ("{name: gain_settling", "{name: clipped")),
    Sample(
      "the bit '1' is used twice", ("{name: emitter_fault, bit: 2", "{name: emitter_fault, bit: 1")),
    Sample("16 is out of range", ("{name: emitter_fault, bit: 2", "{name: emitter_fault, bit: 16")),
    Sample("256 is out of range", ("{name: retract, value: 2", "{name: retract, value: 256")),
    Sample("the field 'leaseID' is used twice", ("name: lease_left", "name: lease_id")),
    Sample("the ids 0x00 and 0xFF are reserved", ("id: 0x03", "id: 0x00")),
    Sample("the ids 0x00 and 0xFF are reserved", ("id: 0x83", "id: 0xFF")),
    Sample("ids of commands are below 0x80", ("id: 0x03", "id: 0x92")),
    Sample("ids of commands are below 0x80", ("id: 0x83", "id: 0x13")),
    Sample(
      "the message has no field 'lease_lift'",
      ("brief: [trip, lease_left]", "brief: [trip, lease_lift]")),
    // Endpoints
    Sample("the command pipe runs to the console", ("address: 0x01", "address: 0x83")),
    Sample("the safety pipe runs from the console", ("address: 0x82", "address: 0x02")),
    Sample("the address '129' is used twice", ("address: 0x82", "address: 0x81")),
    Sample("the address must be 1 to 15", ("address: 0x82", "address: 0x80")),
    Sample("the address must be 1 to 15", ("address: 0x01", "address: 0x11")),
    Sample("an interrupt endpoint has an interval", (", interval: 4", "")),
    Sample("an interrupt endpoint has an interval", ("transfer: interrupt", "transfer: bulk")),
    Sample(
      "USB allows bulk packets",
      (
        "address: 0x01, transfer: bulk, max_packet: 512",
        "address: 0x01, transfer: bulk, max_packet: 500"
      )),
    Sample("'replies' is no pipe", ("{name: stream, address", "{name: replies, address")),
    Sample(
      "no endpoint carries the stream pipe", ("{name: stream, address", "{name: replies, address")),
    // Sizes and layouts
    Sample(
      "LeaseRequest takes 64 bytes",
      ("{name: lease_id, type: u32, doc: exactly", "{name: lease_id, type: ascii16, doc: exactly"),
      (
        "{name: frame_sequence, type: u32, doc: the frame",
        "{name: frame_sequence, type: u64, doc: the frame"
      ), ("pdu_max: 64", "pdu_max: 63")),
    Sample(
      "SafetyStatus takes 65 bytes",
      ("{name: temperature_cdegc, type: i16", "{name: temperature_cdegc, type: ascii16"),
      (", unit: cdegC, doc: of the board", ", doc: of the board"),
      ("{name: lease_id, type: u32, doc: the newest", "{name: lease_id, type: u16, doc: the newest")
    ),
    Sample(
      "does not fit one packet of the safety endpoint",
      ("max_packet: 64, interval", "max_packet: 32, interval")),
    Sample(
      "takes 60 bytes instead of 64", ("    - {name: reserved, type: u32, doc: always 0}\n", "")),
    Sample(
      "must begin with the fields",
      ("{name: header_length, type: u8, unit: bytes", "{name: header_length, type: i8, unit: bytes")
    ),
    Sample("must end with header_crc", ("name: header_crc", "name: header_sum")),
    Sample("must hold payload_crc", ("name: payload_crc", "name: payload_sum")),
    Sample("the PDU header is magic", ("  - {name: length, type: u8", "  - {name: size, type: u8")),
    Sample(
      "a device instant is u64", ("{name: frame_time, type: u64", "{name: frame_time, type: u32")),
    Sample("has no unit", ("type: DriveMotion, doc", "type: DriveMotion, unit: mm, doc")),
  ]

  @Test(arguments: samples) func brokenProtocolIsReported(_ sample: Sample) throws {
    let result = try SpecSamples.check(protocol: sample.edits)
    #expect(result.model == nil)
    #expect(
      result.errors.contains { $0.message.contains(sample.message) && $0.file == "protocol.yaml" },
      "\(result.errors)")
  }

  @Test func errorStandsAtTheLineOfItsCause() throws {
    let edit = SpecSamples.Edit("{name: retract, value: 2", "{name: retract, value: 1")
    let error = try #require(try SpecSamples.check(protocol: [edit]).errors.first)
    let text = try SpecSamples.text("protocol.yaml", [edit])
    #expect(try error.line == SpecSamples.line(of: "name: retract", in: text))
    #expect(try error.remedy == "first in line \(SpecSamples.line(of: "name: advance", in: text))")
  }

  @Test func errorsOfAllFilesAreReportedTogether() throws {
    let result = try SpecSamples.check(
      protocol: [.init("id: 0x04", "id: 0x03")],
      limits: [.init("\n  loop_late: {value: 15,", "\n  loop_late: {value: 30,")],
      more: ["media.yaml": "namespace: Media\nnumbers: real\nvalues: {a: {value: 1, unit: mm}}\n"])
    #expect(Set(result.errors.map(\.file)) == ["protocol.yaml", "limits.yaml", "media.yaml"])
  }

  @Test func protocolAndLimitsAreNeverOptional() throws {
    let result = SpecModel.check([], folder: "specs")
    #expect(result.model == nil)
    #expect(result.errors.map(\.file) == ["specs/protocol.yaml", "specs/limits.yaml"])
  }

  @Test func folderWithoutSpecsThrowsTheFirstError() {
    #expect(throws: SpecFileError.self) { try SpecModel.load(folder: "/nowhere/at/all") }
    let errors = SpecModel.check(folder: "/nowhere/at/all").errors
    #expect(errors.map(\.message) == ["is not there", "is not there"])
  }

  @Test func twoFilesMayNotShareANamespace() throws {
    let values = "namespace: Limits\nnumbers: real\nvalues: {a: {value: 1, unit: mm, source: s}}\n"
    let errors = try SpecSamples.check(values: values).errors
    #expect(errors.contains { $0.message == "the type name 'Limits' is used twice" })
    #expect(errors.contains { $0.message == "the namespace Limits belongs to limits.yaml" })
  }
}
