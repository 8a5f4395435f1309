import CGuest

/// The memory of a guest as it begins: page tables, exceptions, the program, and a cell for each vCPU.
struct GuestImage {
  let memory: UnsafeMutableRawPointer
  let program = cguest_program()

  static let (tables, exceptions, gate, code, cells) = (0x1000, 0x4000, 0x5000, 0x10000, 0x20000)
  static let cellBytes = Int(CGUEST_CELL_BYTES)

  static func bytes(vcpus: Int) -> Int { cells + vcpus * cellBytes }
  static func cell(_ index: Int) -> Int { cells + index * cellBytes }

  private static let task = (limit: 0x67, stack: 4)
  static let (descriptorTableLimit, exceptionTableLimit) = (UInt16(63), UInt16(CGUEST_VECTORS * 16 - 1))

  /// Guest address of a part of the program.
  func address(of offset: Int) -> UInt64 { UInt64(GuestImage.code + offset) }

  func address(of routine: GuestCall.Routine) -> UInt64 {
    address(
      of: Int(bitPattern: unsafeBitCast(routine.function, to: UInt.self)) - Int(bitPattern: program.start))
  }

  func write(vcpus: Int) {
    // One large page, for all levels, writable: level by level.
    let flags: UInt64 = 0b111
    for level in 0..<2 {
      put(UInt64(GuestImage.tables + (level + 1) << 12) | flags, GuestImage.tables + level << 12)
    }
    put(1 << 7 | flags, GuestImage.tables + 2 << 12)
    for vector in 0..<Int(CGUEST_VECTORS) { writeGate(vector) }
    (memory + GuestImage.code).copyMemory(from: program.start, byteCount: program.bytes)
    for index in 0..<vcpus { writeCell(GuestImage.cell(index)) }
  }

  /// An interrupt gate, with that of the way back open to CPL 3 (Intel SDM vol. 3, 7.14.1).
  private func writeGate(_ vector: Int) {
    let isBack = vector == Int(CGUEST_RETURN_VECTOR)
    let handler = address(
      of: isBack ? Int(program.comes_back) : Int(program.stubs) + vector * Int(CGUEST_STUB_BYTES))
    let attributes: UInt64 = isBack ? 0xEE00 : 0x8E00
    let low =
      handler & 0xFFFF | UInt64(CGUEST_SYSTEM_CODE) << 16 | attributes << 32 | (handler >> 16 & 0xFFFF) << 48
    put(low, GuestImage.exceptions + vector * 16)
    put(handler >> 32, GuestImage.exceptions + vector * 16 + 8)
  }

  /// Segments and a task that names the stack of CPL 0.
  private func writeCell(_ cell: Int) {
    let table = cell + Int(CGUEST_GDT)
    let task = UInt64(cell + Int(CGUEST_TSS))
    let descriptors: [(Int32, UInt64)] = [
      (Int32(CGUEST_SYSTEM_CODE), 0x00AF_9B00_0000_FFFF), (Int32(CGUEST_SYSTEM_DATA), 0x00CF_9300_0000_FFFF),
      (Int32(CGUEST_USER_DATA), 0x00CF_F300_0000_FFFF), (Int32(CGUEST_USER_CODE), 0x00AF_FB00_0000_FFFF),
      (
        Int32(CGUEST_TASK),
        UInt64(GuestImage.task.limit) | (task & 0xFF_FFFF) << 16 | 0x8B << 40 | (task >> 24 & 0xFF) << 56
      ),
    ]
    for (selector, descriptor) in descriptors { put(descriptor, table + Int(selector) & ~7) }
    // Not aligned to 8.
    (memory + Int(task) + GuestImage.task.stack).storeBytes(
      of: UInt64(cell + Int(CGUEST_SYSTEM_STACK)), as: UInt64.self)
  }

  func closeGate() { put(0, GuestImage.gate) }

  private func put(_ value: UInt64, _ address: Int) {
    memory.storeBytes(of: value, toByteOffset: address, as: UInt64.self)
  }

  /// 64-bit mode at CPL 0, as the program expects it.
  func set(_ system: inout kvm_sregs, _ general: inout kvm_regs, cell: Int) {
    // PE, MP, ET, NE, WP, AM, PG; PAE; LME and LMA.
    (system.cr0, system.cr3, system.cr4, system.efer) = (0x8005_0033, UInt64(GuestImage.tables), 0x20, 0x500)
    var code = kvm_segment()
    (code.limit, code.selector, code.type, code.present) = (0xFFFF_FFFF, UInt16(CGUEST_SYSTEM_CODE), 11, 1)
    (code.s, code.l, code.g) = (1, 1, 1)
    var data = code
    (data.selector, data.type, data.l, data.db) = (UInt16(CGUEST_SYSTEM_DATA), 3, 0, 1)
    system.cs = code
    (system.ds, system.es, system.fs, system.gs, system.ss) = (data, data, data, data, data)
    var task = kvm_segment()
    (task.base, task.limit) = (UInt64(cell + Int(CGUEST_TSS)), UInt32(GuestImage.task.limit))
    (task.selector, task.type, task.present) = (UInt16(CGUEST_TASK), 11, 1)
    system.tr = task
    (system.gdt.base, system.gdt.limit) = (UInt64(cell + Int(CGUEST_GDT)), GuestImage.descriptorTableLimit)
    (system.idt.base, system.idt.limit) = (UInt64(GuestImage.exceptions), GuestImage.exceptionTableLimit)
    general = kvm_regs()
    general.rip = address(of: Int(program.entry))
    general.rsp = UInt64(cell + Int(CGUEST_SYSTEM_STACK))
    general.rflags = 2
  }
}
