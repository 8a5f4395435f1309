import StoredRuns

extension RunCollection {
  /// Names what was passed over.
  func complainOfUnread() {
    for failure in unread { complain("warning: not read: \(failure)") }
  }
}
