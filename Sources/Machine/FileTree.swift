import Glibc
import SystemPackage

/// The files of a machine, below a root that tests replace with captured text.
public struct FileTree: Sendable {
  public let root: FilePath

  public static let live = FileTree(root: "/")

  public init(root: FilePath) { self.root = root }

  /// The whole text of a file named by its absolute path on the machine.
  ///
  /// - Throws: `Unreadable`, which names the path and the reason.
  public func text(_ path: String) throws(Unreadable) -> String {
    let place = root.appending(FilePath(path).components)
    do {
      let file = try FileDescriptor.open(place, .readOnly, options: [.closeOnExec])
      defer { try? file.close() }
      var bytes: [UInt8] = []
      let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
      defer { chunk.deallocate() }
      while true {
        let count = try file.read(into: chunk)
        if count == 0 { break }
        bytes.append(contentsOf: chunk[..<count])
      }
      return String(decoding: bytes, as: UTF8.self)
    } catch let error as Errno {
      throw Unreadable(path: path, reason: error.description)
    } catch {
      throw Unreadable(path: path, reason: "\(error)")
    }
  }

  /// The text without surrounding white space, or nil where it cannot be read or is empty.
  public func value(_ path: String) -> String? {
    guard let text = try? text(path) else { return nil }
    let trimmed = text.drop(while: \.isWhitespace)
    guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    return String(trimmed[...last])
  }

  /// Names in a folder, without hidden ones; empty where it cannot be read.
  public func names(_ path: String) -> [String] {
    guard let directory = opendir(root.appending(FilePath(path).components).string) else { return [] }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { found.append(name) }
    }
    return found
  }

  /// Whether something exists at the path.
  public func exists(_ path: String) -> Bool {
    do {
      let place = root.appending(FilePath(path).components)
      try FileDescriptor.open(place, .readOnly, options: [.closeOnExec]).close()
      return true
    } catch let error as Errno {
      return error != .noSuchFileOrDirectory && error != .notDirectory
    } catch {
      return false
    }
  }
}

/// A file that could not be read.
public struct Unreadable: Error, CustomStringConvertible, Sendable {
  public let path: String
  public let reason: String
  public var description: String { "cannot read \(path): \(reason)" }
}
