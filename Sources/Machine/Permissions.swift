import Glibc

/// What this process may do, where that decides what can be measured.
public struct Permissions: Codable, Sendable, Equatable {
  public var isRoot: Bool
  /// RLIMIT_MEMLOCK in bytes; nil if unlimited.
  public var lockableBytes: UInt64?
  /// kernel.perf_event_paranoid.
  public var perfEventParanoid: Int?
  /// Why hardware counters cannot be used, nil if they can.
  public var pmuRefusal: String?
  public var kvmUsable: Bool

  public init(files: FileTree) {
    isRoot = geteuid() == 0
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit) == 0,
      limit.rlim_cur != rlim_t.max
    {
      lockableBytes = UInt64(limit.rlim_cur)
    }
    perfEventParanoid = files.value("/proc/sys/kernel/perf_event_paranoid").flatMap { Int($0) }
    pmuRefusal = Pmu.refusal(files: files)
    kvmUsable = access("/dev/kvm", R_OK | W_OK) == 0
  }
}
