/// What is executed: an x86 instruction with a memory operand that it reads, modifies and writes.
///
/// The raw value is the stable id used in files and on the command line. Source: SDM vol. 2A and 2B.
public enum Instruction: String, CaseIterable, Sendable, Hashable {
  case add, sub, inc, dec, neg, not, and, or, xor, adc, sbb
  case xadd, xchg
  /// CMPXCHG that finds what it expects, every time.
  case cmpxchg
  /// CMPXCHG that never finds what it expects; it writes the old value back, locked all the same.
  case cmpxchgFail = "cmpxchg-fail"
  case cmpxchg8b, cmpxchg16b
  case bts, btr, btc
  case load, store

  /// Operand sizes in bytes that the instruction has.
  public var widths: [Int] {
    switch self {
    case .bts, .btr, .btc: [2, 4, 8]
    case .cmpxchg8b: [8]
    case .cmpxchg16b: [16]
    default: [1, 2, 4, 8]
    }
  }

  /// Whether it may carry a LOCK prefix or locks without one (SDM vol. 2A, LOCK).
  public var hasLockedForm: Bool { self != .load && self != .store }

  /// Whether it can run unlocked: everything but XCHG, which locks with or without the prefix.
  public var hasPlainForm: Bool { self != .xchg }

  /// The mnemonic, without prefix and size suffix.
  public var mnemonic: String {
    switch self {
    case .cmpxchgFail: "cmpxchg"
    case .load, .store: "mov"
    default: rawValue
    }
  }

  /// One line for `splitbench list`.
  public var summary: String {
    switch self {
    case .add, .sub, .and, .or, .xor: "\(mnemonic) of a register to memory"
    case .adc, .sbb: "\(mnemonic) of a register to memory, carry set"
    case .inc, .dec, .neg, .not: "\(mnemonic) of memory"
    case .xadd: "exchange and add; the register is reset each time"
    case .xchg: "exchange with a register; locked without a prefix"
    case .cmpxchg: "compare and exchange that succeeds every time"
    case .cmpxchgFail: "compare and exchange that fails every time"
    case .cmpxchg8b: "8-byte compare and exchange of two registers, succeeding"
    case .cmpxchg16b: "16-byte compare and exchange, succeeding; must be aligned"
    case .bts, .btr, .btc: "\(mnemonic) of the operand's highest bit, immediate index"
    case .load: "load of memory into a register"
    case .store: "store of a register to memory"
    }
  }
}
