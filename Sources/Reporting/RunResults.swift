import Measurement

/// The rows of a run's tables, as far as it has come.
public struct RunResults: Sendable {
  private var tables: [String: any Sendable] = [:]

  public init() {}

  public var isEmpty: Bool { tables.isEmpty }

  /// The rows of a table by its name; none of one that the run has not.
  package subscript<Row: Sendable>(table: String) -> [Row] {
    get { tables[table] as? [Row] ?? [] }
    set { tables[table] = newValue.isEmpty ? nil : newValue }
  }
}

extension RunResults {
  /// The files of one experiment: its summary first, then those beside it.
  func tables(of experiment: ExperimentId, run: String, relationSource: String) -> [ResultTable] {
    let names = TableNames(run: run, relationSource: relationSource)
    return Experiments.type(of: experiment)?.tables(self, names) ?? []
  }

  /// The type of every column that this SplitBench writes, by table and column, in the words of a data package.
  public static let columnTypes = columns { $0.type }

  /// What every column holds, by table and column.
  public static let columnMeanings = columns { $0.description }

  /// Every table that this SplitBench writes, with its columns, as a data package describes them.
  package static var tables: [DataPackage.Resource] { known.map(\.resource) }

  private static var known: [ResultTable] {
    ExperimentId.allCases.flatMap { RunResults().tables(of: $0, run: "", relationSource: "") }
      + [
        ResultTable(
          "model",
          "one row a policy and replicate that `splitbench model` simulated with the run's costs, or a policy that cannot be on such a host; only if it was told to write it here",
          ModelTable.table, [])
      ]
  }

  private static func columns(_ what: (DataPackage.Field) -> String) -> [String: [String: String]] {
    Dictionary(
      uniqueKeysWithValues: known.map { table in
        (
          table.name,
          Dictionary(uniqueKeysWithValues: table.resource.schema.fields.map { ($0.name, what($0)) })
        )
      })
  }
}
