import LockKernels
import Subprocess
import SystemPackage
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#endif

/// The instructions of the built binary, debug and, where it was built, release.
@Suite struct DisassemblyTests {
  static let binaries: [FilePath] = {
    let folder = Tool.buildFolder.removingLastComponent()
    return ["debug", "release"].map { folder.appending($0).appending("splitbench") }
      .filter { FileManager.default.isExecutableFile(atPath: $0.string) }
  }()

  /// Instructions by symbol, as GNU objdump spells them.
  private static func disassemble(_ binary: FilePath) async throws -> [String: [String]] {
    // Most of a statically linked binary is Foundation: sed leaves what a symbol of ours names, up to the empty line.
    let ours = "/<(loop|walk|single|work|catomics|trap)_.*>:$/,/^$/p"
    let result = try await Subprocess.run(
      .name("sh"),
      arguments: ["-c", #"objdump -d --no-show-raw-insn "$0" | sed -nE "$1""#, binary.string, ours],
      output: .string(limit: 64 << 20), error: .discarded)
    var code: [String: [String]] = [:]
    var symbol: String?
    for line in result.standardOutput.split(separator: "\n") {
      if line.hasSuffix(">:"), let start = line.firstIndex(of: "<") {
        let name = line[line.index(after: start)...].dropLast(2)
        let isKernel = ["loop_", "walk_", "single_", "work_", "catomics_", "trap_"].contains {
          name.hasPrefix($0)
        }
        symbol = isKernel ? String(name) : nil
      } else if let symbol, let colon = line.firstIndex(of: ":") {
        let text = line[line.index(after: colon)...].prefix { $0 != "#" }
        code[symbol, default: []].append(
          text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
      }
    }
    return code
  }

  @Test(arguments: binaries)
  func everyFunctionIsExactlyItsInstruction(binary: FilePath) async throws {
    let code = try await Self.disassemble(binary)
    for kernel in Kernel.all {
      let stem = Self.symbol(of: kernel)
      for (kind, count) in [("loop", Kernel.Functions.operationsPerBlock), ("walk", 1), ("single", 1)] {
        try check(kernel, symbol: "\(kind)_\(stem)", count: count, in: code)
      }
      if kernel.functions.loopWithWork != nil {
        try check(kernel, symbol: "work_\(stem)", count: Kernel.Functions.operationsPerBlock, in: code)
      }
    }
    try checkContention(code)
  }

  /// What runs beside each other: victims that lock nothing, and an aggressor that locks nothing but its add.
  private func checkContention(_ code: [String: [String]]) throws {
    let victims = code.keys.filter { $0.hasPrefix("catomics_victim_") }
    #expect(victims.contains("catomics_victim_chase"))
    for (symbol, locked) in victims.map({ ($0, "") }) + [
      ("catomics_dependent_adds", ""), ("catomics_aggress", "add"), ("catomics_pass_counter", "cmpxchg"),
      ("catomics_read_halves", "xadd"),
    ] {
      let instructions = try #require(code[symbol], "no function \(symbol) in the binary")
      let locking = instructions.filter {
        $0.hasPrefix("lock ") || ($0.hasPrefix("xchg") && $0.contains("("))
      }
      #expect(locking.isEmpty == locked.isEmpty, "\(symbol): \(locking)")
      #expect(locking.allSatisfy { $0.hasPrefix("lock \(locked) ") }, "\(symbol): \(locking)")
    }
    // Labels stand around the instruction of a trap site: objdump takes them for functions.
    for (width, register) in [(2, "%r10w"), (4, "%r10d"), (8, "%r10")] {
      #expect(code["trap_start_locked_\(width)"] == ["lock add \(register),(%rdi)"])
      #expect(code["trap_start_plain_\(width)"] == ["add \(register),(%rdi)"])
    }
    #expect(code["catomics_victim_loads"]!.count { $0.hasSuffix("(%rdi),%rax") } == 64)
    #expect(code["catomics_victim_chase"]!.count { $0 == "mov (%rax),%rax" } == 16)
  }

  private func check(
    _ kernel: Kernel, symbol: String, count: Int, in code: [String: [String]]
  ) throws {
    let instructions = try #require(code[symbol], "no function \(symbol) in the binary")
    let expected = Semantics(kernel: kernel).disassembly
    let found = instructions.count { $0 == expected }
    #expect(found == count, "\(symbol): \(expected) stands \(found) times")
    let locking = instructions.filter { $0.hasPrefix("lock ") || ($0.hasPrefix("xchg") && $0.contains("(")) }
    #expect(locking.count == (kernel.isLocked ? count : 0), "\(symbol): \(locking)")
    #expect(locking.allSatisfy { $0 == expected }, "\(symbol) locks something else: \(locking)")
  }

  static func symbol(of kernel: Kernel) -> String {
    let name = kernel.instruction.rawValue.replacing("-", with: "_")
    return "\(kernel.isLocked ? "locked" : "plain")_\(name)_\(kernel.widthBytes)"
  }
}
