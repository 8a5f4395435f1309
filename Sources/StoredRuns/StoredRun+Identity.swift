extension StoredRun {
  /// What two copies of one run share, and no two runs: equal machines of a fleet begin in the same second, with the same seed.
  public var identity: String {
    let host = record.host
    return [
      record.startedUtc, String(record.parameters.seed), record.run, host?.instance ?? "", host?.boot ?? "",
    ]
    .joined(separator: " ")
  }
}
