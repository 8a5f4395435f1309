import CNuma

/// Pages on a chosen NUMA node. The corresponding C functions are `mbind` and `get_mempolicy`: libnuma's own, such as
/// `numa_alloc_onnode`, print what they cannot do, and go on.
enum NodeBinding {
  /// Binds pages that nobody has touched yet.
  ///
  /// - Returns: whether Linux takes them from that node alone; if not they lie where they are first touched.
  static func bind(_ pages: UnsafeMutableRawPointer, bytes: Int, to node: Int) -> Bool {
    var mask = [UInt](repeating: 0, count: 64)
    guard (0..<mask.count * 64).contains(node) else { return false }
    mask[node / 64] |= 1 << UInt(node % 64)
    return mbind(pages, UInt(bytes), Int32(MPOL_BIND), mask, UInt(mask.count * 64), 0) == 0
  }

  /// The node on which a touched page lies; nil where Linux does not tell.
  static func node(of page: UnsafeMutableRawPointer) -> Int? {
    var node: Int32 = -1
    return get_mempolicy(&node, nil, 0, page, UInt32(MPOL_F_NODE | MPOL_F_ADDR)) == 0 ? Int(node) : nil
  }
}
