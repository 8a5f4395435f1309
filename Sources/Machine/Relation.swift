public enum Relation: String, Codable, Sendable, CaseIterable {
  case same = "self"
  case smtSibling = "smt-sibling"
  case sameL2 = "same-l2"
  case sameL3 = "same-l3"
  case samePackage = "same-package"
  case otherPackage = "other-package"
}

/// Closer relations come first.
extension Relation: Comparable {
  public static func < (a: Relation, b: Relation) -> Bool {
    allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
  }
}
