import Foundation
import Scenarios
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct JUnitReportTests {
  /// A result with the outcome that its expectation and facts lead to.
  func result(
    _ name: String, _ outcome: ScenarioOutcome, failing: Bool = false
  ) -> ScenarioResult {
    let verdict = ExpectationVerdict(
      what: "time_to_align_s", limit: .range(min: nil, max: 90), value: .number(95.25),
      outcome: failing ? .failed : .passed)
    return ScenarioResult(
      scenario: name, outcome: outcome, facts: goodFacts(), seed: 7, backend: "simulated",
      wall: 0.25, expectations: [verdict])
  }

  /// What any XML parser makes of a report: names of elements, attributes, text.
  func parsed(_ report: JUnitReport) throws -> [Seen] {
    let reader = XMLReader()
    let parser = XMLParser(data: report.data)
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError)) in \(report.text)")
    return reader.seen
  }

  @Test func countsAndElementsFollowPytest() throws {
    let report = JUnitReport(
      [
        result("good", .passed), result("late", .failed, failing: true), result("bad", .unsafe),
        result("cut", .interrupted), result("broken", .error), result("gone", .aborted),
      ], notRun: ["never"])
    let seen = try parsed(report)
    #expect(seen.first?.name == "testsuites")
    let suite = try #require(seen.first { $0.name == "testsuite" }).attributes
    #expect(suite["tests"] == "7")
    #expect(suite["failures"] == "2")
    #expect(suite["errors"] == "3")
    #expect(suite["skipped"] == "1")
    #expect(suite["time"] == "1.500")
    #expect(suite["timestamp"] == nil)
    #expect(seen.count { $0.name == "testcase" } == 7)
    #expect(seen.count { $0.name == "failure" } == 2)
    #expect(seen.count { $0.name == "error" } == 3)
    #expect(seen.count { $0.name == "skipped" } == 1)
    let failure = try #require(seen.first { $0.name == "failure" })
    #expect(failure.attributes["message"] == "time_to_align_s: 95.25, expected at most 90")
    let first = try #require(seen.first { $0.name == "testcase" }).attributes
    #expect(first == ["classname": "peakgate.scenarios", "name": "good", "time": "0.250"])
  }

  @Test func hostileNamesComeBackWhole() throws {
    let name = "a <b> & \"c\" 'd' ]]> é 漢 \u{1F489}\ttab\nline\rend"
    let case_ = try #require(
      try parsed(JUnitReport([result(name, .passed)])).first { $0.name == "testcase" })
    #expect(case_.attributes["name"] == name)
  }

  @Test func controlCharactersAreSpelledOut() throws {
    let name = "bell \u{7} escape \u{1B} nul \u{0} not a character \u{FFFE}"
    let case_ = try #require(
      try parsed(JUnitReport([result(name, .passed)])).first { $0.name == "testcase" })
    #expect(case_.attributes["name"] == "bell #x07 escape #x1B nul #x00 not a character #xFFFE")
  }

  @Test func theTimeStampIsTheOneThatWasGiven() throws {
    let report = JUnitReport([result("a", .passed)], timestamp: "2024-05-06T07:08:09+00:00")
    let suite = try #require(try parsed(report).first { $0.name == "testsuite" })
    #expect(suite.attributes["timestamp"] == "2024-05-06T07:08:09+00:00")
    #expect(report.text == report.text)
  }

  @Test func aReportOfNothingIsStillAReport() throws {
    let suite = try #require(try parsed(JUnitReport([])).first { $0.name == "testsuite" })
    #expect(suite.attributes["tests"] == "0")
    #expect(suite.attributes["time"] == "0.000")
  }
}

struct Seen {
  var name: String
  var attributes: [String: String]
}

final class XMLReader: NSObject, XMLParserDelegate {
  var seen: [Seen] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    seen.append(Seen(name: name, attributes: attributes))
  }
}
