import CHost
import Glibc

/// Whether and how this process can count hardware events on one CPU.
public struct Pmu: Sendable, Equatable {
  /// perf's type number of the PMU that covers the CPU.
  public var type: UInt32
  /// Event that counts bus locks, if one is known for this core.
  public var busLocks: PmuEvent?

  /// perf's config of the cycle counter (PERF_COUNT_HW_CPU_CYCLES). On hybrid machines the PMU's type stands in its
  /// upper half (PERF_PMU_TYPE_SHIFT), or only performance cores would count.
  public var cyclesConfig: UInt64 { type == Pmu.rawType ? 0 : UInt64(type) << 32 }

  /// perf's generic type for raw events of the only core PMU (PERF_TYPE_RAW).
  public static let rawType: UInt32 = 4

  /// Finds the PMU of `cpu`: hybrid machines have one for each kind of core, which names its CPUs.
  public init(cpu: LogicalCpu, processor: ProcessorIdentity, files: FileTree) {
    busLocks = PmuEvent.busLocks(processor, kind: cpu.coreKind)
    type = Pmu.rawType
    for name in ["cpu_core", "cpu_atom", "cpu_lowpower"] {
      let folder = "/sys/bus/event_source/devices/\(name)"
      guard let list = files.value(folder + "/cpus"), let selection = try? CpuSelection(list),
        selection.mentions(cpu.id),
        let number = files.value(folder + "/type").flatMap({ UInt32($0) })
      else { continue }
      type = number
      // Low-power cores are Crestmont, which has no such event, whatever the other efficiency cores are.
      if name == "cpu_lowpower" { busLocks = nil }
    }
  }

  /// Why counting is refused on the calling thread, or nil if a cycle counter can be opened.
  public static func refusal(files: FileTree) -> String? {
    let hardware: UInt32 = 0  // PERF_TYPE_HARDWARE, event 0: PERF_COUNT_HW_CPU_CYCLES
    let counter = chost_perf_open(hardware, 0, 0, -1)
    if counter >= 0 {
      close(counter)
      return nil
    }
    switch -counter {
    case ENOENT, EOPNOTSUPP, ENODEV:
      return "this machine offers no hardware counters: in a guest, ask for a virtual PMU"
    case EACCES, EPERM:
      return forbidden(files: files, isRoot: geteuid() == 0)
    case ENOSYS:
      return "this Linux has no perf_event_open"
    default:
      return "perf_event_open failed: " + String(cString: strerror(-counter))
    }
  }

  /// Why Linux says no, with what helps: up to level 2 everyone may count its own work, and root always (Linux,
  /// Documentation/admin-guide/sysctl/kernel.rst); where that does not help, something else has refused the call.
  static func forbidden(files: FileTree, isRoot: Bool) -> String {
    let level = files.value("/proc/sys/kernel/perf_event_paranoid")
    let isAllowed = isRoot || level.flatMap { Int($0) }.map { $0 <= 2 } ?? false
    return "perf_event_open is not permitted (perf_event_paranoid is \(level ?? "unreadable")): "
      + (isAllowed
        ? "let the seccomp filter, of a container for one, pass perf_event_open, or grant CAP_PERFMON"
        : "set it to 2 or lower, or grant CAP_PERFMON")
  }
}

extension CpuSelection {
  /// Whether a range of the selection names this CPU.
  func mentions(_ cpu: Int) -> Bool {
    terms.contains { term in
      if case .range(let first, let last, let step) = term {
        return stride(from: first, through: last, by: step).contains(cpu)
      }
      return term == .all
    }
  }
}
