/// What is to happen, soonest first; of two at the same time the one that was planned first.
struct EventQueue {
  struct Event {
    var time: Int
    var order: UInt64
    var what: What
  }

  enum What {
    /// A runner's next split lock; void if the runner was reassessed since.
    case operation(runner: Int, generation: UInt32)
    case wake(runner: Int)
    /// The end of a runner's phase; void if that was put off since.
    case phase(runner: Int)
    case migration(runner: Int)
    case arrival(runner: Int)
    case departure(runner: Int)
    /// A virtual CPU leaves its guest, or goes back.
    case crossing(runner: Int)
    /// Delayed work of the policy, on a CPU.
    case work(cpu: Int)
    /// An event of the scenario.
    case event(index: Int)
  }

  private var heap: [Event] = []
  private var count: UInt64 = 0

  mutating func push(_ what: What, at time: Int) {
    count += 1
    heap.append(Event(time: time, order: count, what: what))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard EventQueue.precedes(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the next one out, if it comes before a time.
  mutating func pop(before end: Int) -> Event? {
    guard let first = heap.first, first.time < end else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, EventQueue.precedes(heap[child + 1], heap[child]) { child += 1 }
      guard EventQueue.precedes(heap[child], heap[parent]) else { break }
      heap.swapAt(parent, child)
      parent = child
    }
    return first
  }

  /// CPUs whose delayed work is still to come.
  var cpusWithWork: [Int] {
    heap.compactMap { event in
      if case .work(let cpu) = event.what { cpu } else { nil }
    }
  }

  private static func precedes(_ a: Event, _ b: Event) -> Bool {
    a.time != b.time ? a.time < b.time : a.order < b.order
  }
}
