/// What a tight loop got done from delay to delay: whole cycles of a sleep and an open window.
struct DelayCycles {
  private typealias Mark = (operations: Int, time: Double)
  private var ends: (first: Mark, last: Mark)?
  private var count = 0

  /// Notes the end of a delay.
  ///
  /// - Parameters:
  ///   - operations: done so far, the delayed one included.
  ///   - time: in seconds.
  mutating func add(operations: Int, at time: Double) {
    ends = (ends?.first ?? (operations, time), (operations, time))
    count += 1
  }

  var isEmpty: Bool { count == 0 }

  /// Length of a cycle in seconds: the mean; nil where none was seen whole.
  var length: Double? {
    guard let ends, count > 1 else { return nil }
    return (ends.last.time - ends.first.time) / Double(count - 1)
  }

  /// Operations a second of wall time; nil likewise.
  var operationsPerSecond: Double? {
    guard let ends, count > 1 else { return nil }
    return Double(ends.last.operations - ends.first.operations) / (ends.last.time - ends.first.time)
  }
}
