import SpecFiles
import Testing

@Suite struct CanonicalFormTests {
  private func hash(_ text: String) throws -> UInt64 {
    CanonicalForm.hash(
      of: CanonicalForm.text(of: [("sample", try SpecNode.parse(text, file: "sample.yaml"))]))
  }

  private func hash(
    protocol protocolEdits: [SpecSamples.Edit] = [], limits: [SpecSamples.Edit] = [],
    more: [String: String] = [:]
  ) throws -> UInt64 {
    let result = try SpecSamples.check(protocol: protocolEdits, limits: limits, more: more)
    return try #require(result.model, "\(result.errors)").hash
  }

  @Test func hashIsFNV1a() {
    // The published values of the empty text, of "a" and of "foobar".
    #expect(CanonicalForm.hash(of: "") == 0xCBF2_9CE4_8422_2325)
    #expect(CanonicalForm.hash(of: "a") == 0xAF63_DC4C_8601_EC8C)
    #expect(CanonicalForm.hash(of: "foobar") == 0x8594_4171_F739_67E8)
  }

  @Test(arguments: [
    "# a comment\na: 1\nb: {c: x, d: [1, 2]}\n",
    "b:\n  d:\n    - 1\n    - 2\n  c: x\na:    1\n",
    "a: 0x1\nb: {d: [1, 2], c: \"x\"} # after it\n",
    "a: 1\nb: {c: x, d: [1, 2], doc: what it is, source: where from}\n",
    "a: 1\nb: {c: x, d: [1, 2], brief: [c]}\n",
  ])
  func layoutCommentsAndOrderOfKeysDoNotCount(_ text: String) throws {
    #expect(try hash(text) == hash("a: 1\nb: {c: x, d: [1, 2]}\n"))
  }

  @Test(arguments: [
    "a: 2\nb: {c: x, d: [1, 2]}\n", "a: 1\nb: {c: y, d: [1, 2]}\n", "a: 1\nb: {c: x, d: [2, 1]}\n",
    "a: 1\nb: {c: x, d: [1, 2, 3]}\n", "a: 1\nb: {e: x, d: [1, 2]}\n", "a: 1\nb: {d: [1, 2]}\n",
  ])
  func everyChangeOfAValueCounts(_ text: String) throws {
    #expect(try hash(text) != hash("a: 1\nb: {c: x, d: [1, 2]}\n"))
  }

  @Test func changeOfALimitOrItsUnitOrAFieldChangesTheHash() throws {
    let base = try hash()
    let changed = [
      try hash(limits: [.init("\n  dwell: {value: 500,", "\n  dwell: {value: 501,")]),
      try hash(limits: [
        .init("\n  dwell: {value: 500, unit: ms", "\n  dwell: {value: 500, unit: s")
      ]),
      try hash(protocol: [.init("version: 1\n", "version: 2\n")]),
      try hash(protocol: [.init("name: supply_mv, type: u16", "name: supply_mv, type: i16")]),
      try hash(protocol: [.init("{name: retract, value: 2", "{name: retract, value: 3")]),
    ]
    #expect(Set(changed + [base]).count == changed.count + 1)
  }

  @Test func commentsSourcesAndPhysicsLeaveTheHash() throws {
    let base = try hash()
    #expect(try hash(limits: [.init("\n  # Signal", "\n\n  # Levels\n")]) == base)
    #expect(try hash(limits: [.init("design choice", "a measurement")]) == base)
    let media = "namespace: Media\nnumbers: real\nvalues: {a: {value: 1, unit: mm, source: s}}\n"
    #expect(try hash(more: ["media.yaml": media]) == base)
  }
}
