import CAtomics
import LockKernels

/// What an instruction does to its operand, and how it is spelt, written from the SDM and independent of the kernels.
public struct Semantics {
  private let kernel: Kernel

  public init(kernel: Kernel) { self.kernel = kernel }

  /// The operand after `count` operations of one call; little-endian bytes.
  public func apply(_ count: Int, to old: [UInt8]) -> [UInt8] {
    if kernel.instruction == .cmpxchg16b { return halves(old, width: 8, adding: count) }
    if kernel.instruction == .cmpxchg8b { return halves(old, width: 4, adding: count) }
    var value = number(old)
    var register = source
    for _ in 0..<count { step(&value, &register) }
    return bytes(value, old.count)
  }

  private var bits: UInt64 { UInt64(kernel.widthBytes) * 8 }
  private var mask: UInt64 { bits == 64 ? .max : 1 << bits - 1 }
  private var source: UInt64 { CATOMICS_SOURCE & mask }
  private var topBit: UInt64 { 1 << (bits - 1) }

  private func step(_ value: inout UInt64, _ register: inout UInt64) {
    switch kernel.instruction {
    case .add, .xadd, .cmpxchg: value &+= source
    case .sub: value &-= source
    case .adc: value &+= source &+ 1  // The kernel sets the carry each time.
    case .sbb: value &-= source &+ 1
    case .inc: value &+= 1
    case .dec: value &-= 1
    case .neg: value = 0 &- value
    case .not: value = ~value
    case .and: value &= source
    case .or: value |= source
    case .xor: value ^= source
    case .bts: value |= topBit
    case .btr: value &= ~topBit
    case .btc: value ^= topBit
    case .xchg: (value, register) = (register, value)
    case .store: value = source
    case .load, .cmpxchgFail: break
    case .cmpxchg8b, .cmpxchg16b: preconditionFailure("handled in halves")
    }
    value &= mask
  }

  private func halves(_ old: [UInt8], width: Int, adding count: Int) -> [UInt8] {
    [old.prefix(width), old.suffix(width)].flatMap {
      bytes(number(Array($0)) &+ UInt64(count), width)
    }
  }

  private func number(_ bytes: [UInt8]) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}

extension Semantics {
  /// As GNU objdump spells it: on the operand that rdi points at, with the kernels' own registers.
  public var disassembly: String {
    let width = kernel.widthBytes
    let suffix = [1: "b", 2: "w", 4: "l", 8: "q", 16: ""][width]!
    func register(_ number: Int) -> String {
      "%r\(number)" + [1: "b", 2: "w", 4: "d", 8: ""][width]!
    }
    let prefix = kernel.isLocked && kernel.instruction != .xchg ? "lock " : ""
    switch kernel.instruction {
    case .inc, .dec, .neg, .not:
      return "\(prefix)\(kernel.instruction.rawValue)\(suffix) (%rdi)"
    case .bts, .btr, .btc:
      let index = "$0x" + String(width * 8 - 1, radix: 16)
      return "\(prefix)\(kernel.instruction.rawValue)\(suffix) \(index),(%rdi)"
    case .cmpxchg8b, .cmpxchg16b: return "\(prefix)\(kernel.instruction.rawValue) (%rdi)"
    case .xadd: return "\(prefix)xadd \(register(8)),(%rdi)"
    case .cmpxchg: return "\(prefix)cmpxchg \(register(9)),(%rdi)"
    case .load:
      switch width {
      case 1: return "movzbl (%rdi),%r8d"
      case 2: return "movzwl (%rdi),%r8d"
      default: return "mov (%rdi),\(register(8))"
      }
    case .store: return "mov \(register(10)),(%rdi)"
    default: return "\(prefix)\(kernel.instruction.mnemonic) \(register(10)),(%rdi)"
    }
  }
}
