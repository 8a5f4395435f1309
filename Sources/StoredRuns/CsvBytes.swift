import Glibc
import SystemPackage

/// What must be true of a CSV file's bytes before its fields are looked at.
enum CsvBytes {
  /// Bytes of a table at most.
  static let limit = 2 << 30

  /// - Returns: where the header begins: behind a byte order mark, which some spreadsheets write.
  static func check(_ bytes: UnsafeBufferPointer<UInt8>, _ file: FilePath) throws(ReadFailure) -> Int {
    guard let last = bytes.last else {
      throw ReadFailure(file, line: 1, column: 1, "an empty file", remedy: "copy the run again")
    }
    if let nul = memchr(bytes.baseAddress!, 0, bytes.count) {
      throw failure(
        UnsafeRawPointer(nul) - UnsafeRawPointer(bytes.baseAddress!), "a NUL byte: this is no text",
        remedy: "copy the run again", bytes, file)
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw failure(
        error.byteOffsets.lowerBound, "not UTF-8", remedy: "save the file as UTF-8", bytes, file)
    }
    // What is cut off in the middle of a number reads as another number.
    guard last == UInt8(ascii: "\n") else {
      throw failure(
        bytes.count, "the last line does not end: the file was cut short",
        remedy: "copy the run again, or remove that line", bytes, file)
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return bytes.starts(with: mark) ? mark.count : 0
  }

  private static func failure(
    _ offset: Int, _ what: String, remedy: String, _ bytes: UnsafeBufferPointer<UInt8>, _ file: FilePath
  ) -> ReadFailure {
    let before = bytes[..<offset]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return ReadFailure(file, line: line, column: offset - lineStart + 1, what, remedy: remedy)
  }
}
