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

  static let anyway = ", whatever it is given"

  /// Of one privilege level, each bit offered and withheld, and judged by itself: kvm-pvm leaves CPUID to the CPU where a CPU runs the code,
  /// and shows interpreted code some leaves as they were given, others not.
  static func findings(_ bits: [SeenBit], cpl: Int) -> [GuestFinding] {
    bits.map { bit in
      let isAnyway = bits.contains {
        $0.bit == bit.bit && $0.isOffered != bit.isOffered && $0.isSeen == bit.isSeen
      }
      return GuestFinding(
        GuestCell(
          .cpuid, bit.bit.rawValue, condition: bit.isOffered ? "offered-by-us" : "withheld-by-us", cpl: cpl),
        found: bit.obstacle ?? (bit.isSeen == true ? "seen" : "not seen") + (isAnyway ? anyway : ""))
    }
  }
}
