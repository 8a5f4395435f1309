import Fleet
import StoredRuns

/// What a page about many machines says in short, for a comparison of them: which kind is fast, which machine is unlike its kind,
/// what Linux does about split locks where.
public struct FleetDigest {
  public struct Part {
    public let title: String
    public let tables: [Table]
    public let facts: [String]
  }

  public struct Table {
    public let name: String
    /// Columns lined up with spaces.
    public let text: String
    public let markdown: String
  }

  public let parts: [Part]

  /// - Parameters:
  ///   - runs: those of the fleet.
  ///   - names: what kinds are called, by group; nil numbers them, and says which is which.
  public init(_ fleet: Fleet, _ runs: [StoredRun], names: [String: String]?) {
    let numbered = names == nil
    let names = names.map(FleetNames.init) ?? FleetNames(fleet.groups)
    let sections =
      (numbered ? [FleetGroupSection.make(fleet, names)] : []) + [
        FleetRankingSection.make(fleet, names), FleetOutlierSection.make(fleet, runs, names),
        FleetCensusSection.make(fleet),
      ]
    parts = sections.filter { !$0.digest.tables.isEmpty || !$0.digest.facts.isEmpty }.map { section in
      Part(
        title: section.title,
        tables: section.digest.tables.map {
          Table(
            name: [$0.name, $0.note].compactMap(\.self).joined(separator: "; "), text: $0.text,
            markdown: MarkdownText.table($0))
        }, facts: section.digest.facts)
    }
  }
}

/// Short names for groups, whose own are long.
struct FleetNames {
  private let names: [String: String]

  init(_ names: [String: String]) { self.names = names }

  init(_ groups: [FleetGroup]) {
    names = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1.name, "kind \($0 + 1)") })
  }

  subscript(_ group: String) -> String { names[group]! }
}
