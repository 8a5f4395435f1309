import CHost
import Glibc

/// Where the calling thread may run.
public enum CpuPin {
  /// Runs `body` with the calling thread pinned to `cpu`, verified, and puts the old mask back.
  ///
  /// - Throws: `PinFailure` if Linux refuses or the thread is elsewhere afterwards; what `body` throws.
  public static func pinned<R>(to cpu: Int, _ body: () throws -> R) throws -> R {
    let before = try allowedCpus()
    try pin(to: cpu)
    defer { _ = chost_set_affinity(before, Int32(before.count)) }
    return try body()
  }

  /// Pins the calling thread for good.
  public static func pin(to cpu: Int) throws(PinFailure) {
    guard var id = Int32(exactly: cpu) else { throw PinFailure(cpu: cpu, reason: "there is no such CPU") }
    let result = chost_set_affinity(&id, 1)
    guard result == 0 else {
      throw PinFailure(cpu: cpu, reason: String(cString: strerror(-result)), isForbidden: -result == EPERM)
    }
    let actual = chost_current_cpu()
    guard actual == id else { throw PinFailure(cpu: cpu, reason: "the thread runs on CPU \(actual)") }
  }

  private static func allowedCpus() throws(PinFailure) -> [Int32] {
    var cpus = [Int32](repeating: 0, count: 4096)
    let count = chost_get_affinity(&cpus, Int32(cpus.count))
    guard count > 0 else { throw PinFailure(cpu: -1, reason: "sched_getaffinity failed") }
    return Array(cpus.prefix(Int(count)))
  }
}

/// A thread could not be kept on its CPU.
public struct PinFailure: Error, CustomStringConvertible, Sendable {
  public let cpu: Int
  public let reason: String
  /// The call itself was refused, for whatever CPU.
  var isForbidden = false
  public var description: String {
    let remedy =
      isForbidden
      ? "let the seccomp filter, of a container for one, pass sched_setaffinity"
      : "choose another with --cpu or widen the CPU set"
    return "cannot pin to CPU \(cpu): \(reason); \(remedy)"
  }
}
