/// `warn` of Linux 5.19 and later: arch/x86/kernel/cpu/intel.c (bus_lock.c since 6.12), split_lock_warn.
///
/// "Make life miserable for split lockers", 5.19 (b041b525dab9): #AC puts the task to sleep for 10 ms, has it wait for the one semaphore of the host, and then takes detection off its core for two jiffies, in which
/// whoever runs there takes split locks freely. Delayed work sets the bit again and passes the semaphore on.
struct WindowWarn: ModelledPolicy {
  struct Version {
    /// Whether the work that sets the bit again is each CPU's own: 6.15 (c929d08df8be), and in stable versions since. Before, without
    /// mitigation, all share one: a CPU that takes a split lock while another's is pending stays without detection.
    var hasWorkPerCpu: Bool
    /// Before 6.12 `msleep` takes a jiffy more (4381b895f544).
    var sleepAddsJiffy: Bool
  }

  private let version: Version
  /// `kernel.split_lock_mitigate`, 6.2 (727209376f49); always on before. Without it there is neither sleep nor semaphore.
  private let mitigates: Bool
  private var isReported: Set<Int> = []
  private var log = LogLimiter()
  /// CPUs whose work is pending; one entry for all where they share it.
  private var pending: Set<Int> = []
  private var isTaken = false
  private var queue: [Int] = []

  private static let sleepMs = 10
  private static let windowJiffies = 2

  init(_ version: Version, mitigates: Bool) { (self.version, self.mitigates) = (version, mitigates) }

  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {
    guard host.runners[runner].kind != .driver else { return host.oops(runner) }
    if isReported.insert(runner).inserted { host.log(&log) }
    guard mitigates else { return open(runner, &host) }
    host.sleep(runner, ms: WindowWarn.sleepMs, addsJiffy: version.sleepAddsJiffy)
  }

  mutating func woke(_ runner: Int, _ host: inout ModelHost) {
    guard !isTaken else {
      host.enqueue(runner)
      return queue.append(runner)
    }
    isTaken = true
    open(runner, &host)
  }

  private mutating func open(_ runner: Int, _ host: inout ModelHost) {
    host.resume(runner)
    let cpu = host.runners[runner].cpu
    // schedule_delayed_work_on does nothing where the work is pending.
    if pending.insert(version.hasWorkPerCpu ? cpu : 0).inserted {
      host.schedule(on: cpu, afterJiffies: WindowWarn.windowJiffies)
    }
    host.write(false, cpu: cpu)
  }

  mutating func work(for cpu: Int, on running: Int, _ host: inout ModelHost) {
    pending.remove(version.hasWorkPerCpu ? cpu : 0)
    host.write(true, cpu: running)
    guard mitigates else { return }
    while !queue.isEmpty {
      let next = queue.removeFirst()
      if host.runners[next].isGone { host.resume(next) } else { return open(next, &host) }
    }
    isTaken = false
  }

  /// splitlock_cpu_offline: the work of a CPU that goes runs on another, and would leave its sibling without detection.
  mutating func goesOffline(_ cpu: Int, _ host: inout ModelHost) { host.write(true, cpu: cpu) }
}
