/// How much memory a program may still take.
public enum AvailableMemory {
  /// Bytes: what Linux calls available, or less where a cgroup (v2) allows less; nil where /proc/meminfo does not tell.
  public static func bytes(_ files: FileTree = .live) -> Int? {
    guard let lines = try? files.text("/proc/meminfo").split(separator: "\n"),
      let kibibytes = lines.first(where: { $0.hasPrefix("MemAvailable:") }).flatMap({
        Int($0.filter(\.isNumber))
      })
    else { return nil }
    guard let limit = files.value("/sys/fs/cgroup/memory.max").flatMap({ Int($0) }),
      let used = files.value("/sys/fs/cgroup/memory.current").flatMap({ Int($0) })
    else { return kibibytes << 10 }
    return min(kibibytes << 10, max(0, limit - used))
  }
}
