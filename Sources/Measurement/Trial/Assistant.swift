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

  /// Starts the thread; nil if Linux refuses.
  init?(cpu: Int) {
    self.cpu = cpu
    requests = .allocate(capacity: 1)
    sem_init(requests, 0, 0)
    let context = Unmanaged.passRetained(self).toOpaque()
    let result = chost_start_thread(
      Int32(cpu),
      { context in
        Unmanaged<Assistant>.fromOpaque(context!).takeUnretainedValue().serve()
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

  /// Has `work` done. The work before must have finished, and this must end by itself at a deadline of its own.
  func begin(_ work: @escaping @Sendable () -> Void) {
    precondition(isDone.load(ordering: .acquiring))
    self.work = work
    isDone.store(false, ordering: .releasing)
    sem_post(requests)
  }

  /// Waits for the work to end, which it does at its deadline.
  func finish() {
    while !isDone.load(ordering: .acquiring) { catomics_pause() }
  }

  /// Whether the work has ended.
  var hasFinished: Bool { isDone.load(ordering: .acquiring) }

  /// Ends the thread and waits for it.
  func end() {
    isEnding.store(true, ordering: .releasing)
    sem_post(requests)
    pthread_join(thread, nil)
    Unmanaged.passUnretained(self).release()
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
