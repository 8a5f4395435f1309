/// `warn` and `fatal` where the CPU has bus lock detection alone, as AMD's Zen 5: Linux 6.12, arch/x86/kernel/cpu/bus_lock.c,
/// handle_bus_lock. #DB comes behind the split lock of a task; nothing delays it, and guests are not seen.
///
/// The document says "warn once per task"; the code warns each time, as often as printk allows.
struct BusLockWarn: ModelledPolicy {
  let isFatal: Bool
  private var signalLog = LogLimiter()

  init(isFatal: Bool) { self.isFatal = isFatal }

  var armsCores: Bool { false }
  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {}

  func passage(of runner: Int, _ host: ModelHost) -> Passage {
    guard host.shape.detects.contains(.busLock), host.runners[runner].kind == .task else { return .free }
    return isFatal ? .asked(.trap) : .each(.busLockTrap)
  }

  mutating func busLock(_ runner: Int, _ host: inout ModelHost) {
    host.tally.busLockTraps += 1
    host.tally.sigbusTasks += 1
    host.log(&signalLog)
    host.end(runner)
  }
}
