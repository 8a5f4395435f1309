import Glibc
import SystemPackage

/// The bytes of a CSV file, of which is known that they are UTF-8 without NUL and end in a line feed.
struct CsvText {
  /// Bytes of a table at most.
  static let limit = 2 << 30

  let file: FilePath
  let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>, of file: FilePath) throws(ReadFailure) {
    self.file = file
    self.bytes = bytes
    guard let last = bytes.last else {
      throw failure(at: 0, "an empty file", remedy: "copy the run again")
    }
    if let nul = memchr(bytes.baseAddress!, 0, bytes.count) {
      throw failure(
        at: UnsafeRawPointer(nul) - UnsafeRawPointer(bytes.baseAddress!), "a NUL byte: this is no text",
        remedy: "copy the run again")
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw failure(at: error.byteOffsets.lowerBound, "not UTF-8", remedy: "save the file as UTF-8")
    }
    // What is cut off in the middle of a number reads as another number.
    guard last == UInt8(ascii: "\n") else {
      throw failure(
        at: bytes.count, "the last line does not end: the file was cut short",
        remedy: "copy the run again, or remove that line")
    }
  }

  /// Where the header begins: behind a byte order mark, which some spreadsheets write.
  var start: Int {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return bytes.starts(with: mark) ? mark.count : 0
  }

  var lineCount: Int {
    var count = 0
    var start = UnsafeRawPointer(bytes.baseAddress!)
    let end = start + bytes.count
    while let found = memchr(start, Int32(UInt8(ascii: "\n")), end - start) {
      count += 1
      start = UnsafeRawPointer(found) + 1
    }
    return count
  }

  /// An error with the line and column of a byte.
  func failure(at offset: Int, _ what: String, remedy: String) -> ReadFailure {
    ReadFailure(file, at: offset, in: bytes, what, remedy: remedy)
  }
}
