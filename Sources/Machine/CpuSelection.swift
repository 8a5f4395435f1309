/// The CPUs that a person asks for, such as `3`, `0-15:2`, `sibling-of:3`, `other-package-of:0` or `all`.
public struct CpuSelection: Sendable, Equatable {
  enum Term: Sendable, Equatable {
    case all
    case range(first: Int, last: Int, step: Int)
    case siblingOf(Int)
    case otherPackageOf(Int)
  }
  let terms: [Term]

  public static let grammar =
    "a list of N, A-B, A-B:STEP, all, sibling-of:N or other-package-of:N, separated by commas"

  /// - Throws: `SelectionFailure` if the text is not in the grammar.
  public init(_ text: String) throws(SelectionFailure) {
    var terms: [Term] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let term = CpuSelection.term(word) else {
        throw SelectionFailure("'\(word)' is not a CPU selection: use \(CpuSelection.grammar)")
      }
      terms.append(term)
    }
    self.terms = terms
  }

  private static func term(_ word: Substring) -> Term? {
    if word == "all" { return .all }
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, let cpu = number(parts[1]) {
      if parts[0] == "sibling-of" { return .siblingOf(cpu) }
      if parts[0] == "other-package-of" { return .otherPackageOf(cpu) }
    }
    guard parts.count <= 2 else { return nil }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, let first = number(ends[0]) else { return nil }
    guard ends.count == 2 else {
      return parts.count == 1 ? .range(first: first, last: first, step: 1) : nil
    }
    guard let last = number(ends[1]), last >= first else { return nil }
    if parts.count == 1 { return .range(first: first, last: last, step: 1) }
    guard let step = number(parts[1]), step > 0 else { return nil }
    return .range(first: first, last: last, step: step)
  }

  /// Numbers that Linux may give a CPU.
  public static let possible = 0..<1 << 16

  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.allSatisfy(\.isASCII), text.allSatisfy(\.isNumber),
      let value = Int(text), possible.contains(value)
    else { return nil }
    return value
  }

  /// The selected CPUs by rising id.
  ///
  /// - Throws: `SelectionFailure` if a named CPU is offline or not allowed, or a relation has no member.
  public func resolve(in topology: Topology) throws(SelectionFailure) -> [LogicalCpu] {
    var ids: Set<Int> = []
    for term in terms {
      switch term {
      case .all:
        ids.formUnion(topology.cpus.map(\.id))
      case .range(let first, let last, let step):
        for id in stride(from: first, through: last, by: step) {
          ids.insert(try CpuSelection.find(id, in: topology).id)
        }
      case .siblingOf(let id):
        ids.formUnion(try related(to: id, by: .smtSibling, in: topology))
      case .otherPackageOf(let id):
        ids.formUnion(try related(to: id, by: .otherPackage, in: topology))
      }
    }
    return topology.cpus.filter { ids.contains($0.id) }
  }

  private func related(
    to id: Int, by relation: Relation, in topology: Topology
  ) throws(SelectionFailure) -> [Int] {
    let origin = try CpuSelection.find(id, in: topology)
    let found = topology.cpus.filter { topology.relation(of: origin, to: $0) == relation }
    guard !found.isEmpty else {
      throw SelectionFailure("CPU \(id) has no allowed CPU in the relation \(relation.rawValue)")
    }
    return found.map(\.id)
  }

  private static func find(_ id: Int, in topology: Topology) throws(SelectionFailure) -> LogicalCpu {
    guard let cpu = topology.cpu(id) else {
      let allowed = CpuSelection.ranges(topology.cpus.map(\.id))
      throw SelectionFailure(
        "CPU \(id) is offline, absent or outside this process's CPU set: choose from \(allowed)")
    }
    return cpu
  }

  /// The numbers of a list in Linux's notation, such as `0-3,8`; nil if it is none.
  public static func numbers(_ list: String) -> [Int]? {
    guard let selection = try? CpuSelection(list) else { return nil }
    var found: [Int] = []
    for term in selection.terms {
      guard case .range(let first, let last, let step) = term else { return nil }
      found += stride(from: first, through: last, by: step)
    }
    return found
  }

  /// Rising numbers in Linux's list notation: `0-3,8`.
  public static func ranges(_ ids: [Int]) -> String {
    var pieces: [ClosedRange<Int>] = []
    for id in ids {
      if let last = pieces.last, last.upperBound + 1 == id {
        pieces[pieces.count - 1] = last.lowerBound...id
      } else {
        pieces.append(id...id)
      }
    }
    return pieces.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}

/// A CPU selection that cannot be read or does not exist here.
public struct SelectionFailure: Error, CustomStringConvertible, Sendable {
  public let description: String
  init(_ description: String) { self.description = description }
}
