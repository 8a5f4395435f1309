/// How much memory a program may still take.
public enum AvailableMemory {
  /// Bytes: what Linux calls available, or less where a control group of this process, or one above it, allows less; nil
  /// where /proc/meminfo does not tell.
  public static func bytes(_ files: FileTree = .live) -> Int? {
    guard let lines = try? files.text("/proc/meminfo").split(separator: "\n"),
      let kibibytes = lines.first(where: { $0.hasPrefix("MemAvailable:") }).flatMap({
        Int($0.filter(\.isNumber))
      })
    else { return nil }
    let inGroups = ControlGroups.folders("memory", files).compactMap { left(in: $0, files) }
    return ([min(kibibytes, Int.max >> 10) << 10] + inGroups).min()
  }

  /// Version 2's files, or version 1's.
  private static func left(in folder: String, _ files: FileTree) -> Int? {
    for (limit, used) in [("max", "current"), ("limit_in_bytes", "usage_in_bytes")] {
      guard let limit = files.value("\(folder)/memory.\(limit)").flatMap({ Int($0) }),
        let used = files.value("\(folder)/memory.\(used)").flatMap({ Int($0) })
      else { continue }
      return max(0, limit - max(0, used))
    }
    return nil
  }
}
