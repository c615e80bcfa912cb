import Foundation
import SpecFiles
import Testing

@Suite struct SpecNodeTests {
  private func error(_ body: () throws -> Void) -> SpecFileError? {
    do {
      try body()
      return nil
    } catch {
      return error as? SpecFileError
    }
  }

  private func node(_ text: String) throws -> SpecNode {
    try SpecNode.parse(text, file: "sample.yaml")
  }

  private func member(_ text: String, _ keys: String...) throws -> SpecNode {
    var node = try node(text)
    for key in keys {
      node = try #require(try node.pairs().first { $0.key == key }?.value)
    }
    return node
  }

  @Test func errorNamesFileLineColumnAndKey() throws {
    let node = try member("a: 1\nworld:\n  anatomy:\n    gap: wide\n", "world", "anatomy", "gap")
    let error = try #require(error { _ = try node.double() })
    #expect(error.description.hasPrefix("sample.yaml:4:10: world.anatomy.gap: must be a finite"))
  }

  @Test func unknownKeySuggestsTheNearestAndPointsAtTheKey() throws {
    let node = try node("speed: 1\nseparatoin_mm:\n  deep: 1\n")
    let error = try #require(
      error { _ = try node.map(allowing: ["speed", "separation_mm", "bearing_deg"]) })
    #expect(error.line == 2)
    #expect(error.column == 1)
    #expect(error.key == "separatoin_mm")
    #expect(error.message == "unknown key")
    #expect(error.remedy == "did you mean 'separation_mm'?")
  }

  @Test func unknownKeyFarFromAllListsThem() throws {
    let node = try node("zzzzzzzz: 1\n")
    let error = try #require(error { _ = try node.map(allowing: ["speed", "gap"]) })
    #expect(error.remedy == "known here: speed, gap")
  }

  @Test func duplicateKeyIsAnErrorThatNamesItsLineAndKey() throws {
    let error = try #require(error { _ = try node("x: 0\na:\n  b: 1\n  c: 2\n  b: 3\n") })
    #expect(error.key == "b")
    #expect(error.line == 3)
    #expect(error.message.contains("twice"))
  }

  @Test(arguments: [
    "nan", ".nan", ".inf", "-.inf", "inf", "1e999", "", "1,5", "0..1", "\"1\"", "[]",
  ])
  func whatIsNoFiniteNumberIsRefused(_ text: String) throws {
    let node = try member("x: \(text)\n", "x")
    #expect(error { _ = try node.double() }?.message.contains("finite number") == true)
  }

  @Test(arguments: ["1.5", "0x", "0xG", "1e3", "nan", "\"7\"", "99999999999999999999", "true"])
  func whatIsNoWholeNumberIsRefused(_ text: String) throws {
    let node = try member("x: \(text)\n", "x")
    #expect(error { _ = try node.int() }?.message.contains("whole number") == true)
  }

  @Test func numbersReadAsWritten() throws {
    #expect(try member("x: 0x4750", "x").int() == 0x4750)
    #expect(try member("x: -600", "x").int() == -600)
    #expect(try member("x: 1.5e-3", "x").double() == 0.0015)
  }

  @Test func numberOutsideItsRangeIsRefusedAndTheEndsAreNot() throws {
    #expect(try member("x: 2", "x").double(in: 2...9) == 2)
    #expect(try member("x: 9", "x").double(in: 2...9) == 9)
    let node = try member("x: 9.1", "x")
    #expect(error { _ = try node.double(in: 2...9) }?.remedy == "use 2.0 to 9.0")
  }

  @Test(arguments: ["yes", "True", "1", "\"true\""])
  func onlyTrueAndFalseAreBooleans(_ text: String) throws {
    let node = try member("x: \(text)\n", "x")
    #expect(error { _ = try node.bool() } != nil)
  }

  @Test func wrongKindOfNodeIsRefused() throws {
    let list = try member("x: [1, 2]", "x")
    #expect(error { _ = try list.pairs() }?.message == "must be a map of keys and values")
    #expect(error { _ = try list.string() }?.message == "must be text")
    #expect(error { _ = try list.list()[0].list() }?.key == "x[0]")
  }

  @Test func unknownChoiceSuggestsTheNearest() throws {
    enum Medium: String, CaseIterable { case blood, saline }
    let node = try member("x: blod", "x")
    #expect(error { _ = try node.oneOf(Medium.self) }?.remedy == "did you mean 'blood'?")
    #expect(try member("x: saline", "x").oneOf(Medium.self) == .saline)
  }

  @Test(arguments: ["", "# only a comment\n", "\n\n"])
  func emptyFileIsAnError(_ text: String) throws {
    #expect(error { _ = try node(text) }?.message == "is empty")
  }

  @Test(arguments: ["a: [1, 2\n", "a: 1\n b: 2\n", "a: 'open\n", "\tb: 1\n", "a: {b: 1"])
  func brokenYAMLNamesItsFileAndLine(_ text: String) throws {
    let error = try #require(error { _ = try node(text) })
    #expect(error.file == "sample.yaml")
    #expect((1...3).contains(error.line))
    #expect(!error.message.isEmpty)
  }

  /// What is expanded unseen is not where an error says it is, and can grow without bound.
  @Test(arguments: ["a: &x {b: 1}\nc: *x\n", "a: &x 1\n", "- &x [1]\n- *x\n", "&x a: 1\n"])
  func anchorsAndAliasesAreRefused(_ text: String) throws {
    let error = try #require(error { _ = try node(text) })
    #expect(error.message == "YAML anchors and aliases are not used here")
    #expect(error.line == 1)
  }

  @Test func keyThatIsNoWordIsRefused() throws {
    let error = try #require(error { _ = try node("a: 1\n[b, c]: 2\n") })
    #expect(error.message == "a key must be a word")
    #expect(error.line == 2)
  }

  @Test func fileThatIsNotUTF8IsAnError() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("spec-\(ProcessInfo.processInfo.processIdentifier).yaml")
    try Data([0x61, 0x3A, 0x20, 0xFF, 0xFE, 0x0A]).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let error = try #require(error { _ = try SpecNode.load(file: file.path) })
    #expect(error.message == "is not UTF-8 text")
    #expect(error.file == file.path)
  }

  @Test func absentFileIsAnErrorWithARemedy() throws {
    let error = try #require(error { _ = try SpecNode.load(file: "/nowhere/at/all.yaml") })
    #expect(error.message == "cannot be read")
    #expect(error.remedy != nil)
  }
}
