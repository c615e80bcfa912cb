/// What is wrong with a file that a person wrote: where, which key, what, and what to do.
///
/// Prints as `file:line:column: key: message; remedy`, the shape that editors jump to.
public struct SpecFileError: Error, CustomStringConvertible, Equatable, Sendable {
  public var file: String
  public var line: Int
  public var column: Int
  public var key: String
  public var message: String
  public var remedy: String?

  public init(
    file: String, line: Int, column: Int, key: String, message: String, remedy: String? = nil
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.message = message
    self.remedy = remedy
  }

  public var description: String {
    let place = key.isEmpty ? "" : " \(key):"
    let hint = remedy.map { "; \($0)" } ?? ""
    return "\(file):\(line):\(column):\(place) \(message)\(hint)"
  }
}
