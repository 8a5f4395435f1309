import Testing

@testable import Machine

@Suite struct TopologyTests {
  @Test func oneCpu() throws {
    let topology = try Topology.synthetic("pu:1")
    #expect(topology.cpus.map(\.id) == [0])
    #expect(topology.packageCount == 1)
  }

  @Test func relationsOfALaptopWithSmt() throws {
    let topology = try Topology.synthetic("pack:1 l3:1 l2:2 core:1 pu:2")
    let cpus = topology.cpus
    #expect(topology.relation(of: cpus[0], to: cpus[0]) == .same)
    #expect(topology.relation(of: cpus[0], to: cpus[1]) == .smtSibling)
    #expect(topology.relation(of: cpus[0], to: cpus[2]) == .sameL3)
  }

  @Test func relationsOfTwoSocketsWithClusters() throws {
    let topology = try Topology.synthetic("pack:2 l3:2 l2:1 core:2 pu:1")
    let cpus = topology.cpus
    #expect(topology.cpus.count == 8)
    #expect(topology.relation(of: cpus[0], to: cpus[1]) == .sameL2)
    #expect(topology.relation(of: cpus[0], to: cpus[2]) == .samePackage)
    #expect(topology.relation(of: cpus[0], to: cpus[4]) == .otherPackage)
  }

  @Test func aBigMachine() throws {
    let topology = try Topology.synthetic("pack:2 l3:8 l2:8 core:1 pu:2")
    #expect(topology.cpus.count == 256)
    #expect(topology.packageCount == 2)
    #expect(Set(topology.cpus.map(\.core)).count == 128)
  }

  @Test func disallowedCpusAreNotThere() throws {
    let topology = try Topology.synthetic("core:8 pu:1", allowed: { $0 != 3 })
    #expect(topology.cpus.map(\.id) == [0, 1, 2, 4, 5, 6, 7])
    #expect(topology.onlineCount == 8)
  }

  @Test func nonsenseIsRefused() {
    #expect(throws: TopologyFailure.self) { try Topology.synthetic("nonsense:3") }
    #expect(throws: TopologyFailure.self) { try Topology.synthetic("core:2 pu:1", allowed: { _ in false }) }
  }

  @Test func thisMachineHasCpus() throws {
    let topology = try Topology.ofThisMachine()
    #expect(!topology.cpus.isEmpty)
    #expect(topology.onlineCount >= topology.cpus.count)
  }
}

@Suite struct CpuSelectionTests {
  private static let topology = try! Topology.synthetic("pack:2 core:4 pu:2")

  @Test(
    arguments: [
      ("3", [3]), ("0-3", [0, 1, 2, 3]), ("0-7:3", [0, 3, 6]), ("5,1,5", [1, 5]), ("sibling-of:2", [3]),
      ("other-package-of:0", Array(8...15)), ("all", Array(0...15)), ("0,sibling-of:0", [0, 1]),
    ] as [(String, [Int])])
  func selects(text: String, cpus: [Int]) throws {
    #expect(try CpuSelection(text).resolve(in: Self.topology).map(\.id) == cpus)
  }

  @Test(arguments: [
    "", ",", "1,", "a", "-1", "3-1", "1-2-3", "0-4:0", "4:2", "sibling-of:", "sibling-of:x", "１",
    "99999999999999999999", "70000", "0x1", "1 2",
  ])
  func refusesNonsense(text: String) {
    #expect(throws: SelectionFailure.self) { try CpuSelection(text) }
  }

  @Test(arguments: ["16", "0-16", "sibling-of:16"])
  func refusesAbsentCpus(text: String) throws {
    let selection = try CpuSelection(text)
    let error = #expect(throws: SelectionFailure.self) { try selection.resolve(in: Self.topology) }
    #expect(error?.description.contains("choose from 0-15") == true)
  }

  @Test func aRelationWithoutMembersIsAnError() throws {
    let single = try Topology.synthetic("core:2 pu:1")
    #expect(throws: SelectionFailure.self) { try CpuSelection("sibling-of:0").resolve(in: single) }
  }

  @Test(arguments: [([], ""), ([1], "1"), ([0, 1, 2, 5, 7, 8], "0-2,5,7-8")] as [([Int], String)])
  func writesRanges(ids: [Int], text: String) {
    #expect(CpuSelection.ranges(ids) == text)
  }
}
