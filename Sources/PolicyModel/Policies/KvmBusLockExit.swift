/// KVM's bus lock exits (KVM_CAP_X86_BUS_LOCK_EXIT, Linux 5.12: fe6b6bc802b4) with QEMU's `-machine bus-lock-ratelimit=N`:
/// target/i386/kvm/kvm.c, kvm_rate_limit_on_bus_lock; include/qemu/ratelimit.h, ratelimit_calculate_delay. Linux itself detects nothing.
///
/// Each guest has N bus locks a second, all its virtual CPUs together; the one that uses up the last sleeps to the end of the second.
struct KvmBusLockExit: ModelledPolicy {
  private struct Slice {
    var start = 0
    var end = -1
    var dispatched = 0
  }

  private let limit: Int
  private var slices: [Int: Slice] = [:]

  private static let second = 1_000_000_000
  /// By which a sleep of user space is late: Linux's default timer slack.
  private static let slack = 50_000

  init(_ limit: Int) { self.limit = limit }

  var armsCores: Bool { false }
  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {}

  func passage(of runner: Int, _ host: ModelHost) -> Passage {
    host.shape.detects.contains(.busLock) && host.runners[runner].kind == .guest ? .asked(.exit) : .free
  }

  mutating func busLock(_ runner: Int, _ host: inout ModelHost) {
    host.tally.busLockExits += 1
    let guest = host.runners[runner].guest!
    var slice = slices[guest] ?? Slice()
    if slice.end < host.now { slice = Slice(start: host.now, end: host.now + Self.second) }
    slice.dispatched += 1
    if slice.dispatched >= limit {
      slice.end = slice.start + Fixed.scaled(Self.second, by: slice.dispatched, over: limit)
      host.sleep(runner, until: slice.end + Self.slack)
    }
    slices[guest] = slice
  }
}
