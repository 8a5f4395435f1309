import CNuma
import Glibc

/// Memory that operands lie in: touched, on one NUMA node, in small pages, locked where Linux allows.
public final class OperandMemory {
  /// What could not be had, said so in the record.
  public enum Shortcoming: String, Sendable, Hashable {
    /// There is no NUMA support in this Linux, or it refuses to bind: pages lie where first touched.
    case noNumaPolicy = "no-numa-policy"
    /// mlock was refused (RLIMIT_MEMLOCK): a page might be moved or reclaimed.
    case notLocked = "memory-not-locked"
    /// Linux put the first page on another node than asked.
    case otherNode = "memory-on-other-node"
  }

  public let lineBytes: Int
  public let pageBytes: Int
  public let pageCount: Int
  public let shortcomings: Set<Shortcoming>
  private let base: UnsafeMutableRawPointer

  /// Allocates `pageCount` pages (at least 4) on the node of `cpu`.
  ///
  /// The corresponding C functions are `mmap`, `mbind`, `madvise(MADV_NOHUGEPAGE)` and `mlock`.
  /// - Throws: `OperandMemory.Failure` when there is no memory.
  public init(pageCount: Int, cpu: Int, lineBytes: Int) throws(Failure) {
    precondition(pageCount >= 4 && lineBytes > 0)
    self.pageBytes = sysconf(Int32(_SC_PAGESIZE))
    self.pageCount = pageCount
    self.lineBytes = lineBytes
    let size = pageCount * pageBytes
    let node = numa_available() >= 0 ? numa_node_of_cpu(Int32(cpu)) : -1
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw Failure(bytes: size) }
    base = memory
    madvise(base, size, MADV_NOHUGEPAGE)
    let isBound = node >= 0 && NodeBinding.bind(base, bytes: size, to: Int(node))
    var shortcomings: Set<Shortcoming> = isBound ? [] : [.noNumaPolicy]
    if mlock(base, size) != 0 { shortcomings.insert(.notLocked) }
    memset(base, 0, size)
    if node >= 0, let actual = NodeBinding.node(of: base), actual != node { shortcomings.insert(.otherNode) }
    self.shortcomings = shortcomings
  }

  deinit {
    // Unlocks, too.
    munmap(base, pageCount * pageBytes)
  }

  /// Lines in one page.
  public var linesPerPage: Int { pageBytes / lineBytes }

  /// The first byte of an operand at `placement` and `offset`. `spot` chooses among the lines it can lie in: any
  /// number is valid, and equal numbers give equal addresses.
  public func address(_ placement: Placement, offset: Int, spot: Int) -> UnsafeMutableRawPointer {
    precondition((0..<lineBytes).contains(offset) && spot >= 0)
    // The first and the last page stay untouched, so neighbours of an operand are always ours.
    let page = 1 + spot % (pageCount - 2)
    let line: Int
    switch placement {
    case .pageSplit: line = linesPerPage - 1
    // Neither the last line, which ends at a page boundary, nor the last but one, its neighbour.
    case .aligned, .withinLine, .lineSplit: line = (spot / (pageCount - 2)) % (linesPerPage - 2)
    }
    return base + page * pageBytes + line * lineBytes + offset
  }

  /// An operand at the offset that stands for all of its placement.
  public func address(
    _ placement: Placement, widthBytes: Int = 8, spot: Int
  ) -> UnsafeMutableRawPointer {
    let offset = placement.typicalOffset(widthBytes: widthBytes, lineBytes: lineBytes)
    precondition(offset != nil, "an operand of one byte has no placement but aligned")
    return address(placement, offset: offset!, spot: spot)
  }

  /// No memory for the operands.
  public struct Failure: Error, CustomStringConvertible {
    public let bytes: Int
    public var description: String {
      "cannot allocate \(bytes) bytes of operand memory: free some memory or raise the cgroup's limit"
    }
  }
}
