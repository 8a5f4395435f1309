/// How much CPU time the control groups of this process leave it.
enum CpuQuota {
  /// In CPUs, such as 0.2: what the strictest group allows; nil where none limits it.
  static func cpus(_ files: FileTree) -> Double? {
    ControlGroups.folders("cpu", files).compactMap { cpus(in: $0, files) }.min()
  }

  /// Version 2's `cpu.max`, quota and period, or version 1's two files (Documentation/scheduler/sched-bwc.rst); no number, or
  /// -1, is no limit.
  private static func cpus(in folder: String, _ files: FileTree) -> Double? {
    let words =
      files.value("\(folder)/cpu.max")?.split(separator: " ").map(String.init)
      ?? ["quota", "period"].compactMap { files.value("\(folder)/cpu.cfs_\($0)_us") }
    guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0, period > 0
    else { return nil }
    return Double(quota) / Double(period)
  }
}
