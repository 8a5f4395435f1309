/// What a split lock costs by itself, as far as the settings of a run have shown it.
///
/// Where #DB answers every one and Linux only warns, its handler is in each time: the cheapest setting is nearest to silicon.
struct NativeCost {
  /// In seconds; nil until an operation ran neither delayed nor to a signal.
  private(set) var seconds: Double?

  /// - Parameter times: of such operations under one setting, in seconds.
  mutating func learn(_ times: [Double]) {
    guard let median = Order.median(times) else { return }
    seconds = min(median, seconds ?? median)
  }
}
