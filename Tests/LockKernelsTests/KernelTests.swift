import CHost
import Glibc
import LockKernels
import Machine
import TestSupport
import Testing

@Suite struct KernelTests {
  @Test func theTableHasEveryForm() {
    let expected = Instruction.allCases.reduce(0) { sum, instruction in
      let forms = (instruction.hasLockedForm ? 1 : 0) + (instruction.hasPlainForm ? 1 : 0)
      return sum + instruction.widths.count * forms
    }
    #expect(Kernel.all.count == expected)
  }

  @Test func formsThatDoNotExistAreNil() {
    #expect(Kernel(.xchg, widthBytes: 8, locked: false) == nil, "XCHG always locks")
    #expect(Kernel(.load, widthBytes: 8, locked: true) == nil)
    #expect(Kernel(.bts, widthBytes: 1, locked: true) == nil)
    #expect(Kernel(.add, widthBytes: 16, locked: true) == nil)
    #expect(Kernel(.add, widthBytes: 3, locked: true) == nil)
  }

  @Test func plainTwinIsTheSameWithoutTheLock() {
    for kernel in Kernel.all where kernel.isLocked {
      #expect((kernel.plainTwin == nil) == (kernel.instruction == .xchg))
    }
  }

  /// Every kernel at every offset of two lines at which it stays in one line, or whose instruction does not lock.
  @Test(arguments: Kernel.all)
  func computesWithoutSplitLocks(kernel: Kernel) {
    checkAllOffsets(of: kernel, splitLocks: false)
  }

  /// The rest: about 7,500 split locks in all.
  @Test(
    .enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"),
    arguments: Kernel.all.filter { $0.isLocked && $0.widthBytes > 1 && $0.instruction != .cmpxchg16b })
  func computesAcrossLines(kernel: Kernel) {
    checkAllOffsets(of: kernel, splitLocks: true)
  }

  private func checkAllOffsets(of kernel: Kernel, splitLocks: Bool) {
    let line = 64
    let size = 4 * line
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: line)
    defer { buffer.deallocate() }
    for offset in 0..<(2 * line) {
      let start = line + offset  // A line in front and one behind belong to the neighbours.
      let crosses = start % line + kernel.widthBytes > line
      if kernel.instruction == .cmpxchg16b && start % 16 != 0 { continue }
      guard (crosses && kernel.isLocked) == splitLocks else { continue }
      for call in Call.allCases {
        check(kernel, call, in: buffer, at: start)
      }
    }
  }

  /// The ways in which a kernel is called, with the operations that each performs.
  enum Call: CaseIterable { case loop, walk, single, loopWithWork }

  private func check(
    _ kernel: Kernel, _ call: Call, in buffer: UnsafeMutableRawBufferPointer, at start: Int
  ) {
    for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: index &* 37 &+ 11) }
    let before = Array(buffer)
    let operand = buffer.baseAddress! + start
    var list = [UInt64](repeating: UInt64(UInt(bitPattern: operand)), count: 4)
    let count: Int
    switch call {
    case .loop:
      count = Kernel.Functions.operationsPerBlock
      kernel.functions.loop(operand, 1, nil)
    case .walk:
      count = 1
      kernel.functions.walk(operand, 1, &list)
    case .single:
      count = 3
      kernel.functions.single(operand, 3, &list)
      #expect(list[..<3].allSatisfy { $0 > 0 && $0 < 1 << 40 }, "\(kernel.name): readings are differences")
      #expect(list[3] == UInt64(UInt(bitPattern: operand)), "\(kernel.name): no reading too many")
    case .loopWithWork:
      guard let loop = kernel.functions.loopWithWork else { return }
      count = Kernel.Functions.operationsPerBlock
      loop(operand, 1, nil)
    }
    var expected = before
    let range = start..<(start + kernel.widthBytes)
    expected.replaceSubrange(range, with: Semantics(kernel: kernel).apply(count, to: Array(before[range])))
    #expect(Array(buffer) == expected, "\(kernel.name) by \(call) at byte \(start) of the line's start")
  }
}
