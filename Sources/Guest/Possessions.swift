import Machine

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
    let files = FileTree.live
    (descriptors, threads) = (files.names("/proc/self/fd").count, files.names("/proc/self/task").count)
    guard descriptors > 0, threads > 0, let maps = try? files.text("/proc/self/maps"),
      let children = try? files.text("/proc/thread-self/children")
    else { return nil }
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
}
