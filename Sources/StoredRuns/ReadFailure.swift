import SystemPackage

/// What could not be read, where, and what to do about it.
public struct ReadFailure: Error, CustomStringConvertible, Equatable, Sendable {
  public var file: FilePath
  /// Line in the file, from 1; nil where a whole file or folder is meant, and of JSON that says the wrong thing.
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

  /// At a byte of a file.
  init(
    _ file: FilePath, at offset: Int, in bytes: some BidirectionalCollection<UInt8>, _ what: String,
    remedy: String
  ) {
    let before = bytes.prefix(offset)
    let isLineFeed = { (byte: UInt8) in byte == UInt8(ascii: "\n") }
    let sinceLineStart = before.reversed().prefix { !isLineFeed($0) }.count
    self.init(
      file, line: before.count(where: isLineFeed) + 1, column: sinceLineStart + 1, what, remedy: remedy)
  }

  /// `file:line:column: what; remedy`.
  public var description: String {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    return "\(file)\(place): \(what); \(remedy)"
  }
}
