import CAtomics
import Glibc
import LockKernels

/// Many operands whose lines can be flushed, or modified by another CPU, before they are walked.
struct PreparedOperands {
  let operands: [UnsafeMutableRawPointer]
  /// A hot operand that holds what the prepared ones hold: zero.
  let template: UnsafeMutableRawPointer
  private let cell: Cell
  private let lineBytes: Int

  init(cell: Cell, memory: OperandMemory, spot: Int, count: Int) {
    self.cell = cell
    lineBytes = memory.lineBytes
    let pages = memory.pageCount - 2
    precondition(count < pages, "each operand has a page of its own, and so has the template")
    // A page each keeps neighbours' prefetches away; a line of its own keeps them from sharing one cache set.
    var random = SeededGenerator(seed: UInt64(spot))
    func spotOnPage(_ index: Int) -> Int {
      let line = Int.random(in: 0..<(memory.linesPerPage - 2), using: &random)
      return (spot % pages + index) % pages + line * pages
    }
    operands = (0..<count).map {
      memory.address(cell.placement, offset: cell.offset, spot: spotOnPage($0))
    }
    template = memory.address(.aligned, offset: 0, spot: spotOnPage(count))
    memset(template, 0, cell.kernel.widthBytes)
  }

  /// First bytes of all lines that the operands touch.
  private var lines: [UnsafeMutableRawPointer] {
    operands.flatMap { operand in
      let first = operand - cell.offset
      return cell.placement.isSplit ? [first, first + lineBytes] : [first]
    }
  }

  /// Hands `body` a function that brings all lines into the cell's state, false if it failed.
  func withPreparation<R>(
    otherCpu: Int?, deadlineTicks: UInt64, _ body: (_ prepare: () -> Bool) -> R?
  ) -> R? {
    let lines = lines
    switch cell.lineState {
    case .hot:
      return body { true }
    case .cold:
      return body {
        for operand in operands { memset(operand, 0, cell.kernel.widthBytes) }
        for line in lines { catomics_flush_line(line) }
        catomics_fence()
        return true
      }
    case .otherCpuModified:
      guard let otherCpu else { return nil }
      let writer = OtherCpuWriter(
        cpu: otherCpu, lines: lines, lineBytes: lineBytes, deadlineTicks: deadlineTicks)
      return writer.serving { body { writer.modify() } }
    }
  }
}
