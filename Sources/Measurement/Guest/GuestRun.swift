import Guest

/// A call of a guest's by another thread.
final class GuestRun: @unchecked Sendable {
  private let cpu: GuestCpu
  private let call: GuestCall
  /// That thread's until it has finished.
  private var outcome: Result<GuestReport, KvmFailure>?

  init(_ cpu: GuestCpu, _ call: GuestCall) { (self.cpu, self.call) = (cpu, call) }

  func go() { outcome = Result { () throws(KvmFailure) in try cpu.run(call) } }

  /// Nil before it has run.
  ///
  /// - Throws: `KvmFailure` where KVM refused.
  func report() throws(KvmFailure) -> GuestReport? { try outcome?.get() }
}
