import CAtomics
import Guest
import LockKernels
import Machine

/// What a locked add costs in the guest, beside the host's own in the same round: the same instructions.
extension GuestWorker {
  /// Operations of the shorter and the longer timing. An aligned one is faster for some ten microseconds behind an exit, on either side
  /// (a Zen 4 under kvm-pvm: 4.6 TSC cycles, then 5.6): the shorter timing is longer than that, and the slope free of it.
  private static let (split, aligned, untimed) = (
    (short: 10, long: 30), (short: 20_000, long: 80_000), (short: 10, long: 30)
  )
  /// Of a round, whose middle counts: one that was held up may be below zero.
  private static let slopes = 3
  private static let portWrites = 50

  struct CostCell: Hashable {
    var placement: Placement
    /// Nil on the host.
    var cpl: Int?
    var exits = false
    /// Of code that a CPU runs.
    var isTimed = true

    fileprivate var operand: GuestCall.Operand { placement.isSplit ? .lineSplit : .aligned }
    fileprivate var slopes: Int { isTimed ? GuestWorker.slopes : 1 }
    fileprivate var counts: (short: Int, long: Int) {
      !isTimed ? GuestWorker.untimed : placement.isSplit ? GuestWorker.split : GuestWorker.aligned
    }
    fileprivate var operations: Int { slopes * (counts.short + counts.long) }
  }

  /// What a cell gave in a round.
  struct CostVisit {
    /// An operation's, in ns; nil if the guest did not come back.
    var cost: Double?
    var busLocks = 0
  }

  func measureCost() throws {
    let plain = try GuestMachine(kvm).cpus[0]
    let exiting = try exitingGuest()?.cpus[0]
    for round in 0..<task.rounds {
      let cells = costCells(exits: exiting != nil, isFirst: round == 0)
      let splitLocks = cells.filter(\.placement.isSplit).reduce(0) { $0 + $1.operations }
      guard hasTime, Double(splitLocks) * task.cost <= budget.left else { return }
      var visits: [CostCell: CostVisit] = [:]
      for cell in cells.shuffled(using: &random) {
        visits[cell] = try visit(cell, plain, cell.exits ? exiting! : plain)
      }
      try tell(cells, visits)
      if round == 0 && !task.untimedCpls.isEmpty || task.cpls.contains(0) { try timeExit(plain) }
    }
  }

  private func costCells(exits: Bool, isFirst: Bool) -> [CostCell] {
    let cpls = task.cpls.map { ($0, true) } + (isFirst ? task.untimedCpls.map { ($0, false) } : [])
    return [Placement.aligned, .lineSplit].flatMap { placement in
      // Linux may answer the host's own where it leaves a guest's alone.
      let host = task.hostIsFree || !placement.isSplit ? [CostCell(placement: placement)] : []
      return host
        + cpls.flatMap { cpl, isTimed in
          [false, true].prefix(exits ? 2 : 1).map {
            CostCell(placement: placement, cpl: cpl, exits: $0, isTimed: isTimed)
          }
        }
    }
  }

  private func visit(_ cell: CostCell, _ plain: GuestCpu, _ cpu: GuestCpu) throws -> CostVisit {
    var visit = CostVisit()
    var slopes: [Double] = []
    for _ in 0..<cell.slopes {
      if cell.placement.isSplit { rest() }
      let (short, long) = cell.counts
      let shortTicks = try time(cell, cell.cpl == nil ? plain : cpu, short, &visit)
      let longTicks = try time(cell, cell.cpl == nil ? plain : cpu, long, &visit)
      if cell.placement.isSplit { try book(short + long) }
      guard let shortTicks, let longTicks else { return visit }
      let sample = Sample(
        shortOperations: short, shortTicks: shortTicks, longOperations: long, longTicks: longTicks)
      slopes.append(sample.ticksPerOperation)
    }
    visit.cost = Order.median(slopes).map(clock.nanoseconds)
    return visit
  }

  /// TSC ticks of so many operations; nil if the guest did not perform them.
  private func time(_ cell: CostCell, _ cpu: GuestCpu, _ count: Int, _ visit: inout CostVisit) throws
    -> UInt64?
  {
    guard let cpl = cell.cpl else {
      // The guest's own begin behind an entry, from which on cores run faster for a moment.
      _ = try cpu.run(GuestCall(.register, cpl: 3))
      // Its memory too: the same lines.
      return HostLoop.locked(cpu.address(cell.operand), count: count)
    }
    var call = GuestCall(.locked, cpl: cpl)
    (call.operand, call.count) = (cell.operand, count)
    let report = try cpu.run(call)
    visit.busLocks += report.trip.busLocks
    try noteSide(report, cpl)
    return report.isDone ? report.ticks : nil
  }

  /// Writes to a port: what any exit to the VMM, and the entry behind it, takes.
  private func timeExit(_ cpu: GuestCpu) throws {
    var call = GuestCall(.port, cpl: 0)
    call.count = GuestWorker.portWrites
    let report = try cpu.run(call)
    guard report.trip.portWrites == call.count, let ticks = report.ticks else {
      return try skip(
        "guest's exits by a port", report.obstacle ?? "\(report.trip.portWrites) of \(call.count) writes came"
      )
    }
    try tell(
      GuestFinding(
        GuestCell(.exit, "port-exit", .nanoseconds, cpl: 0, cpu: task.cpu),
        clock.nanoseconds(Double(ticks)) / Double(call.count), operations: call.count))
  }

  /// Nil where bus locks cannot be made to end entries.
  func exitingGuest() throws -> GuestMachine? {
    guard kvm.hasBusLockExit else { return nil }
    var options = GuestMachine.Options()
    options.exitsOnBusLocks = true
    return try GuestMachine(kvm, options)
  }

  private func noteSide(_ report: GuestReport, _ cpl: Int) throws {
    guard report.trip.busLocks > 0 else { return }
    try tell(
      GuestFinding(
        GuestCell(.exit, "rip", condition: "exits-on", cpl: cpl, cpu: task.cpu),
        found: report.exitSide?.rawValue ?? "elsewhere"))
  }

  private func tell(_ cells: [CostCell], _ visits: [CostCell: CostVisit]) throws {
    for finding in cells.flatMap({ GuestWorker.findings($0, visits, cpu: task.cpu) }) { try tell(finding) }
  }

  /// What a round says of a cell: its cost, whatever the sign, over the host's own in the same round, and of bus locks that end entries.
  static func findings(_ cell: CostCell, _ visits: [CostCell: CostVisit], cpu: Int) -> [GuestFinding] {
    guard let visit = visits[cell], let cost = visit.cost else { return [] }
    let condition = cell.cpl == nil ? nil : cell.exits ? "exits-on" : "exits-off"
    func row(_ part: GuestCell.Part, _ quantity: String, _ unit: GuestCell.Unit) -> GuestCell {
      GuestCell(
        part, quantity, unit, condition: condition, place: cell.cpl == nil ? .host : .guest, cpl: cell.cpl,
        cpu: cpu)
    }
    let name = cell.placement.rawValue
    var findings = [GuestFinding(row(.cost, name, .nanoseconds), cost, operations: cell.operations)]
    if cell.cpl != nil, let host = visits[CostCell(placement: cell.placement)]?.cost {
      let ratio = cost > 0 && host > 0 ? cost / host : 0
      findings.append(GuestFinding(row(.cost, "\(name)-to-host", .ratio), ratio))
    }
    guard cell.exits else { return findings }
    findings.append(
      GuestFinding(
        row(.exit, "\(name)-bus-locks", .count), Double(visit.busLocks), operations: cell.operations))
    var off = cell
    off.exits = false
    if visit.busLocks > 0, let without = visits[off]?.cost {
      let perOperation = Double(visit.busLocks) / Double(cell.operations)
      findings.append(
        GuestFinding(row(.exit, "bus-lock-exit", .nanoseconds), (cost - without) / perOperation))
    }
    return findings
  }
}
