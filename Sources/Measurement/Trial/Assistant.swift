import CAtomics
import CHost
import Glibc
import Synchronization

/// A thread on another CPU that does one piece of work at a time, sleeps in between, and ends by itself when nobody asks
/// for more.
final class Assistant: @unchecked Sendable {
  let cpu: Int
  private let requests: UnsafeMutablePointer<sem_t>
  private let isDone = Atomic<Bool>(true)
  private let isEnding = Atomic<Bool>(false)
  /// Handed over by `requests` and `isDone`: one side at a time touches it.
  private var work: (@Sendable () -> Void)?
  private var thread = pthread_t()
  /// Work that ends at a deadline of its own and is not back so many seconds later never had its CPU.
  static let patience = 2.0

  /// Starts the thread; nil if Linux refuses.
  init?(cpu: Int) {
    self.cpu = cpu
    requests = .allocate(capacity: 1)
    sem_init(requests, 0, 0)
    let context = Unmanaged.passRetained(self).toOpaque()
    let result = chost_start_thread(
      Int32(cpu),
      { context in
        Unmanaged<Assistant>.fromOpaque(context!).takeRetainedValue().serve()
        return nil
      }, context, &thread)
    guard result == 0 else {
      Unmanaged<Assistant>.fromOpaque(context).release()
      return nil
    }
  }

  deinit {
    sem_destroy(requests)
    requests.deallocate()
  }

  /// Has `work` done, which must end by itself at a deadline of its own.
  ///
  /// - Throws: `AssistantLost` if the work before has not ended in time.
  func begin(_ work: @escaping @Sendable () -> Void) throws(AssistantLost) {
    try finish()
    self.work = work
    isDone.store(false, ordering: .releasing)
    sem_post(requests)
  }

  /// Waits for the work to end, which it does at its deadline.
  func finish() throws(AssistantLost) {
    guard waitUntil({ isDone.load(ordering: .acquiring) }) else { throw AssistantLost(cpu: cpu) }
  }

  /// Whether the work has ended.
  var hasFinished: Bool { isDone.load(ordering: .acquiring) }

  /// Ends the thread and waits for it, unless it is lost: then it ends when it comes back.
  func end() {
    isEnding.store(true, ordering: .releasing)
    sem_post(requests)
    if waitUntil({ isDone.load(ordering: .acquiring) }) {
      pthread_join(thread, nil)
    } else {
      pthread_detach(thread)
    }
  }

  private func serve() {
    while true {
      while sem_wait(requests) != 0 {}
      if isEnding.load(ordering: .acquiring) { return }
      work?()
      work = nil
      isDone.store(true, ordering: .releasing)
    }
  }
}

/// Spins for a moment, then sleeps between looks, until something holds or `Assistant.patience` is over.
func waitUntil(_ condition: () -> Bool) -> Bool {
  for _ in 0..<20_000 {
    if condition() { return true }
    catomics_pause()
  }
  var patience = Patience(seconds: Assistant.patience)
  while !condition() {
    if patience.isOver() { return condition() }
    sleepInterruptibly(seconds: 50e-6)
  }
  return true
}

/// Another thread did not come back.
struct AssistantLost: Error, CustomStringConvertible {
  let cpu: Int
  var description: String {
    "a thread on CPU \(cpu) did not run for \(Assistant.patience) s: something with a higher priority keeps that CPU busy;"
      + " choose others with --cpu"
  }
}

/// Runs `body` with an assistant on each of these CPUs; nil if one could not be started.
func withAssistants<R>(on cpus: [Int], _ body: ([Assistant]) throws -> R) rethrows -> R? {
  var assistants: [Assistant] = []
  defer { for assistant in assistants { assistant.end() } }
  for cpu in cpus {
    guard let assistant = Assistant(cpu: cpu) else { return nil }
    assistants.append(assistant)
  }
  return try body(assistants)
}
