/// Turns the `snake_case` names of spec files into Swift's.
public enum SwiftName {
  /// Words that are written in capitals unless they come first.
  static let initialisms: Set<String> = ["id", "crc", "usb", "snr", "pdu", "rf"]

  static let keywords: Set<String> = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
    "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
    "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return",
    "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
  ]

  /// Whether the name is lower case letters, digits and single underscores, beginning with a letter.
  public static func isSnakeCase(_ name: String) -> Bool {
    let words = name.split(separator: "_", omittingEmptySubsequences: false)
    return words.allSatisfy { word in
      !word.isEmpty && word.utf8.allSatisfy { isLower($0) || isDigit($0) }
    } && isLower(name.utf8.first ?? 0)
  }

  /// Whether the name is letters and digits, beginning with a capital, and free for a Swift type.
  public static func isTypeName(_ name: String) -> Bool {
    guard let first = name.utf8.first, isUpper(first) else { return false }
    return name.utf8.allSatisfy { isLower($0) || isUpper($0) || isDigit($0) }
      && !["Type", "Self", "Protocol", "Any"].contains(name)
  }

  /// `decision_id` → `decisionID`; no keyword is escaped here.
  public static func member(_ snake: String) -> String {
    let words = snake.split(separator: "_").map(String.init)
    return words.prefix(1).joined() + words.dropFirst().map(capitalised).joined()
  }

  /// `muscle_wall` → `MuscleWall`.
  public static func type(_ snake: String) -> String {
    snake.split(separator: "_").map { capitalised(String($0)) }.joined()
  }

  /// The name as it stands in a declaration: a keyword goes between backticks.
  public static func declared(_ name: String) -> String {
    keywords.contains(name) ? "`\(name)`" : name
  }

  private static func capitalised(_ word: String) -> String {
    initialisms.contains(word) ? word.uppercased() : word.prefix(1).uppercased() + word.dropFirst()
  }

  private static func isLower(_ c: UInt8) -> Bool { (97...122).contains(c) }
  private static func isUpper(_ c: UInt8) -> Bool { (65...90).contains(c) }
  private static func isDigit(_ c: UInt8) -> Bool { (48...57).contains(c) }
}
