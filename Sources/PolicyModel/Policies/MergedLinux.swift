extension ModelHost {
  /// #AC in Linux itself: `die("Split lock detected")` (arch/x86/kernel/traps.c, exc_alignment_check, since Linux 5.7). The task
  /// that was running ends; with panic_on_oops so does the host, which is not modelled.
  mutating func oops(_ runner: Int) {
    tally.oopses += 1
    tally.logLines += 1
    kill(runner)
  }

  /// SIGBUS, which nobody handles, and the line that Linux prints of it (arch/x86/kernel/traps.c, do_trap; show_signal).
  mutating func sigbus(_ runner: Int, _ limiter: inout LogLimiter) {
    tally.sigbusTasks += 1
    log(&limiter)
    kill(runner)
  }
}
