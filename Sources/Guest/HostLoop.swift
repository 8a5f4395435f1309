import CGuest

/// The guest's loops, run by this process itself: the same instructions at the same alignment.
public enum HostLoop {
  /// - Parameter operand: 8 bytes, which are changed.
  /// - Returns: TSC ticks.
  public static func locked(_ operand: UnsafeMutableRawPointer, count: Int) -> UInt64 {
    var mailbox = cguest_mailbox()
    mailbox.operand = UInt64(UInt(bitPattern: operand))
    mailbox.count = UInt64(count)
    cguest_locked(&mailbox)
    return mailbox.end - mailbox.start
  }
}
