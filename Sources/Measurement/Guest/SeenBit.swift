import Guest

/// A bit of CPUID that we offered to a guest or withheld, and what the guest saw.
struct SeenBit {
  let bit: GuestCpuid.Bit
  let isOffered: Bool
  /// Nil where the guest's CPUID did not do.
  let isSeen: Bool?
  private let obstacle: String?

  init(_ bit: GuestCpuid.Bit, isOffered: Bool, _ report: GuestReport) {
    (self.bit, self.isOffered, obstacle) = (bit, isOffered, report.obstacle)
    isSeen = obstacle == nil ? bit.isSet(in: report.values) : nil
  }

  static let notShown = "KVM does not show the guest the CPUID it is given"

  /// Of one privilege level, each bit offered and withheld: a guest that sees another CPUID than it was given sees it of all bits, also of
  /// those that happen to agree. kvm-pvm leaves CPUID to the CPU where a CPU runs the code.
  static func findings(_ bits: [SeenBit], cpl: Int) -> [GuestFinding] {
    let isShown = bits.allSatisfy { $0.isSeen ?? $0.isOffered == $0.isOffered }
    return bits.map {
      let seen = $0.isSeen == true ? "seen" : "not seen"
      return GuestFinding(
        GuestCell(
          .cpuid, $0.bit.rawValue, condition: $0.isOffered ? "offered-by-us" : "withheld-by-us", cpl: cpl),
        found: $0.obstacle ?? (isShown ? seen : "\(seen): \(notShown)"))
    }
  }
}
