import Foundation

/// Results as JUnit XML in the shape that pytest writes, which CI servers read.
///
/// Nothing but the times differs between two reports of the same runs; a time stamp is written
/// only when given.
public struct JUnitReport: Sendable {
  public var results: [ScenarioResult]
  /// Names of scenarios that were asked for but not started, as after an interrupt.
  public var notRun: [String]
  public var suite: String
  /// ISO 8601.
  public var timestamp: String?

  public init(
    _ results: [ScenarioResult], notRun: [String] = [], suite: String = "peakgate",
    timestamp: String? = nil
  ) {
    self.results = results
    self.notRun = notRun
    self.suite = suite
    self.timestamp = timestamp
  }

  public var data: Data { Data(text.utf8) }

  public var text: String {
    let failures = results.count { $0.element == .failure }
    let errors = results.count { $0.element == .error }
    let total = results.reduce(0) { $0 + ($1.wall ?? 0) }
    var counts = [
      ("name", suite), ("errors", "\(errors)"), ("failures", "\(failures)"),
      ("skipped", "\(notRun.count)"), ("tests", "\(results.count + notRun.count)"),
      ("time", Self.seconds(total)),
    ]
    if let timestamp { counts.append(("timestamp", timestamp)) }
    var lines = [
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
      "<testsuites name=\"\(XML.escape(suite)) runs\">",
    ]
    lines.append(XML.open("testsuite", counts))
    // Not indented inside: blanks there would become part of multi-line texts.
    for result in results { lines += testCase(result) }
    for name in notRun { lines += skippedCase(name) }
    lines += ["</testsuite>", "</testsuites>"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func testCase(_ result: ScenarioResult) -> [String] {
    var lines = [
      XML.open(
        "testcase",
        [
          ("classname", "\(suite).scenarios"), ("name", result.scenario),
          ("time", Self.seconds(result.wall ?? 0)),
        ]),
      "<properties>",
      XML.empty("property", [("name", "seed"), ("value", "\(result.seed)")]),
      XML.empty("property", [("name", "backend"), ("value", result.backend)]),
      "</properties>",
    ]
    if let element = result.element {
      let failures = result.failures
      let message = failures.first ?? result.outcome.rawValue
      let body = ([result.outcome.rawValue] + failures).joined(separator: "\n")
      lines.append(
        XML.open(element.rawValue, [("message", message)]) + XML.escape(body)
          + "</\(element.rawValue)>")
    }
    lines.append("<system-out>" + XML.escape(result.summary) + "</system-out>")
    lines.append("</testcase>")
    return lines
  }

  private func skippedCase(_ name: String) -> [String] {
    [
      XML.open(
        "testcase", [("classname", "\(suite).scenarios"), ("name", name), ("time", "0.000")]),
      XML.empty("skipped", [("message", "not run")]),
      "</testcase>",
    ]
  }

  private static func seconds(_ value: Double) -> String {
    String(format: "%.3f", locale: Locale(identifier: "en_US_POSIX"), value)
  }
}

private enum Element: String { case failure, error }

extension ScenarioResult {
  fileprivate var element: Element? {
    switch outcome {
    case .passed: nil
    case .failed, .unsafe: .failure
    case .error, .aborted, .interrupted: .error
    }
  }

  /// What a person wants to see of a run without opening its JSON.
  fileprivate var summary: String {
    var lines = [
      "outcome \(outcome.rawValue), seed \(seed)",
      "simulated \(VerdictValue.number(orNone: simulated)) s",
      "needle \(VerdictValue.number(orNone: needle.depth)) mm, in vein: \(needle.inVein)",
      "permits \(interlock.permits), unsafe enables \(interlock.unsafeEnables)",
      "faults \(VerdictValue.names(interlock.faults))",
      "frames \(stream.frames), lost \(stream.lost), late \(stream.late), "
        + "overruns \(stream.overruns)",
    ]
    lines += expectations.map { "\($0.outcome.rawValue) \($0.line)" }
    return lines.joined(separator: "\n")
  }
}

/// The little of XML that a report needs.
enum XML {
  static func open(_ name: String, _ attributes: [(String, String)]) -> String {
    "<\(name)\(list(attributes))>"
  }

  static func empty(_ name: String, _ attributes: [(String, String)]) -> String {
    "<\(name)\(list(attributes))/>"
  }

  private static func list(_ attributes: [(String, String)]) -> String {
    attributes.map { " \($0.0)=\"\(attribute($0.1))\"" }.joined()
  }

  /// Inside an attribute a parser would turn line ends into blanks: they are written as references.
  private static func attribute(_ text: String) -> String {
    escape(text).replacingOccurrences(of: "\n", with: "&#10;")
      .replacingOccurrences(of: "\t", with: "&#9;")
  }

  /// Text that any parser reads back. What XML 1.0 cannot hold at all is written as `#x1B`, as
  /// pytest does.
  static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\r": result += "&#13;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case _
      where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        || (0xFFFE...0xFFFF).contains(scalar.value):
        result += "#x" + String(format: "%02X", Int(scalar.value))
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
