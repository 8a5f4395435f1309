import CHost
import Glibc

/// A thread on another CPU that works while the calling thread measures.
enum CompanionThread {
  /// Runs `work` on `cpu` from its first instruction on, `body` on the calling thread meanwhile, then `stop`, and joins.
  ///
  /// - Parameter work: must end by itself soon after `stop`, and at a deadline of its own.
  /// - Returns: nil if the thread could not be started; else what `body` returns.
  static func running<R>(
    on cpu: Int, _ work: @escaping @Sendable () -> Void, stop: () -> Void, _ body: () -> R?
  ) -> R? {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Work(work)).toOpaque()
    let result = chost_start_thread(
      Int32(cpu),
      { context in
        Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context, &thread)
    guard result == 0 else {
      Unmanaged<Work>.fromOpaque(context).release()
      return nil
    }
    defer {
      stop()
      pthread_join(thread, nil)
    }
    return body()
  }

  private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
