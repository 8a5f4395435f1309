import CHost

/// SIGBUS is a result of what is measured while this is in force, and kills nothing.
enum BusErrorGuard {
  /// Installs the handler, runs `body`, puts the previous handler back. Does not nest.
  static func installed<R>(_ body: () throws -> R) throws -> R {
    guard chost_guard_install() == 0 else { throw GuardFailure() }
    defer { chost_guard_remove() }
    return try body()
  }
}

/// SIGBUS could not be caught, so nothing was measured.
public struct GuardFailure: Error, CustomStringConvertible, Sendable {
  public var description: String { "cannot install a SIGBUS handler: sigaction failed" }
}
