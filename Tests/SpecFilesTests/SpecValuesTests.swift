import SpecFiles
import Testing

@Suite struct SpecValuesTests {
  private static let good = """
    namespace: Media
    numbers: real
    doc: what sound runs through
    values:
      blood:
        doc: whole blood at body temperature
        sound_speed: {value: 1570, unit: m/s, source: "a book"}
        attenuation: {value: 0.14, unit: dB/cm/MHz, source: "a book"}
      gap: {range: [2.0, 9.0], unit: mm, source: "design choice"}
      title: {text: "water bath", source: "design choice"}
    """

  private func errors(_ from: String, _ to: String) throws -> [SpecFileError] {
    try #require(Self.good.contains(from))
    let text = Self.good.split(separator: from, omittingEmptySubsequences: false).joined(
      separator: to)
    return try SpecSamples.check(values: text).errors
  }

  @Test func valuesKeepTheirUnitSourceAndPlace() throws {
    let model = try #require(try SpecSamples.check(values: Self.good).model)
    let media = try #require(model.physics.first { $0.namespace == "Media" })
    let leaves = media.leaves
    #expect(
      leaves.map(\.path) == ["blood.sound_speed", "blood.attenuation", "gap", "title"])
    #expect(
      leaves.map(\.swiftName) == ["soundSpeedMPerS", "attenuationDBPerCMPerMHz", "gapMM", "title"])
    #expect(leaves[0].content == .real(1570))
    #expect(leaves[2].content == .reals(2...9))
    #expect(leaves[3].content == .text("water bath"))
    #expect(leaves[0].source == "a book")
    #expect(leaves[0].unit?.text == "m/s")
  }

  @Test func valueWithoutSourceIsAnError() throws {
    let errors = try errors(#", source: "a book"}"#, "}")
    #expect(errors.map(\.message) == ["has no 'source'", "has no 'source'"])
    #expect(errors.first?.key == "values.blood.sound_speed")
    #expect(errors.first?.line == 7)
    #expect(errors.first?.file == "media.yaml")
  }

  @Test func emptySourceIsAnError() throws {
    #expect(try errors(#"source: "a book""#, #"source: """#).first?.message == "is empty")
  }

  @Test func valueWithoutUnitIsAnError() throws {
    #expect(try errors("unit: m/s, ", "").first?.message == "has no 'unit'")
  }

  @Test func unknownUnitNamesFileLineAndKey() throws {
    let error = try #require(try errors("unit: mm,", "unit: mmm,").first)
    #expect(error.description.hasPrefix("media.yaml:9:"))
    #expect(error.key == "values.gap.unit")
    #expect(error.message == "the unit 'mmm' is not known")
    #expect(error.remedy?.hasPrefix("did you mean") == true)
  }

  @Test(arguments: [".nan", ".inf", "wide", "\"1570\""])
  func valueThatIsNoFiniteNumberIsAnError(_ text: String) throws {
    #expect(try errors("1570", text).first?.key == "values.blood.sound_speed.value")
  }

  @Test(arguments: ["[9.0, 2.0]", "[2.0]", "[2.0, 9.0, 10.0]", "2.0", "[2.0, .nan]"])
  func rangeMustBeTwoNumbersInOrder(_ text: String) throws {
    #expect(try errors("[2.0, 9.0]", text).count == 1)
  }

  @Test func unknownKeyOfAValueSuggestsTheNearest() throws {
    let errors = try errors("unit: mm, source", "unit: mm, sorce")
    #expect(errors.map(\.message).contains("unknown key"))
    #expect(errors.compactMap(\.remedy).contains("did you mean 'source'?"))
  }

  @Test func allErrorsOfAFileAreReported() throws {
    let text = """
      namespace: media
      numbers: real
      values:
        a: {value: x, unit: mm, source: s}
        b: {value: 1, unit: furlong, source: s}
        c: {value: 1, unit: mm}
        d: 4
        Bad: {value: 1, unit: mm, source: s}
        e: {}
      """
    let lines = try SpecSamples.check(values: text).errors.map(\.line)
    #expect(Set(lines) == [1, 4, 5, 6, 7, 8, 9])
  }

  @Test func namesThatMeetInSwiftAreAnError() throws {
    let meet = try errors("  gap:", "  gap_m_m: {value: 1, unit: ratio, source: s}\n  gap:")
    #expect(meet.map(\.message) == ["the Swift name 'gapMM' is used twice"])
    let nested = try errors(
      "    sound_speed:", "    sound_speed_m: {value: 1, unit: 1/s, source: s}\n    sound_speed:")
    #expect(nested.first?.message == "the Swift name 'soundSpeedMPerS' is used twice")
  }

  @Test func wholeNumbersMustFitTheirType() throws {
    let text = """
      namespace: Counts
      numbers: integer
      values:
        fits: {value: 2147483647, unit: um, source: s}
        too_long: {value: 2147483648, unit: um, source: s}
        too_late: {value: 10000000000, unit: s, source: s}
        half: {value: 0.5, unit: um, source: s}
        range: {range: [1, 5], unit: frames, source: s}
      """
    let errors = try SpecSamples.check(values: text).errors
    #expect(errors.map(\.line) == [5, 6, 7])
    #expect(errors.first?.message == "2147483648 um does not fit Micrometres")
  }

  @Test func missingPhysicsFilesAreNoError() throws {
    let result = try SpecSamples.check()
    #expect(result.errors == [])
    #expect(result.model?.physics.isEmpty == true)
  }
}
