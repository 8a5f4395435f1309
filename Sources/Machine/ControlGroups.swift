/// The control groups that this process is in (cgroups(7)).
enum ControlGroups {
  /// Folders that hold a controller's files: of the process's groups and of those above them, in version 2 and in
  /// version 1; the roots' alone where /proc does not tell, as in a container that sees its own group there.
  static func folders(_ controller: String, _ files: FileTree) -> [String] {
    let (second, first) = ("/sys/fs/cgroup", "/sys/fs/cgroup/\(controller)")
    var found = [second, first]
    // hierarchy:controllers:path; version 2 names no controllers.
    for line in (try? files.text("/proc/self/cgroup"))?.split(separator: "\n") ?? [] {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      if fields[1].isEmpty {
        found += down(fields[2], from: second)
      } else if fields[1].split(separator: ",").contains(Substring(controller)) {
        found += down(fields[2], from: first)
      }
    }
    return found
  }

  private static func down(_ path: Substring, from root: String) -> [String] {
    var folder = root
    return path.split(separator: "/").map {
      folder += "/\($0)"
      return folder
    }
  }
}
