import SystemPackage

/// What could not be read, where, and what to do about it.
public struct ReadFailure: Error, CustomStringConvertible, Equatable, Sendable {
  public var file: FilePath
  /// Line in the file, from 1; nil where the whole file or folder is meant, and of JSON that is whole but says the wrong thing.
  public var line: Int?
  /// Byte in the line, from 1; 1 where the whole line is meant.
  public var column: Int?
  public var what: String
  public var remedy: String

  public init(
    _ file: FilePath, line: Int? = nil, column: Int? = nil, _ what: String, remedy: String
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.what = what
    self.remedy = remedy
  }

  /// `file:line:column: what; remedy`.
  public var description: String {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    return "\(file)\(place): \(what); \(remedy)"
  }
}
