import Guest

/// Guests that come and go: how long one takes to begin, and what they leave behind.
extension GuestWorker {
  /// What the first ones need once, such as the C library's tables, is not left behind.
  private static let first = 5

  func create() throws {
    func once() throws -> Double {
      let begun = clock.elapsed()
      let report = try GuestMachine(kvm).cpus[0].run(GuestCall(.locked, cpl: 3))
      guard report.isDone, report.counted == 1 else {
        throw GuestRefusal(report.obstacle ?? "a guest's only operation is not in its memory")
      }
      return clock.elapsed() - begun
    }
    for _ in 0..<GuestWorker.first { _ = try once() }
    guard let before = Possessions() else {
      return try skip("what guests leave behind", "/proc does not tell what this process holds")
    }
    var made = 0
    for _ in 0..<task.rounds where made == 0 || hasTime {
      try tell(GuestFinding(GuestCell(.kvm, "creation", .milliseconds), try once() * 1e3))
      made += 1
    }
    if made < task.rounds { try skip("\(task.rounds - made) of \(task.rounds) guests", "no time was left") }
    guard let after = Possessions() else { return }
    let excess = after.excess(over: before)
    try tell(
      GuestFinding(
        GuestCell(.kvm, "left-behind", .count), Double(excess.reduce(0) { $0 + $1.count }),
        found: excess.isEmpty ? "nothing" : excess.map { "\($0.count) \($0.what)" }.joined(separator: ", "),
        operations: made))
  }
}
