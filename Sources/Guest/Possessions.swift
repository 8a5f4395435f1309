import Glibc

/// What this process holds of what a guest is made of: what one that is gone must not have left behind.
package struct Possessions: Sendable {
  package let descriptors: Int
  /// Of vCPUs and of guests' memory, which is shared and has no file.
  package let mappings: Int
  /// Threads of ours, and those that KVM starts for a machine.
  package let threads: Int
  package let children: Int

  /// As they are now; nil where /proc does not tell.
  package init?() {
    guard let descriptors = Possessions.count("/proc/self/fd"),
      let threads = Possessions.count("/proc/self/task"),
      let maps = Possessions.text("/proc/self/maps"),
      let children = Possessions.text("/proc/thread-self/children")
    else { return nil }
    (self.descriptors, self.threads) = (descriptors, threads)
    mappings = maps.split(separator: "\n").count {
      $0.contains("kvm-vcpu") || $0.contains("/dev/zero (deleted)")
    }
    self.children = children.split(separator: " ").count
  }

  /// What there is more of than before, in words.
  package func excess(over before: Possessions) -> [(count: Int, what: String)] {
    [
      (descriptors - before.descriptors, "descriptors"), (mappings - before.mappings, "mappings"),
      (threads - before.threads, "threads"), (children - before.children, "processes"),
    ].filter { $0.0 > 0 }
  }

  private static func count(_ folder: String) -> Int? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var count = 0
    while readdir(stream) != nil { count += 1 }
    return count
  }

  private static func text(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
