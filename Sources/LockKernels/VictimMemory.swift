import CNuma
import Glibc

/// What victims read: chains of lines in unpredictable order, sized from the machine's caches, on one NUMA node.
public final class VictimMemory {
  /// The working sets in the order in which they lie; each has a chain through all its lines.
  public enum WorkingSet: Int, Sendable, CaseIterable {
    case l2, l3, dram

    /// Each cursor has a line of its own.
    fileprivate var cursorOffset: Int { rawValue * VictimMemory.lineBytes }
  }

  /// Bytes of the three working sets.
  public struct Sizes: Sendable, Codable, Equatable {
    public var l2: Int
    public var l3: Int
    public var dram: Int

    /// - Parameters: the sizes of the victim's caches in bytes, nil where unknown; `memory` is what may be taken, in bytes.
    ///
    /// Half of a cache leaves room for what else lives there; of the L3, which others share, an eighth, if that is more than
    /// the L2. Memory means four times the L3, or what an eighth of the free memory allows.
    public init(l1d: Int?, l2: Int?, l3: Int?, memory: Int) {
      let (l1dSize, l2Size) = (l1d ?? 32 << 10, l2 ?? 1 << 20)
      let l3Size = max(l3 ?? 4 * l2Size, 2 * l2Size)
      let most = memory / 8
      self.l2 = min(max(l2Size / 2, 2 * l1dSize), most)
      self.l3 = min(max(l3Size / 8, 2 * l2Size), most)
      dram = max(min(4 * l3Size, most), 1 << 20)
      fitsCache = dram < 2 * l3Size
      isAssumed = l2 == nil || l3 == nil
    }

    /// Whether the largest set fits the L3 for the most part.
    public let fitsCache: Bool
    /// Whether a cache's size was not known.
    public let isAssumed: Bool

    public var total: Int { l2 + l3 + dram }

    func bytes(of set: WorkingSet) -> Int {
      switch set {
      case .l2: l2
      case .l3: l3
      case .dram: dram
      }
    }
  }

  public enum Shortcoming: String, Sendable, Hashable {
    /// Less than 90 % of the memory lies in huge pages: chases meet TLB misses, too.
    case noHugePages = "victim-memory-without-huge-pages"
    /// Pages lie where they were first touched, not on the node that was asked for.
    case noNumaPolicy = "no-numa-policy"
    /// The set for memory fits the L3 for the most part.
    case fitsCache = "dram-set-fits-cache"
    /// The size of a cache is unknown.
    case cacheAssumed = "cache-size-assumed"
  }

  public let sizes: Sizes
  public let node: Int?
  public let shortcomings: Set<Shortcoming>
  private let base: UnsafeMutableRawPointer
  private let bytes: Int
  /// One line of its own for each chase's cursor, so that they go on where they were.
  private let cursors: UnsafeMutableRawPointer
  private var streamed = 0

  private static let lineBytes = 64
  private static let hugePage = 2 << 20

  /// Maps, binds, touches and links the memory: some tenths of a second.
  ///
  /// - Parameters:
  ///   - node: the NUMA node; nil leaves the pages where the calling thread first touches them.
  ///   - seed: of the order of the chains.
  /// - Throws: `OperandMemory.Failure` when there is no memory.
  public init(sizes: Sizes, node: Int?, seed: UInt64) throws(OperandMemory.Failure) {
    self.sizes = sizes
    bytes = VictimMemory.roundedUp(sizes.total) + VictimMemory.hugePage
    let mapping = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapping, mapping != MAP_FAILED else { throw OperandMemory.Failure(bytes: bytes) }
    base = mapping
    var shortcomings: Set<Shortcoming> = []
    if sizes.fitsCache { shortcomings.insert(.fitsCache) }
    if sizes.isAssumed { shortcomings.insert(.cacheAssumed) }
    let bindsTo = numa_available() >= 0 ? node : nil
    // Whether it worked is seen below.
    if let bindsTo { _ = NodeBinding.bind(base, bytes: bytes, to: bindsTo) }
    self.node = bindsTo
    madvise(base, bytes, MADV_HUGEPAGE)
    cursors = UnsafeMutableRawPointer.allocate(
      byteCount: WorkingSet.allCases.count * VictimMemory.lineBytes, alignment: 64)
    var random = Shuffle(state: seed)
    var start = VictimMemory.alignedStart(base)
    for set in WorkingSet.allCases {
      VictimMemory.link(start, lines: sizes.bytes(of: set) / VictimMemory.lineBytes, &random)
      cursors.storeBytes(of: UInt(bitPattern: start), toByteOffset: set.cursorOffset, as: UInt.self)
      start += sizes.bytes(of: set)
    }
    if let node, NodeBinding.node(of: VictimMemory.alignedStart(base)) != node {
      shortcomings.insert(.noNumaPolicy)
    }
    if VictimMemory.hugeBytes(at: base) < sizes.total / 10 * 9 { shortcomings.insert(.noHugePages) }
    self.shortcomings = shortcomings
  }

  deinit {
    munmap(base, bytes)
    cursors.deallocate()
  }

  /// What `victim`'s function takes for its next `count`; nil where it needs a line of its own, not this memory.
  public func operand(for victim: Victim, count: Int) -> UnsafeMutableRawPointer? {
    switch victim.operand {
    case .chain(let set): cursors + set.cursorOffset
    case .stream: stream(count * VictimMemory.lineBytes)
    case .start: VictimMemory.alignedStart(base)
    case .ownLine: nil
    }
  }

  /// The next part of the memory that is read in a row.
  private func stream(_ length: Int) -> UnsafeMutableRawPointer {
    precondition(length <= sizes.dram)
    if streamed + length > sizes.dram { streamed = 0 }
    defer { streamed += length }
    return VictimMemory.alignedStart(base) + sizes.l2 + sizes.l3 + streamed
  }

  /// How often a chase's function has to run to see every line, those of the L2 several times, which settle late; for
  /// others, to touch what they read.
  public func countsToWarm(_ victim: Victim) -> Int {
    let bytes =
      switch victim.operand {
      case .chain(.l2): 4 * sizes.l2
      case .chain(.l3): sizes.l3
      case .chain(.dram), .stream, .start, .ownLine: 4096
      }
    return max(1, bytes / VictimMemory.lineBytes / victim.operationsPerCount)
  }

  // MARK: Making

  private static func roundedUp(_ size: Int) -> Int { (size + hugePage - 1) / hugePage * hugePage }

  private static func alignedStart(_ base: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(roundedUp(Int(bitPattern: base))))!
  }

  /// Links lines into one cycle of random order (Sattolo 1986): no prefetcher foresees it, and no part of it is skipped.
  private static func link(_ start: UnsafeMutableRawPointer, lines: Int, _ random: inout Shuffle) {
    var order = [UInt32](unsafeUninitializedCapacity: lines) { buffer, count in
      for index in 0..<lines { buffer[index] = UInt32(index) }
      count = lines
    }
    order.withUnsafeMutableBufferPointer { order in
      for index in stride(from: lines - 1, to: 0, by: -1) {
        order.swapAt(index, random.below(index))
      }
      for index in 0..<lines {
        let next = start + Int(order[index]) * lineBytes
        (start + index * lineBytes).storeBytes(of: UInt(bitPattern: next), as: UInt.self)
      }
    }
  }

  /// Bytes of the mapping that lie in huge pages (AnonHugePages in /proc/self/smaps); 0 where that cannot be read.
  private static func hugeBytes(at base: UnsafeMutableRawPointer) -> Int {
    guard let file = fopen("/proc/self/smaps", "re") else { return 0 }
    defer { fclose(file) }
    // Linux may have merged the mapping with a neighbour: it is the one that holds the address.
    let address = UInt(bitPattern: alignedStart(base))
    var line = [CChar](repeating: 0, count: 4096)
    var isOurs = false
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let ends = text.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
      if ends.count == 2 { isOurs = (ends[0]..<ends[1]).contains(address) }
      if isOurs, text.hasPrefix("AnonHugePages:") {
        return (Int(text.filter(\.isNumber)) ?? 0) << 10
      }
    }
    return 0
  }

  /// xorshift64* (Vigna 2016): the standard library's generic `Int.random` takes a second for four million lines in debug.
  private struct Shuffle {
    var state: UInt64
    init(state: UInt64) { self.state = state | 1 }
    mutating func below(_ bound: Int) -> Int {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return Int((state &* 0x2545_F491_4F6C_DD1D).multipliedFullWidth(by: UInt64(bound)).high)
    }
  }
}
