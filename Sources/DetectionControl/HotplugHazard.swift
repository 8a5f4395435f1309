import Glibc
import Machine

/// What taking a CPU offline does to others for good, even where it comes back.
public enum HotplugHazard {
  /// CPUs that Linux can take offline here: those with a switch, which CPU 0 usually lacks.
  public static func removable(_ topology: Topology, _ files: FileTree) -> [Int] {
    topology.cpus.map(\.id).filter { files.exists(ControlledMachine.online($0)) }
  }

  /// Why these CPUs must not go without `--force`; empty where nothing speaks against it.
  public static func obstacles(_ cpus: [Int], _ files: FileTree) -> [String] {
    [cpusets(files)].compactMap { $0 } + boundTasks(cpus, files)
  }

  /// A cpuset of control groups version 1 loses a CPU that goes offline and never gets it back
  /// (Documentation/admin-guide/cgroup-v1/cpusets.rst). Linux counts the root group as well.
  private static func cpusets(_ files: FileTree) -> String? {
    let line = files.value("/proc/cgroups")?.split(separator: "\n")
      .map { $0.split(whereSeparator: \.isWhitespace) }.first { $0.first == "cpuset" }
    guard let line, line.count > 2, line[1] != "0", let groups = Int(line[2]), groups > 1 else { return nil }
    return "\(groups - 1) cpuset control groups of version 1 would lose the CPU for good"
  }

  /// A task that may run on one CPU alone is let onto all others when that goes, and not called back
  /// (kernel/sched/core.c, select_fallback_rq).
  private static func boundTasks(_ cpus: [Int], _ files: FileTree) -> [String] {
    let processes = files.names("/proc").compactMap { Int($0) }.filter { $0 != Int(getpid()) }.sorted()
    let bound = processes.filter { process in
      files.names("/proc/\(process)/task").contains {
        onlyCpu(status: "/proc/\(process)/task/\($0)/status", files).map(cpus.contains) ?? false
      }
    }
    guard !bound.isEmpty else { return [] }
    let names = bound.map { "\($0) (\(files.value("/proc/\($0)/comm") ?? "unknown"))" }
    return [
      "processes bound to CPU \(CpuSelection.ranges(cpus)) would be let onto all others for good: "
        + names.joined(separator: ", ")
    ]
  }

  /// The one CPU that a task may run on. Linux's own threads, which it parks itself, have no memory.
  private static func onlyCpu(status path: String, _ files: FileTree) -> Int? {
    guard let lines = files.value(path)?.split(separator: "\n"),
      lines.contains(where: { $0.hasPrefix("VmSize:") }),
      let allowed = lines.first(where: { $0.hasPrefix("Cpus_allowed_list:") })
    else { return nil }
    return allowed.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
  }

  /// For the person who gave leave.
  public static let warning =
    "taking a CPU offline moves its tasks and interrupts to others; interrupts do not move back by themselves, and perf's counting on that CPU ends"
}
