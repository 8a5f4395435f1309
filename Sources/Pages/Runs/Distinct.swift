extension Sequence where Element: Hashable {
  /// Each element once, by its first appearance.
  var distinct: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
