import LockKernels

/// What runs beside a victim.
public enum Aggressor: String, Sendable, CaseIterable, Codable {
  /// Nothing: the other CPU sleeps.
  case idle
  /// `lock add` on one line, at the pace of the split locks it is compared with.
  case alignedAtomic = "aligned-atomic"
  case lineSplit = "line-split"
  case pageSplit = "page-split"

  public var summary: String {
    switch self {
    case .idle: "nothing: the other CPU sleeps"
    case .alignedAtomic: "8-byte lock add, aligned, at the pace of the split locks it is compared with"
    case .lineSplit: "8-byte lock add across two lines"
    case .pageSplit: "8-byte lock add across two pages"
    }
  }

  var placement: Placement? {
    switch self {
    case .idle: nil
    case .alignedAtomic: .aligned
    case .lineSplit: .lineSplit
    case .pageSplit: .pageSplit
    }
  }

  public var takesBusLocks: Bool { placement?.isSplit ?? false }
}
