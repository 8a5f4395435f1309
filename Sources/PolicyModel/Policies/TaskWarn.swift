/// `warn` of Linux 5.7 to 5.18: 6650cdd9a8cc, arch/x86/kernel/cpu/intel.c, split_lock_warn and switch_to_sld.
///
/// A task that took a split lock gets TIF_SLD: its core's detection is off whenever it runs. The bit is the core's, the flag the task's: an SMT
/// sibling that switches the bit back on makes the task trap again.
struct TaskWarn: ModelledPolicy {
  private var isFlagged: Set<Int> = []
  private var log = LogLimiter()

  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {
    guard host.runners[runner].kind != .driver else { return host.oops(runner) }
    isFlagged.insert(runner)
    host.log(&log)
    host.write(false, cpu: host.runners[runner].cpu)
  }

  mutating func switchedIn(_ runner: Int, _ host: inout ModelHost) {
    if isFlagged.contains(runner) { host.write(false, cpu: host.runners[runner].cpu) }
  }

  mutating func switchedOut(_ runner: Int, _ host: inout ModelHost) {
    if isFlagged.contains(runner) { host.write(true, cpu: host.runners[runner].cpu) }
  }
}
