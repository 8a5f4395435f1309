import CHost

/// SIGBUS is a result of what is measured while this is in force, and kills nothing.
enum BusErrorGuard {
  /// Installs the handler, runs `body`, puts the previous handler back. Does not nest.
  static func installed<R>(_ body: () throws -> R) throws -> R {
    guard chost_guard_install() == 0 else { throw GuardFailure() }
    defer { chost_guard_remove() }
    return try body()
  }

  /// Runs `body(context)` on this thread, with the handler in place; the SIGBUS that it met, if any.
  static func trap(
    _ body: @convention(c) (UnsafeMutableRawPointer?) -> Void, _ context: UnsafeMutableRawPointer
  ) -> Trap? {
    let result = chost_guard(body, context)
    return result.signal == 0 ? nil : Trap(code: result.code, trapNumber: result.trap_number)
  }
}

/// SIGBUS could not be caught, so nothing was measured.
public struct GuardFailure: Error, CustomStringConvertible, Sendable {
  public var description: String { "cannot install a SIGBUS handler: sigaction failed" }
}
