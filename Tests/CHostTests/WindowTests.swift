import CAtomics
import CHost
import Glibc
import Testing

/// A real #AC on any x86 CPU: EFLAGS.AC and a misaligned operand. None of these takes a bus lock: nothing is performed.
@Suite(.serialized) struct WindowTests {
  fileprivate static var sites: [catomics_trap_site] {
    var count = 0
    return Array(UnsafeBufferPointer(start: catomics_trap_sites(&count), count: count))
  }

  /// Executes a site so often in one window; what it met, and how many operations memory shows.
  fileprivate static func execute(
    _ site: catomics_trap_site, offset: Int, flags: UInt64, times: Int
  ) -> (traps: [chost_trap], count: Int, performed: Int, readings: [UInt64]) {
    let page = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 4096)
    defer { page.deallocate() }
    memset(page, 0, 4096)
    var readings = [UInt64](repeating: 0, count: 2)
    var performed = 0
    var traps = [chost_trap](repeating: chost_trap(), count: times)
    let count = traps.withUnsafeMutableBufferPointer { room -> Int in
      let window = UnsafeMutablePointer<chost_window>.allocate(capacity: 1)
      defer { window.deallocate() }
      window.initialize(
        to: chost_window(
          start: site.start, end: site.end, traps: room.baseAddress!, capacity: times, count: 0))
      guard chost_window_open(window) == 0 else { return -1 }
      for _ in 0..<times {
        let before = (page + offset).loadUnaligned(as: UInt64.self)
        readings.withUnsafeMutableBytes { site.run(page + offset, flags, $0.baseAddress!) }
        if (page + offset).loadUnaligned(as: UInt64.self) != before { performed += 1 }
      }
      chost_window_close()
      return window.pointee.count
    }
    return (traps, count, performed, readings)
  }

  @Test(.trapsUnderAlignmentCheck) func alignmentCheckTrapsEveryTimeAndNothingIsDone() throws {
    for site in Self.sites {
      let times = site.width_bytes == 8 ? 10_000 : 500
      for offset in [1, 64 - Int(site.width_bytes) / 2] {
        let met = Self.execute(site, offset: offset, flags: CATOMICS_ALIGNMENT_CHECK, times: times)
        #expect(met.count == times && met.performed == 0, "width \(site.width_bytes), offset \(offset)")
        for trap in met.traps {
          try #require(trap.trap_number == 17 && trap.code == alignmentCode && !trap.is_after)
          try #require(trap.flags & CATOMICS_ALIGNMENT_CHECK != 0 && trap.error_code == 0)
          try #require(trap.exit_tick > trap.entry_tick && trap.cpu >= 0)
        }
        #expect(met.readings[1] > met.readings[0])
      }
    }
  }

  /// BUS_ADRALN of bits/siginfo-consts.h.
  private let alignmentCode: Int32 = 1

  @Test func alignedOperandsDoNotTrapUnderAlignmentCheck() {
    for site in Self.sites {
      let met = Self.execute(site, offset: 64, flags: CATOMICS_ALIGNMENT_CHECK, times: 10_000)
      #expect(met.count == 0 && met.performed == 10_000)
    }
  }

  @Test func misalignedOperandsDoNotTrapWithoutIt() {
    for site in Self.sites {
      let met = Self.execute(site, offset: 1, flags: 0, times: 1000)
      #expect(met.count == 0 && met.performed == 1000)
    }
  }

  @Test(.trapsUnderAlignmentCheck) func alignmentCheckIsOffAfterwards() {
    _ = Self.execute(Self.sites[0], offset: 1, flags: CATOMICS_ALIGNMENT_CHECK, times: 1)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: 1, count: 64)
    #expect((bytes + 3).loadUnaligned(as: UInt64.self) == 0x0101_0101_0101_0101)
  }

  /// A million over four threads: none lost, none counted twice.
  @Test(.trapsUnderAlignmentCheck) func fourThreadsAtOnce() {
    let tallies = (0..<4).map { _ in Tally() }
    let threads = tallies.map { startTrapping($0) }
    for thread in threads { pthread_join(thread, nil) }
    #expect(tallies.allSatisfy { $0.count == Tally.each && $0.performed == 0 })
  }

  @Test func aThreadHasOneWindow() {
    var trap = chost_trap()
    withUnsafeMutablePointer(to: &trap) { room in
      let site = Self.sites[0]
      let windows = UnsafeMutablePointer<chost_window>.allocate(capacity: 2)
      defer { windows.deallocate() }
      windows.initialize(
        repeating: chost_window(start: site.start, end: site.end, traps: room, capacity: 1, count: 0),
        count: 2)
      #expect(chost_window_open(windows) == 0)
      #expect(chost_window_open(windows + 1) == -EBUSY)
      #expect(chost_window_close() == 0)
      #expect(chost_window_close() == -EINVAL)
    }
  }

  // MARK: What is not ours

  /// Whether a SIGBUS of another process, or of another instruction, does in a window what it did without one.
  @Test func theHandlerBeforeIsCalledAndPutBack() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in foreignSignals += 1 }
    var before = sigaction()
    sigaction(SIGBUS, &action, &before)
    defer { sigaction(SIGBUS, &before, nil) }
    foreignSignals = 0
    inWindow {
      // Not raise(): Swift's test threads block signals.
      pthread_kill(pthread_self(), SIGBUS)
      unblocked { pthread_kill(pthread_self(), SIGBUS) }
    }
    #expect(foreignSignals >= 1)
    var after = sigaction()
    sigaction(SIGBUS, nil, &after)
    #expect(
      unsafeBitCast(after.__sigaction_handler.sa_handler, to: UInt.self)
        == unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self))
  }

  private static func inChild(_ body: @convention(c) (UnsafeMutableRawPointer?) -> Void) -> chost_child_result
  {
    chost_run_in_child(body, nil, 5000)
  }

  @Test func aForeignSignalKillsAsItWould() {
    let result = Self.inChild { _ in inWindow { kill(getpid(), SIGBUS) } }
    #expect(result.error == 0 && result.signal == SIGBUS)
  }

  @Test func anIgnoredForeignSignalIsIgnored() {
    let result = Self.inChild { _ in
      signal(SIGBUS, SIG_IGN)
      inWindow { kill(getpid(), SIGBUS) }
      _exit(9)
    }
    #expect(result.signal == 0 && result.exit_code == 9)
  }

  @Test func aTruncatedMappingKillsAsItWould() {
    let result = Self.inChild { _ in
      let file = open("/tmp", 0o20_200_000 | O_RDWR, 0o600)  // O_TMPFILE
      let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)!
      inWindow { page.storeBytes(of: 1, as: UInt8.self) }
    }
    #expect(result.error == 0 && result.signal == SIGBUS)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGSEGV])
  func otherSignalsDoWhatTheyDid(number: Int32) {
    signalToSend = number
    let result = Self.inChild { _ in inWindow { kill(getpid(), signalToSend) } }
    #expect(result.signal == number)
  }

  // MARK: Children

  @Test func aChildWithoutAHandlerIsKilled() {
    let result = Self.inChild { _ in
      let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
      var count = 0
      catomics_trap_sites(&count)[2].run(page + 60, CATOMICS_ALIGNMENT_CHECK, page + 1024)
    }
    #expect(result.signal == SIGBUS && !result.timed_out)
  }

  @Test func aChildThatEndsExits() {
    #expect(Self.inChild { _ in }.exit_code == 0)
    #expect(Self.inChild { _ in _exit(5) }.exit_code == 5)
  }

  @Test func aChildThatDoesNotEndIsKilled() {
    let result = chost_run_in_child({ _ in sleep(30) }, nil, 50)
    #expect(result.timed_out && result.signal == 0)
  }
}

nonisolated(unsafe) private var foreignSignals = 0
nonisolated(unsafe) private var signalToSend: Int32 = 0

/// Runs `body` in a window around the first site.
private func inWindow(_ body: () -> Void) {
  var count = 0
  let site = catomics_trap_sites(&count)[0]
  var trap = chost_trap()
  withUnsafeMutablePointer(to: &trap) { room in
    let window = UnsafeMutablePointer<chost_window>.allocate(capacity: 1)
    defer { window.deallocate() }
    window.initialize(to: chost_window(start: site.start, end: site.end, traps: room, capacity: 1, count: 0))
    guard chost_window_open(window) == 0 else { return }
    body()
    chost_window_close()
  }
}

/// Runs `body` with SIGBUS let through on this thread.
private func unblocked(_ body: () -> Void) {
  var set = sigset_t()
  var before = sigset_t()
  sigemptyset(&set)
  sigaddset(&set, SIGBUS)
  pthread_sigmask(SIG_UNBLOCK, &set, &before)
  body()
  pthread_sigmask(SIG_SETMASK, &before, nil)
}

private final class Tally: @unchecked Sendable {
  static let each = 250_000
  var count = 0
  var performed = 0

  func run() {
    let met = WindowTests.execute(
      WindowTests.sites[2], offset: 60, flags: CATOMICS_ALIGNMENT_CHECK, times: Tally.each)
    (count, performed) = (met.count, met.performed)
  }
}

private func startTrapping(_ tally: Tally) -> pthread_t {
  var thread = pthread_t()
  pthread_create(&thread, nil, trapUntilDone, Unmanaged.passUnretained(tally).toOpaque())
  return thread
}

private func trapUntilDone(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  Unmanaged<Tally>.fromOpaque(context!).takeUnretainedValue().run()
  return nil
}

extension Trait where Self == ConditionTrait {
  /// ThreadSanitizer wraps every signal handler in one of its own, which runs with EFLAGS.AC still set and traps itself.
  fileprivate static var trapsUnderAlignmentCheck: Self {
    .disabled(if: dlsym(nil, "__tsan_init") != nil, "ThreadSanitizer's own signal entry would trap")
  }
}
