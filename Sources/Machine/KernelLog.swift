import SystemPackage

/// Linux's log, read through /dev/kmsg.
public enum KernelLog {
  /// The messages about split or bus lock detection that are still in the log, oldest first.
  ///
  /// - Returns: the text after the record header, or why the log cannot be read.
  public static func detectionLines() -> Result<[String], Unreadable> {
    let path = "/dev/kmsg"
    do {
      let log = try FileDescriptor.open(
        FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
      defer { try? log.close() }
      var lines: [String] = []
      // One record a read; Linux documents 8 KiB as the largest (Documentation/ABI/testing/dev-kmsg).
      let record = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 1)
      defer { record.deallocate() }
      while true {
        do {
          let length = try log.read(into: record)
          if length == 0 { break }
          let text = String(decoding: record[..<length], as: UTF8.self)
          if let line = detectionLine(inRecord: text) { lines.append(line) }
        } catch Errno.brokenPipe {
          continue  // The record was overwritten while we read; the next read goes on behind it.
        } catch Errno.wouldBlock {
          break
        }
      }
      return .success(lines)
    } catch let error as Errno {
      return .failure(Unreadable(path: path, reason: error.description))
    } catch {
      return .failure(Unreadable(path: path, reason: "\(error)"))
    }
  }

  /// The message of a record `priority,sequence,time,flags;message`, if it is about detection.
  static func detectionLine(inRecord record: String) -> String? {
    guard let semicolon = record.firstIndex(of: ";") else { return nil }
    let message = record[record.index(after: semicolon)...].prefix { $0 != "\n" }
    guard message.hasPrefix("x86/split lock detection:") else { return nil }
    return String(message)
  }
}
