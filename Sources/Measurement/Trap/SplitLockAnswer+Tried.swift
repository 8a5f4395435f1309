import LockKernels
import Machine

extension SplitLockAnswer {
  /// What one split lock meets on a CPU now; nil where it could not be tried.
  static func tried(on cpu: Int, _ machine: MachineReport, _ clock: TscClock) throws -> SplitLockAnswer? {
    let cell = TrapCell(
      cpu: cpu, trigger: .splitLock, context: .inProcess, placement: .lineSplit, widthBytes: 8, isLocked: true
    )
    let trial = TrapTrial(machine: machine, clock: clock)
    guard let (record, _) = try trial.inProcess(cell, trials: 1, longest: .infinity), record.issued > 0 else {
      return nil
    }
    // One long operation proves nothing; a sleep, a signal or Linux's word does.
    let exception = record.reports?.first?.exception ?? (record.sleeps > 0 || record.trapped > 0 ? .ac : nil)
    return SplitLockAnswer(
      exception: exception, isSignalled: record.trapped > 0, isDelayed: record.sleeps > 0)
  }
}
