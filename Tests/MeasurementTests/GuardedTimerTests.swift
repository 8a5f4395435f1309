import CHost
import Glibc
import LockKernels
import Testing

@testable import Measurement

@Suite(.serialized) struct GuardedTimerTests {
  /// A real SIGBUS in a real kernel: the page of a file that ends before it (si_code BUS_ADRERR, #PF).
  @Test func aBusErrorInAKernelIsATrap() throws {
    #expect(chost_guard_install() == 0)
    defer { chost_guard_remove() }
    let unnamed: Int32 = 0o20_200_000  // O_TMPFILE
    let file = open("/tmp", unnamed | O_RDWR, 0o600)
    defer { close(file) }
    ftruncate(file, 4096)
    let page = try #require(mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0))
    defer { munmap(page, 4096) }
    var timer = GuardedTimer()
    for kernel in Kernel.all {
      ftruncate(file, 4096)
      #expect(throws: Never.self) { try timer.time(kernel.functions.loop, page, count: 1, list: nil) }
      ftruncate(file, 0)
      #expect(throws: Trap(code: 2, trapNumber: 14)) {
        try timer.time(kernel.functions.loop, page, count: 1, list: nil)
      }
    }
  }
}
