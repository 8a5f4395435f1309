/// How much memory a program may still take.
public enum AvailableMemory {
  /// Bytes: what Linux calls available, or less where a cgroup (v2) of this process, or one above it, allows less; nil
  /// where /proc/meminfo does not tell.
  public static func bytes(_ files: FileTree = .live) -> Int? {
    guard let lines = try? files.text("/proc/meminfo").split(separator: "\n"),
      let kibibytes = lines.first(where: { $0.hasPrefix("MemAvailable:") }).flatMap({
        Int($0.filter(\.isNumber))
      })
    else { return nil }
    return ([kibibytes << 10] + cgroups(files).compactMap { left(in: $0, files) }).min()
  }

  /// Folders of the process's cgroup and of those above it; the root's where /proc does not tell.
  private static func cgroups(_ files: FileTree) -> [String] {
    let own = (try? files.text("/proc/self/cgroup"))?.split(separator: "\n").first { $0.hasPrefix("0::") }
    var path = own.map { String($0.dropFirst(3)) } ?? "/"
    var folders = ["/sys/fs/cgroup"]
    while path.count > 1 {
      folders.append("/sys/fs/cgroup" + path)
      path = String(path[..<path.lastIndex(of: "/")!])
    }
    return folders
  }

  private static func left(in folder: String, _ files: FileTree) -> Int? {
    guard let limit = files.value("\(folder)/memory.max").flatMap({ Int($0) }),
      let used = files.value("\(folder)/memory.current").flatMap({ Int($0) })
    else { return nil }
    return max(0, limit - used)
  }
}
