import CHost
import LockKernels
import Machine

/// Tries one cell in a task of its own, and gathers what Linux's log and the registers say of it.
struct TrapTrial {
  let machine: MachineReport
  let clock: TscClock
  /// Nil where it cannot be read.
  private let log: KernelLog?

  init(machine: MachineReport, clock: TscClock) {
    self.machine = machine
    self.clock = clock
    log = try? KernelLog(fromNowOn: true)
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

  /// - Parameter body: tries it; gives its record and the tasks that did.
  func watched(
    _ operand: Operand, _ cell: TrapCell, _ body: () throws -> (record: TrapRecord, tasks: [Int])
  ) rethrows -> TrapRecord {
    defer { withExtendedLifetime(operand.memory) {} }
    _ = log?.newMessages { _ in false }
    let smis = cell.takesBusLock ? smiCount(cell.cpu) : nil
    var (record, tasks) = try body()
    record.smis = smis.flatMap { before in smiCount(cell.cpu).map { Int($0 &- before) } }
    record.reports = log.map { log in
      log.newMessages(where: DetectionReport.isOne).compactMap(DetectionReport.init).filter {
        tasks.contains($0.task) || $0.address == UInt64(UInt(bitPattern: operand.site.start))
          || $0.address == UInt64(UInt(bitPattern: operand.site.end))
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
    let record = watched(operand, cell) {
      task.run()
      return (task.record, [task.task])
    }
    return (record, task.unexplained)
  }

  private func smiCount(_ cpu: Int) -> UInt64? {
    SmiCount.read(cpu: cpu, processor: machine.processor, files: .live)
  }
}
