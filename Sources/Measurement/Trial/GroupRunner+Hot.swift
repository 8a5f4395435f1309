import Glibc
import LockKernels

/// Cells whose lines stay in the cache of their CPU: loops of two lengths over one operand.
extension GroupRunner {
  /// Length of the longer timing of a cheap cell, in seconds.
  private static var batchSeconds: Double { 20e-6 }

  mutating func measureHot(
    _ cell: Cell, _ memory: OperandMemory, _ spot: Int, _ samples: Int, _ singles: Int,
    _ group: inout Group, _ calls: inout CallLog
  ) throws(Trap) {
    let kernel = cell.kernel
    let operand = memory.address(cell.placement, offset: cell.offset, spot: spot)
    writeLines(around: operand, cell, memory)
    group.operations += 1
    // Warms code, page and lines. A trap's delay hits the first operation, so it is watched like the others.
    for ticks in try timer.singles(of: kernel, at: operand, count: 1) {
      calls.note(TimedCall(ticks: ticks))
    }
    let loop = cell.between == .nothing ? kernel.functions.loop : kernel.functions.loopWithWork!
    let (short, long) = try batch(cell, loop, operand)
    let perBlock = Kernel.Functions.operationsPerBlock
    for _ in 0..<samples {
      let first = try timer.time(loop, operand, count: short, list: nil)
      let second = try timer.time(loop, operand, count: long, list: nil)
      book(first, short * perBlock, second, long * perBlock, &group, &calls)
    }
    if let pmu {
      let first = try pmu.counting { () throws(Trap) in
        try timer.time(loop, operand, count: short, list: nil)
      }
      let second = try pmu.counting { () throws(Trap) in
        try timer.time(loop, operand, count: long, list: nil)
      }
      book(first, short * perBlock, second, long * perBlock, &group, &calls)
    }
    if singles > 0, cell.between == .nothing {
      group.operations += singles
      group.singles = try timer.singles(of: kernel, at: operand, count: singles)
    }
  }

  /// Split locks cost less on lines that were not written lately: so that no cell's cost depends on how many others came
  /// before it in the round, each finds its lines, and a page's worth around them, just written.
  private func writeLines(around operand: UnsafeMutableRawPointer, _ cell: Cell, _ memory: OperandMemory) {
    let reach = memory.pageBytes / 2
    memset(operand - cell.offset - reach, 0, 2 * reach)
  }

  /// Two lengths of the loop, in blocks.
  private mutating func batch(
    _ cell: Cell, _ loop: @escaping Kernel.Functions.Function, _ operand: UnsafeMutableRawPointer
  ) throws(Trap) -> (short: Int, long: Int) {
    if cell.takesBusLock { return GroupRunner.splitBlocks }
    if let long = blocks[cell] { return (long / 4, long) }
    var long = 4
    while try shortest(loop, operand, long) < GroupRunner.batchSeconds * ticksPerSecond, long < 1 << 20 {
      long *= 2
    }
    blocks[cell] = long
    return (long / 4, long)
  }

  /// The shortest of three calls: a gap in one must not fix a batch for the whole run.
  private mutating func shortest(
    _ loop: @escaping Kernel.Functions.Function, _ operand: UnsafeMutableRawPointer, _ count: Int
  ) throws(Trap) -> Double {
    var shortest = Double.infinity
    for _ in 0..<3 {
      shortest = min(
        shortest, Double(try timer.time(loop, operand, count: count, list: nil).ticks))
    }
    return shortest
  }
}
