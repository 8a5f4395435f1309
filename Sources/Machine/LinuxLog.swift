import SystemPackage

/// Linux's log, read through /dev/kmsg.
public final class LinuxLog {
  private let file: FileDescriptor

  /// Opens the log before its first record, or behind its last one.
  ///
  /// - Throws: `Unreadable`, which names the path and the reason.
  public init(fromNowOn: Bool = false) throws(Unreadable) {
    let path = "/dev/kmsg"
    do {
      file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
      if fromNowOn { try file.seek(offset: 0, from: .end) }
    } catch let error as Errno {
      throw Unreadable(path: path, reason: error.description)
    } catch {
      throw Unreadable(path: path, reason: "\(error)")
    }
  }

  deinit { try? file.close() }

  /// The messages that came since the last call and that `isOfInterest`, without their headers, oldest first.
  public func newMessages(where isOfInterest: (Substring) -> Bool) -> [String] {
    var messages: [String] = []
    // One record a read; Linux documents 8 KiB as the largest (Documentation/ABI/testing/dev-kmsg).
    let record = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 1)
    defer { record.deallocate() }
    while true {
      do {
        let length = try file.read(into: record)
        if length == 0 { break }
        let text = String(decoding: record[..<length], as: UTF8.self)
        if let message = LinuxLog.message(ofRecord: text), isOfInterest(message) {
          messages.append(String(message))
        }
      } catch Errno.brokenPipe {
        continue  // The record was overwritten while we read; the next read goes on behind it.
      } catch {
        break
      }
    }
    return messages
  }

  /// The messages about split or bus lock detection that are still in the log, or why it cannot be read.
  public static func detectionLines() -> Result<[String], Unreadable> {
    do throws(Unreadable) {
      return .success(try LinuxLog().newMessages { $0.hasPrefix(DetectionReport.prefix) })
    } catch {
      return .failure(error)
    }
  }

  /// The message of a record `priority,sequence,time,flags;message`.
  public static func message(ofRecord record: String) -> Substring? {
    guard let semicolon = record.firstIndex(of: ";") else { return nil }
    return record[record.index(after: semicolon)...].prefix { $0 != "\n" }
  }
}
