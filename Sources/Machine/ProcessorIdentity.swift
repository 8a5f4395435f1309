import CAtomics

/// What the processor says of itself through CPUID, and what a hypervisor says in front of it.
public struct ProcessorIdentity: Codable, Sendable, Equatable {
  public var vendor: String
  public var brand: String
  public var family: Int
  public var model: Int
  public var stepping: Int
  /// Size of a cache line in bytes: CPUID.01H:EBX[15:8] x 8, what CLFLUSH works on.
  public var lineBytes: Int
  /// CPUID.80000007H:EDX[8]: the TSC ticks at one rate in every power state.
  public var hasInvariantTsc: Bool
  /// CPUID.01H:ECX[13].
  public var hasCmpxchg16b: Bool
  /// CPUID.80000001H:EDX[27].
  public var hasRdtscp: Bool
  /// CPUID.07H:EDX[30]: MSR 0xCF (IA32_CORE_CAPABILITIES) exists.
  public var hasCoreCapabilities: Bool
  /// CPUID.07H:ECX[24]: #DB on bus locks exists.
  public var hasBusLockDetect: Bool
  /// CPUID.07H:EDX[15]: cores of more than one kind.
  public var isHybrid: Bool
  /// The name in CPUID.40000000H where the hypervisor bit, CPUID.01H:ECX[31], is set; else nil.
  public var hypervisor: String?
  /// QEMU's own emulation (target/i386/cpu.c): no CPU runs what runs here.
  public var isEmulated: Bool { hypervisor == "TCGTCGTCGTCG" }

  /// Answers a CPUID query; tests inject captured leaves.
  public typealias Query = (_ leaf: UInt32, _ subleaf: UInt32) -> CpuidLeaf

  public static func ofThisMachine() -> ProcessorIdentity {
    ProcessorIdentity { leaf, subleaf in
      let r = catomics_cpuid(leaf, subleaf)
      return CpuidLeaf(eax: r.eax, ebx: r.ebx, ecx: r.ecx, edx: r.edx)
    }
  }

  /// Decodes the leaves that `query` answers (SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E).
  public init(query: Query) {
    let basic = query(0, 0)
    let extended = query(0x8000_0000, 0)
    let signature = query(1, 0)
    let features = basic.eax >= 7 ? query(7, 0) : CpuidLeaf()
    vendor = CpuidLeaf.text([basic.ebx, basic.edx, basic.ecx])

    let baseFamily = Int(signature.eax >> 8 & 0xF)
    family = baseFamily == 15 ? baseFamily + Int(signature.eax >> 20 & 0xFF) : baseFamily
    let baseModel = Int(signature.eax >> 4 & 0xF)
    model =
      baseFamily == 15 || baseFamily == 6
      ? baseModel + Int(signature.eax >> 16 & 0xF) << 4 : baseModel
    stepping = Int(signature.eax & 0xF)
    lineBytes = Int(signature.ebx >> 8 & 0xFF) * 8

    hasCmpxchg16b = signature.ecx >> 13 & 1 == 1
    hasCoreCapabilities = features.edx >> 30 & 1 == 1
    hasBusLockDetect = features.ecx >> 24 & 1 == 1
    isHybrid = features.edx >> 15 & 1 == 1
    hasRdtscp = extended.eax >= 0x8000_0001 && query(0x8000_0001, 0).edx >> 27 & 1 == 1
    hasInvariantTsc = extended.eax >= 0x8000_0007 && query(0x8000_0007, 0).edx >> 8 & 1 == 1

    brand =
      extended.eax >= 0x8000_0004
      ? CpuidLeaf.text(
        (UInt32(0x8000_0002)...0x8000_0004).flatMap {
          let leaf = query($0, 0)
          return [leaf.eax, leaf.ebx, leaf.ecx, leaf.edx]
        }) : vendor
    if signature.ecx >> 31 == 1 {
      let leaf = query(0x4000_0000, 0)
      let name = CpuidLeaf.text([leaf.ebx, leaf.ecx, leaf.edx])
      hypervisor = name.isEmpty ? "unnamed" : name
    } else {
      hypervisor = nil
    }
  }

  /// A name for folders: lower-case letters, digits and hyphens, such as `amd-epyc-f25-m17-s1-kvm`.
  public var slug: String {
    let dropped: Set = ["r", "tm", "cpu", "processor", "with", "graphics", "radeon"]
    let beforeClock = brand.split(separator: "@").first.map(String.init) ?? brand
    let words = beforeClock.lowercased()
      .split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
      .filter { !dropped.contains(String($0)) }
    var parts = words.map(String.init) + ["f\(family)", "m\(model)", "s\(stepping)"]
    if let hypervisor {
      parts.append(hypervisor.hasPrefix("KVM") ? "kvm" : "guest")
    }
    return parts.joined(separator: "-")
  }

  /// Whether CVE-2013-6885 (AMD erratum 793) may hang this CPU: locked operations and write-combining
  /// memory on family 16h, models 00h to 0Fh, unless LS_CFG[15] is set, as Linux does since 3.14.
  public var isSubjectToErratum793: Bool {
    vendor == "AuthenticAMD" && family == 0x16 && model <= 0x0F
  }
}

/// The four registers that CPUID answers in.
public struct CpuidLeaf: Sendable, Equatable {
  public var eax: UInt32 = 0
  public var ebx: UInt32 = 0
  public var ecx: UInt32 = 0
  public var edx: UInt32 = 0

  public init(eax: UInt32 = 0, ebx: UInt32 = 0, ecx: UInt32 = 0, edx: UInt32 = 0) {
    (self.eax, self.ebx, self.ecx, self.edx) = (eax, ebx, ecx, edx)
  }

  /// The ASCII text packed into registers, without its padding.
  static func text(_ registers: [UInt32]) -> String {
    let bytes = registers.flatMap { register in
      (0..<4).map { UInt8(truncatingIfNeeded: register >> ($0 * 8)) }
    }
    let visible = bytes.prefix { $0 != 0 }
    return String(decoding: visible, as: UTF8.self)
      .split(separator: " ").joined(separator: " ")
  }
}
