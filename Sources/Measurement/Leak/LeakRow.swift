import Machine

/// What split locks met on one CPU while Linux had detection off on the core of another: a row of `leak.csv`.
public struct LeakRow: Sendable {
  public var openerCpu: Int
  public var cpu: Int
  public var relation: Relation
  public var roundCount: Int
  /// Windows that were opened, and looked into in time.
  public var windows: Int
  /// Those in which split locks passed free.
  public var leaked: Int
  /// Split locks that did.
  public var passed: Int
  /// Windows whose bit was read, and in which it was clear.
  public var reads: Int
  public var clear: Int
  /// Windows that were still open when the watch ended.
  public var stillOpen: Int
  /// Split locks that met a signal.
  public var signalled: Int
  /// From the opening to the first split lock that was delayed, of windows that leaked, in ms.
  public var openMs: DutyCycle.Spread?
  /// What Linux's source says of it.
  public var predictedMs: DutyCycle.Bounds?

  /// Whether split locks pass there; nil where no window could be opened, or windows disagree.
  public var leaks: Bool? {
    guard windows > 0 else { return nil }
    return leaked == windows ? true : leaked == 0 ? false : nil
  }
}
