/// Whether vCPUs that waited for each other worked at one time.
///
/// By the guest's TSC, which KVM keeps alike on all vCPUs of a machine (kvm_synchronize_tsc, arch/x86/kvm/x86.c).
struct VcpuOverlap {
  /// The time in which all worked, of that in which any did; nil where their TSCs contradict the gate.
  let share: Double?

  /// Rounds that overlap less are left out.
  static let enough = 0.8

  var isEnough: Bool { share.map { $0 >= VcpuOverlap.enough } ?? false }

  /// - Parameters:
  ///   - spans: guest TSC of each from its first operation to its last.
  ///   - arrivals: when each came to the gate. None has begun before the last came, or their TSCs are not one clock.
  init(_ spans: [ClosedRange<UInt64>], arrivals: [UInt64]) {
    guard let lastCame = arrivals.max(), let (firstBegan, lastBegan) = spans.map(\.lowerBound).bounds,
      let (firstEnded, lastEnded) = spans.map(\.upperBound).bounds, firstBegan >= lastCame
    else {
      share = nil
      return
    }
    let together = firstEnded > lastBegan ? firstEnded - lastBegan : 0
    share = Double(together) / Double(max(1, lastEnded - firstBegan))
  }
}

extension [UInt64] {
  fileprivate var bounds: (least: UInt64, most: UInt64)? {
    guard let least = self.min(), let most = self.max() else { return nil }
    return (least, most)
  }
}
