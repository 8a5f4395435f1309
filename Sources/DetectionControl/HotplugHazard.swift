import Glibc
import Machine
import SystemPackage

/// What taking a CPU offline does to others for good, even where it comes back.
public enum HotplugHazard {
  /// CPUs that Linux can take offline here: those with a switch, which CPU 0 usually lacks.
  public static func removable(_ topology: Topology, _ files: FileTree) -> [Int] {
    topology.cpus.map(\.id).filter { files.exists(ControlledMachine.online($0)) }
  }

  /// Why it must not be done without `--force`; nil where nothing speaks against it.
  ///
  /// Under cgroup v1 a cpuset loses a CPU that goes offline and never gets it back (Documentation/admin-guide/cgroup-v1/cpusets.rst).
  public static func obstacle(_ files: FileTree) -> String? {
    let folder = "/sys/fs/cgroup/cpuset"
    let sets = files.folders(folder).count
    return sets == 0
      ? nil
      : "\(sets) cpuset control groups of version 1 (\(folder)) would lose the CPU for good"
  }

  /// For the person who gave leave.
  public static let warning =
    "taking a CPU offline moves its tasks and interrupts to others; interrupts do not move back by themselves"
}
