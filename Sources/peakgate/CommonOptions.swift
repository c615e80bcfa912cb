import ArgumentParser
import Logging

/// Options that every command has.
struct CommonOptions: ParsableArguments {
  @Flag(help: "Log what the program does to standard error.")
  var verbose = false

  /// A logger of diagnostics; quiet unless `--verbose`.
  func logger(_ label: String) -> Logger {
    Logger(label: "peakgate.\(label)") { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = verbose ? .debug : .warning
      return handler
    }
  }
}
