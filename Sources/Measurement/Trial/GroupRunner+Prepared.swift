import LockKernels

/// Cells whose lines are brought into a state first: walks of two lengths over operands of their own.
extension GroupRunner {
  /// Distinct operands whose lines are brought into the cell's state before each timing.
  mutating func measurePrepared(
    _ cell: Cell, _ memory: OperandMemory, _ spot: Int, _ samples: Int, _ group: inout Group,
    _ calls: inout CallLog
  ) throws(Trap) {
    let (short, long) = GroupRunner.walkCounts
    let site = PreparedOperands(cell: cell, memory: memory, spot: spot, count: long)
    let result = site.withPreparation(
      otherCpu: otherCpu, deadlineTicks: UInt64(ticksPerSecond / 2)
    ) { prepare -> Result<Bool, Trap> in
      do throws(Trap) {
        for _ in 0..<samples {
          guard prepare() else { return .success(false) }
          let first = try walk(cell, site, short)
          guard prepare() else { return .success(false) }
          book(first, short, try walk(cell, site, long), long, &group, &calls)
        }
        if let pmu {
          guard prepare() else { return .success(false) }
          let first = try pmu.counting { () throws(Trap) in try walk(cell, site, short) }
          guard prepare() else { return .success(false) }
          let second = try pmu.counting { () throws(Trap) in try walk(cell, site, long) }
          book(first, short, second, long, &group, &calls)
        }
        return .success(true)
      } catch {
        return .failure(error)
      }
    }
    group.isPrepared = try result?.get() ?? false
  }

  private mutating func walk(
    _ cell: Cell, _ site: PreparedOperands, _ count: Int
  ) throws(Trap) -> TimedCall {
    var addresses = site.operands
    let function = cell.kernel.functions.walk
    let result = addresses.withUnsafeMutableBytes { list -> Result<TimedCall, Trap> in
      do throws(Trap) {
        return .success(
          try timer.time(function, site.template, count: count, list: list.baseAddress))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
