import Testing

@testable import LockKernels

@Suite struct VictimTests {
  private static let sizes = VictimMemory.Sizes(l1d: 1 << 10, l2: 8 << 10, l3: 64 << 10, memory: 64 << 20)

  @Test(
    arguments: [
      (32 << 10, 1 << 20, 32 << 20, 16 << 30), (48 << 10, 2 << 20, nil, 8 << 30), (nil, nil, nil, 256 << 20),
      (32 << 10, 256 << 10, 260 << 20, 512 << 30),
    ] as [(Int?, Int?, Int?, Int)])
  func workingSetsGrowFromCacheToCache(l1d: Int?, l2: Int?, l3: Int?, memory: Int) {
    let sizes = VictimMemory.Sizes(l1d: l1d, l2: l2, l3: l3, memory: memory)
    #expect(sizes.l2 > l1d ?? 32 << 10, "does not fit the L1")
    #expect(sizes.l3 > l2 ?? 1 << 20, "does not fit the L2")
    #expect(sizes.dram >= 2 * sizes.l3)
    if let l2 { #expect(sizes.l2 <= l2) }
    if let l3, let l2, l3 >= 2 * l2 { #expect(sizes.l3 <= l3) }
  }

  /// Each chase must come back to its start after as many hops as it has lines, and not before: no line is left out.
  @Test(arguments: [Victim.l2Chase, .l3Chase, .dramChase])
  func aChaseIsOneCycleOverItsWholeWorkingSet(victim: Victim) throws {
    let memory = try VictimMemory(sizes: Self.sizes, node: nil, seed: 3)
    let cursor = try #require(memory.operand(for: victim, count: 1))
    let start = cursor.load(as: UInt.self)
    let bytes =
      switch victim {
      case .l2Chase: Self.sizes.l2
      case .l3Chase: Self.sizes.l3
      default: Self.sizes.dram
      }
    var seen: Set<UInt> = []
    var place = start
    var ordered = 0
    repeat {
      seen.insert(place)
      let next = UnsafePointer<UInt>(bitPattern: place)!.pointee
      if next == place + 64 { ordered += 1 }
      place = next
    } while place != start && seen.count <= bytes / 64
    #expect(seen.count == bytes / 64)
    #expect(ordered < seen.count / 8, "a prefetcher must not foresee the next line")
  }

  @Test(arguments: Victim.allCases)
  func everyVictimRuns(victim: Victim) throws {
    let memory = try VictimMemory(sizes: Self.sizes, node: nil, seed: 3)
    let own = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { own.deallocate() }
    for _ in 0..<3 {
      victim.function(memory.operand(for: victim, count: 8) ?? own, 8, nil)
    }
  }

  @Test func theStreamStaysInItsMemory() throws {
    let memory = try VictimMemory(sizes: Self.sizes, node: nil, seed: 3)
    let lines = 100
    let places = (0..<3 * Self.sizes.dram / 64 / lines).map { _ in
      UInt(bitPattern: memory.operand(for: .dramRead, count: lines)!)
    }
    #expect(places.max()! + UInt(lines * 64) <= places.min()! + UInt(Self.sizes.dram))
    #expect(Set(places).count > 10)
  }
}
