import Machine

/// On which CPU detection's window is opened, and where split locks are tried meanwhile.
public struct LeakPlan: Sendable {
  public var opener: Int
  /// The opener itself, and one CPU of every relation to it.
  public var cpus: [Int]
  public var share: Plan.Share

  public init(opener: LogicalCpu, in topology: Topology, share: Plan.Share) {
    self.opener = opener.id
    cpus = topology.neighbourhood(of: opener)
    self.share = share
  }

  /// Why there is no window to look into; nil where there is one.
  public static func obstacle(_ policy: DetectionPolicy) -> String? {
    guard policy.mode == .warn, policy.trapsWithAC else {
      return
        "only #AC in warn mode leaves a window behind each delay; Linux booted with \(policy.mode.rawValue)"
    }
    return policy.mayDelay
      ? nil
      : "kernel.split_lock_mitigate is 0: nothing is delayed, so that a trapped split lock looks like a free one"
  }
}
