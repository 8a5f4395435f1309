import CGuest
import Testing

@testable import Guest

@Suite struct GuestCpuidTests {
  private static func entry(_ leaf: UInt32, _ subleaf: UInt32 = 0, eax: UInt32 = 0) -> kvm_cpuid_entry2 {
    var entry = kvm_cpuid_entry2()
    (entry.function, entry.index, entry.eax) = (leaf, subleaf, eax)
    return entry
  }

  /// Linux 6.1 has no subleaf 2; processors before leaf 7 have none of them.
  @Test(arguments: [
    [entry(0, eax: 0x10), entry(7)], [entry(0, eax: 0x10), entry(7, eax: 2), entry(7, 1), entry(7, 2)],
    [entry(0, eax: 1), entry(1)],
  ])
  func whatKvmDoesNotHaveIsAddedAndAnnounced(entries: [kvm_cpuid_entry2]) throws {
    var cpuid = GuestCpuid(entries: entries)
    for bit in GuestCpuid.Bit.allCases {
      #expect(!cpuid[bit])
      cpuid[bit] = true
      #expect(cpuid[bit])
    }
    func found(_ leaf: UInt32, _ subleaf: UInt32) -> [kvm_cpuid_entry2] {
      cpuid.entries.filter { $0.function == leaf && $0.index == subleaf }
    }
    #expect(found(7, 0).count == 1 && found(7, 2).count == 1)
    #expect(found(7, 0)[0].eax == 2 && found(0, 0)[0].eax >= 7)
    #expect(found(7, 0)[0].edx == 1 << 30 && found(7, 0)[0].ecx == 1 << 24 && found(7, 2)[0].edx == 1 << 6)
    for bit in GuestCpuid.Bit.allCases { cpuid[bit] = false }
    #expect(GuestCpuid.Bit.allCases.allSatisfy { !cpuid[$0] })
  }

  /// Hardware tells a subleaf apart by ECX only where KVM is told that it matters.
  @Test func anAddedSubleafMatters() throws {
    var cpuid = GuestCpuid(entries: [Self.entry(0, eax: 0x10), Self.entry(7)])
    cpuid[.uncachedLockDisable] = false
    #expect(cpuid.entries.count == 2)
    cpuid[.uncachedLockDisable] = true
    #expect(cpuid.entries.last?.flags == 1)
  }
}
