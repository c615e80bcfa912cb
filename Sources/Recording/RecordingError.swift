/// Why a recording cannot be used: which file, what is wrong, what to do about it.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  public var what: String
  public var remedy: String

  public init(file: String, what: String, remedy: String) {
    self.file = file
    self.what = what
    self.remedy = remedy
  }

  public var description: String { "\(file): \(what); \(remedy)" }
}
