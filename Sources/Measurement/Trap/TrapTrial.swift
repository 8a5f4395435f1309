import CHost
import LockKernels
import Machine

/// Tries one cell in a task of its own, and gathers what Linux's log and the registers say of it.
struct TrapTrial {
  let machine: MachineReport
  let clock: TscClock
  /// Nil where it cannot be read.
  private let log: LinuxLog?

  init(machine: MachineReport, clock: TscClock) {
    self.machine = machine
    self.clock = clock
    log = try? LinuxLog(fromNowOn: true)
  }

  struct Operand {
    let memory: OperandMemory
    let site: TrapSite
    let address: UnsafeMutableRawPointer
  }

  /// Nil where there is no such instruction.
  func operand(_ cell: TrapCell) throws -> Operand? {
    guard let site = TrapSite.find(widthBytes: cell.widthBytes, isLocked: cell.isLocked) else { return nil }
    let memory = try OperandMemory(pageCount: 4, cpu: cell.cpu, lineBytes: machine.processor.lineBytes)
    return Operand(
      memory: memory, site: site,
      address: memory.address(cell.placement, widthBytes: cell.widthBytes, spot: 0))
  }

  /// - Parameters:
  ///   - cpu: where SMIs are counted.
  ///   - body: tries it, and gives its record.
  func watched(
    _ site: TrapSite, on cpu: Int? = nil, _ body: () throws -> TrapRecord
  ) rethrows -> TrapRecord {
    _ = log?.newMessages { _ in false }
    let smis = cpu.flatMap(smiCount)
    var record = try body()
    record.smis = smis.flatMap { before in cpu.flatMap(smiCount).map { Int($0 &- before) } }
    record.reports = log.map { log in
      log.newMessages(where: DetectionReport.isOne).compactMap(DetectionReport.init).filter {
        // Its task number is of the first PID namespace: ours in a container is another. The address is ours either way.
        $0.address == UInt64(UInt(bitPattern: site.start)) || $0.address == UInt64(UInt(bitPattern: site.end))
      }
    }
    return record
  }

  /// - Parameter longest: an operation of so many seconds ends the trial, and is returned.
  func inProcess(
    _ cell: TrapCell, trials: Int, longest: Double
  ) throws -> (record: TrapRecord, unexplained: Double?)? {
    guard let operand = try operand(cell) else { return nil }
    let pmu = machine.topology.cpu(cell.cpu).map {
      Pmu(cpu: $0, processor: machine.processor, files: .live)
    }
    let task = TrapTask(
      cell, operand.site, operand.address, trials: trials, longest: longest, clock: clock,
      pmu: pmu?.busLocks == nil ? nil : pmu)
    defer { withExtendedLifetime(operand.memory) {} }
    let record = watched(operand.site, on: cell.takesBusLock ? cell.cpu : nil) {
      task.run()
      return task.record
    }
    return (record, task.unexplained)
  }

  private static let childTimeout: UInt32 = 2000

  /// - Parameter trials: children, one after another, on the cell's CPU.
  func inChild(_ cell: TrapCell, trials: Int = 1) throws -> TrapRecord {
    var record = TrapRecord(cell)
    guard let operand = try operand(cell) else { return record }
    defer { withExtendedLifetime(operand.memory) {} }
    let work = UnsafeMutablePointer<ChildWork>.allocate(capacity: 1)
    work.initialize(
      to: ChildWork(
        run: operand.site.run, operand: operand.address,
        flags: cell.trigger == .eflagsAC ? TrapSite.alignmentCheck : 0))
    defer { work.deallocate() }
    return try CpuPin.pinned(to: cell.cpu) {
      watched(operand.site, on: cell.takesBusLock ? cell.cpu : nil) {
        for _ in 0..<trials { tryChild(&record, work) }
        return record
      }
    }
  }

  private func tryChild(_ record: inout TrapRecord, _ work: UnsafeMutablePointer<ChildWork>) {
    let result = chost_run_in_child(
      { context in
        let work = context!.assumingMemoryBound(to: ChildWork.self)
        work.pointee.run(
          work.pointee.operand, work.pointee.flags, context! + MemoryLayout<ChildWork>.offset(of: \.times)!)
      }, work, TrapTrial.childTimeout)
    guard result.error == 0 else {
      record.refusal = "a child on CPU \(record.cell.cpu): fork: error \(result.error)"
      return
    }
    record.issued += 1
    if result.timed_out { record.timedOut += 1 }
    if result.signal != 0 {
      record.killed += 1
      record.signal = result.signal
    }
  }

  private struct ChildWork {
    var run: @convention(c) (UnsafeMutableRawPointer, UInt64, UnsafeMutableRawPointer) -> Void
    var operand: UnsafeMutableRawPointer
    var flags: UInt64
    var times: (UInt64, UInt64) = (0, 0)
  }

  private func smiCount(_ cpu: Int) -> UInt64? {
    SmiCount.read(cpu: cpu, processor: machine.processor, files: .live)
  }
}
