import Testing

@testable import Machine

@Suite struct ProcessorIdentityTests {
  @Test func decodesACapturedProcessor() throws {
    let processor = try Fixture.amdGuest.processor()
    #expect(processor.vendor == "AuthenticAMD")
    #expect(processor.brand == "AMD EPYC")
    #expect((processor.family, processor.model, processor.stepping) == (25, 17, 1))
    #expect(processor.lineBytes == 64)
    #expect(processor.hasInvariantTsc && processor.hasRdtscp)
    #expect(processor.hypervisor == "KVMKVMKVM")
    #expect(!processor.hasBusLockDetect && !processor.hasCoreCapabilities)
    #expect(processor.slug == "amd-epyc-f25-m17-s1-kvm")
  }

  struct Signature: Sendable {
    var eax: UInt32
    var family: Int
    var model: Int
    var stepping: Int
  }
  /// Leaf 1 EAX of known processors: Ice Lake-U, Raptor Lake, Zen 2 Matisse, Zen 5 Granite Ridge, Kabini.
  static let signatures = [
    Signature(eax: 0x706E5, family: 6, model: 0x7E, stepping: 5),
    Signature(eax: 0xB0671, family: 6, model: 0xB7, stepping: 1),
    Signature(eax: 0x870F10, family: 0x17, model: 0x71, stepping: 0),
    Signature(eax: 0xB40F40, family: 0x1A, model: 0x44, stepping: 0),
    Signature(eax: 0x700F01, family: 0x16, model: 0x00, stepping: 1),
  ]

  @Test(arguments: signatures)
  func decodesSignatures(_ test: Signature) {
    let processor = ProcessorIdentity { leaf, _ in
      leaf == 1 ? CpuidLeaf(eax: test.eax) : CpuidLeaf()
    }
    #expect(
      (processor.family, processor.model, processor.stepping)
        == (test.family, test.model, test.stepping))
  }

  struct Feature: Sendable {
    var leaf: CpuidLeaf
    var coreCapabilities = false
    var busLockDetect = false
    var hybrid = false
  }
  static let features = [
    Feature(leaf: CpuidLeaf(edx: 1 << 30), coreCapabilities: true),
    Feature(leaf: CpuidLeaf(ecx: 1 << 24), busLockDetect: true),
    Feature(leaf: CpuidLeaf(edx: 1 << 15), hybrid: true),
    Feature(leaf: CpuidLeaf(ebx: .max)),
  ]

  @Test(arguments: features)
  func decodesLeaf7(_ test: Feature) {
    let processor = ProcessorIdentity { leaf, _ in
      leaf == 0 ? CpuidLeaf(eax: 7) : leaf == 7 ? test.leaf : CpuidLeaf()
    }
    #expect(processor.hasCoreCapabilities == test.coreCapabilities)
    #expect(processor.hasBusLockDetect == test.busLockDetect)
    #expect(processor.isHybrid == test.hybrid)
  }

  @Test func leaf7IsNotAskedOfAProcessorWithoutIt() {
    let processor = ProcessorIdentity { leaf, _ in
      leaf == 7 ? CpuidLeaf(eax: .max, ebx: .max, ecx: .max, edx: .max) : CpuidLeaf(eax: leaf == 0 ? 1 : 0)
    }
    #expect(!processor.hasCoreCapabilities && !processor.hasBusLockDetect)
  }

  @Test func erratum793IsFamily16hModels0To0F() {
    var processor = ProcessorIdentity.plain()
    processor.vendor = "AuthenticAMD"
    processor.family = 0x16
    processor.model = 0x0F
    #expect(processor.isSubjectToErratum793)
    processor.model = 0x30
    #expect(!processor.isSubjectToErratum793)
  }

  @Test func slugDropsWhatIsNoName() {
    var processor = ProcessorIdentity.plain()
    processor.brand = "Intel(R) Xeon(R) Platinum 8488C CPU @ 2.40GHz"
    (processor.family, processor.model, processor.stepping) = (6, 143, 8)
    #expect(processor.slug == "intel-xeon-platinum-8488c-f6-m143-s8")
  }
}
