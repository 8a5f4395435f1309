import CHost
import Glibc
import Testing

@Suite(.serialized) struct AffinityTests {
  private func allowed() -> [Int32] {
    var cpus = [Int32](repeating: 0, count: 4096)
    let count = chost_get_affinity(&cpus, 4096)
    return count > 0 ? Array(cpus.prefix(Int(count))) : []
  }

  @Test func pinsToEachAllowedCpuAndBack() {
    let before = allowed()
    #expect(!before.isEmpty)
    for cpu in before {
      var one = cpu
      #expect(chost_set_affinity(&one, 1) == 0)
      #expect(chost_current_cpu() == cpu)
    }
    #expect(chost_set_affinity(before, Int32(before.count)) == 0)
    #expect(allowed() == before)
  }

  @Test func countsMoreCpusThanTheCallerHasRoomFor() {
    var none: Int32 = 0
    #expect(Int(chost_get_affinity(&none, 0)) == allowed().count)
  }

  @Test(arguments: [[-1], [1 << 20], [65_535]] as [[Int32]])
  func refusesCpusThatCannotBe(cpus: [Int32]) {
    #expect(chost_set_affinity(cpus, 1) == -EINVAL)
  }

  @Test func startsAThreadOnItsCpu() {
    for cpu in allowed() {
      var thread = pthread_t()
      let started = chost_start_thread(
        cpu, { _ in UnsafeMutableRawPointer(bitPattern: Int(chost_current_cpu()) + 1) }, nil, &thread)
      #expect(started == 0)
      var result: UnsafeMutableRawPointer?
      pthread_join(thread, &result)
      #expect(Int(bitPattern: result) == Int(cpu) + 1)
    }
    var thread = pthread_t()
    #expect(chost_start_thread(65_535, { $0 }, nil, &thread) == -EINVAL)
  }
}

@Suite(.serialized) struct GuardTests {
  /// A page of a file that ends before it: touching it is a SIGBUS with si_code BUS_ADRERR (2).
  private static func withoutBacking(_ body: (UnsafeMutableRawPointer) -> Void) {
    let unnamed: Int32 = 0o20_200_000  // O_TMPFILE, a macro that Swift does not import
    let file = open("/tmp", unnamed | O_RDWR, 0o600)
    defer { close(file) }
    ftruncate(file, 4096)
    let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)!
    defer { munmap(page, 4096) }
    ftruncate(file, 0)
    body(page)
  }

  private static let touch: @convention(c) (UnsafeMutableRawPointer?) -> Void = {
    $0!.assumingMemoryBound(to: UInt8.self).pointee = 1
  }

  @Test func bodyThatFaultsIsReported() {
    #expect(chost_guard_install() == 0)
    defer { #expect(chost_guard_remove() == 0) }
    Self.withoutBacking { page in
      for _ in 0..<1000 {
        let result = chost_guard(Self.touch, page)
        #expect(result.signal == SIGBUS && result.code == 2 && result.trap_number == 14)
      }
    }
  }

  @Test func bodyThatRunsIsNotReported() {
    #expect(chost_guard_install() == 0)
    defer { chost_guard_remove() }
    var byte: UInt8 = 0
    #expect(chost_guard(Self.touch, &byte).signal == 0)
    #expect(byte == 1)
  }

  @Test func previousHandlerIsPutBack() {
    var before = sigaction()
    sigaction(SIGBUS, nil, &before)
    chost_guard_install()
    chost_guard_remove()
    var after = sigaction()
    sigaction(SIGBUS, nil, &after)
    #expect(
      unsafeBitCast(before.__sigaction_handler.sa_sigaction, to: Int.self)
        == unsafeBitCast(after.__sigaction_handler.sa_sigaction, to: Int.self))
  }

  @Test func unguardedFaultStillKillsTheProcess() {
    let child = spawnFaulting { _ in }
    #expect(child == SIGBUS)
  }

  @Test func sigbusSentByAProcessIsNotOurs() {
    let child = spawnFaulting { _ in
      _ = chost_guard({ _ in kill(getpid(), SIGBUS) }, nil)
      _exit(0)
    }
    #expect(child == SIGBUS)
  }

  /// Runs `body`, then an unguarded fault, in a child with the guard installed; the signal that ended it, or 0.
  private func spawnFaulting(_ body: (UnsafeMutableRawPointer) -> Void) -> Int32 {
    let pid = forked()
    if pid == 0 {
      // A crash reporter of the test runner is not what is tested.
      signal(SIGBUS, SIG_DFL)
      chost_guard_install()
      Self.withoutBacking { page in
        body(page)
        Self.touch(page)
      }
      _exit(0)
    }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return status & 0x7F
  }

  /// `fork`, which Swift hides because most of a threaded process must not follow it; ours only faults.
  private func forked() -> pid_t {
    typealias Fork = @convention(c) () -> pid_t
    return unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)()
  }
}

@Suite(.serialized) struct InterruptTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func signalOnlySetsTheFlag(signal: Int32) {
    #expect(chost_interrupts_install() == 0)
    defer { #expect(chost_interrupts_remove() == 0) }
    #expect(chost_interrupt_received() == 0)
    // To the process: the threads that run tests block signals, the main thread takes them.
    kill(getpid(), signal)
    for _ in 0..<5000 where chost_interrupt_received() == 0 { usleep(1000) }
    #expect(chost_interrupt_received() == signal)
  }
}

@Suite(.serialized) struct StopTests {
  @Test func aContinuationIsCountedOnceByWhoeverAsks() {
    // Threads that run tests may block it already.
    var mask = sigset_t()
    var continuation = sigset_t()
    sigemptyset(&continuation)
    sigaddset(&continuation, SIGCONT)
    pthread_sigmask(SIG_UNBLOCK, &continuation, &mask)
    defer { pthread_sigmask(SIG_SETMASK, &mask, nil) }
    #expect(chost_stops_watch() == 0)
    let before = chost_stop_count()
    pthread_kill(pthread_self(), SIGCONT)
    #expect(chost_stop_count() == before + 1 && chost_stop_count() == before + 1)
    var thread = pthread_t()
    let started = chost_start_thread(
      chost_current_cpu(),
      { _ in
        pthread_kill(pthread_self(), SIGCONT)
        return UnsafeMutableRawPointer(bitPattern: UInt(chost_stop_count()))
      }, nil, &thread)
    #expect(started == 0)
    var counted: UnsafeMutableRawPointer?
    pthread_join(thread, &counted)
    #expect(UInt64(UInt(bitPattern: counted)) == before + 2, "a thread watches like the one that started it")
    #expect(chost_stops_unwatch() == 0)
    pthread_kill(pthread_self(), SIGCONT)
    #expect(chost_stop_count() == before + 2)
  }
}

@Suite struct PerfTests {
  /// Software events exist where no hardware counter does: PERF_TYPE_SOFTWARE 1, PERF_COUNT_SW_TASK_CLOCK 1.
  @Test func countsASoftwareEvent() {
    let counter = chost_perf_open(1, 1, 0, -1)
    guard counter >= 0 else { return }  // perf_event_open is refused here; nothing to count.
    defer { close(counter) }
    var (first, second) = (chost_perf_reading(), chost_perf_reading())
    #expect(chost_perf_enable(counter, true) == 0)
    while chost_perf_read(counter, &first) == 0, first.value == 0 {}
    #expect(chost_perf_enable(counter, false) == 0)
    #expect(chost_perf_read(counter, &first) == 0)
    #expect(chost_perf_read(counter, &second) == 0)
    #expect(first.value > 0 && first.value == second.value, "a stopped counter stands still")
    #expect(first.running_ns == first.enabled_ns, "it shared its register with nobody")
  }

  @Test func refusalIsANegativeErrno() {
    #expect(chost_perf_open(.max, .max, .max, -1) < 0)
  }
}

@Suite struct ClockTests {
  @Test func timerFrequencyIsOneThatLinuxHas() {
    #expect([100, 250, 300, 1000].contains(chost_timer_hz()))
  }

  @Test func rawClockRunsForward() {
    let first = chost_monotonic_raw_ns()
    #expect(chost_monotonic_raw_ns() >= first)
  }
}
