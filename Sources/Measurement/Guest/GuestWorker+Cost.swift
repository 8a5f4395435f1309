import CAtomics
import Guest
import LockKernels
import Machine

/// What a locked add costs in the guest, beside the host's own in the same round: the same instructions.
extension GuestWorker {
  /// Operations of the shorter and the longer timing.
  private static let (split, aligned) = ((short: 10, long: 30), (short: 1000, long: 4000))
  /// Split locks of a round, at most.
  static func splitLocks(cpls: Int) -> Int { (split.short + split.long) * (1 + 2 * cpls) }

  private struct CostCell: Hashable {
    var placement: Placement
    /// Nil on the host.
    var cpl: Int?
    var exits = false
  }

  func measureCost() throws {
    let plain = try GuestMachine(kvm).cpus[0]
    let exiting = try exitingGuest()?.cpus[0]
    var cells: [CostCell] = []
    for placement in [Placement.aligned, .lineSplit] {
      // Linux may answer the host's own where it leaves a guest's alone.
      if task.hostIsFree || !placement.isSplit { cells.append(CostCell(placement: placement)) }
      cells += task.cpls.map { CostCell(placement: placement, cpl: $0) }
      if exiting != nil { cells += task.cpls.map { CostCell(placement: placement, cpl: $0, exits: true) } }
    }
    let perRound = Double(GuestWorker.splitLocks(cpls: task.cpls.count)) * task.cost
    for _ in 0..<task.rounds where hasTime && perRound <= budget.left {
      var costs: [CostCell: Double] = [:]
      var exits: [CostCell: GuestTrip] = [:]
      for cell in cells.shuffled(using: &random) {
        if cell.placement.isSplit { rest() }
        let (short, long) = cell.placement.isSplit ? GuestWorker.split : GuestWorker.aligned
        let sample: Sample?
        if cell.cpl == nil {
          // The guest's own memory: the same lines.
          let operand = plain.address(cell.placement.isSplit ? .lineSplit : .aligned)
          sample = Sample(
            shortOperations: short, shortTicks: HostLoop.locked(operand, count: short), longOperations: long,
            longTicks: HostLoop.locked(operand, count: long))
        } else {
          (sample, exits[cell]) = try time(cell.exits ? exiting! : plain, cell, short, long)
        }
        if cell.placement.isSplit { try book(short + long) }
        costs[cell] = sample.map { clock.nanoseconds($0.ticksPerOperation) }
      }
      try tell(cells, costs, exits)
    }
  }

  /// Nil where bus locks cannot be made to end entries.
  func exitingGuest() throws -> GuestMachine? {
    guard kvm.hasBusLockExit else { return nil }
    var options = GuestMachine.Options()
    options.exitsOnBusLocks = true
    return try GuestMachine(kvm, options)
  }

  private func time(
    _ cpu: GuestCpu, _ cell: CostCell, _ short: Int, _ long: Int
  ) throws -> (Sample?, GuestTrip) {
    var call = GuestCall(.locked, cpl: cell.cpl!)
    call.operand = cell.placement.isSplit ? .lineSplit : .aligned
    call.count = short
    let first = try cpu.run(call)
    call.count = long
    let second = try cpu.run(call)
    var trip = second.trip
    trip.busLocks += first.trip.busLocks
    try noteSide(second, cell.cpl!)
    guard let a = first.ticks, let b = second.ticks, first.isDone, second.isDone else { return (nil, trip) }
    return (Sample(shortOperations: short, shortTicks: a, longOperations: long, longTicks: b), trip)
  }

  private func noteSide(_ report: GuestReport, _ cpl: Int) throws {
    guard report.trip.busLocks > 0 else { return }
    try tell(
      GuestFinding(
        GuestCell(.exit, "rip", condition: "exits-on", cpl: cpl, cpu: task.cpu),
        found: report.exitSide?.rawValue ?? "elsewhere"))
  }

  private func tell(
    _ cells: [CostCell], _ costs: [CostCell: Double], _ exits: [CostCell: GuestTrip]
  ) throws {
    for cell in cells {
      guard let cost = costs[cell], cost > 0 else { continue }
      let condition = cell.cpl == nil ? nil : cell.exits ? "exits-on" : "exits-off"
      func row(_ part: GuestCell.Part, _ quantity: String, _ unit: GuestCell.Unit) -> GuestCell {
        GuestCell(
          part, quantity, unit, condition: condition, place: cell.cpl == nil ? .host : .guest, cpl: cell.cpl,
          cpu: task.cpu)
      }
      let (short, long) = cell.placement.isSplit ? GuestWorker.split : GuestWorker.aligned
      try tell(
        GuestFinding(row(.cost, cell.placement.rawValue, .nanoseconds), cost, operations: short + long))
      if cell.cpl != nil, let host = costs[CostCell(placement: cell.placement)], host > 0 {
        try tell(GuestFinding(row(.cost, "\(cell.placement.rawValue)-to-host", .ratio), cost / host))
      }
      guard cell.exits, let trip = exits[cell] else { continue }
      try tell(
        GuestFinding(
          row(.exit, "\(cell.placement.rawValue)-bus-locks", .count), Double(trip.busLocks),
          operations: short + long))
      if trip.busLocks > 0, let off = costs[CostCell(placement: cell.placement, cpl: cell.cpl)] {
        let perOperation = Double(trip.busLocks) / Double(short + long)
        try tell(
          GuestFinding(row(.exit, "bus-lock-exit", .nanoseconds), (cost - off) / perOperation))
      }
    }
  }
}
