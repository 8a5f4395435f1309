import CHost

/// How long something is waited for: `chost_patience`.
struct Patience {
  private var rest: chost_patience

  init(seconds: Double) { rest = chost_patience_begin(UInt64(seconds * 1e9)) }

  mutating func isOver() -> Bool { chost_patience_is_over(&rest) }
}
