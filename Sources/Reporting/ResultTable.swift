import Measurement

/// One CSV file of a result folder, whatever its rows are.
struct ResultTable {
  let name: String
  /// Whether rows are appended by the round as they are measured; else the file is rewritten whole.
  let grows: Bool
  let resource: DataPackage.Resource
  let header: String
  let text: () -> String
  /// The values of each row, with the names of their columns.
  let rows: () -> [[(name: String, value: CsvValue)]]

  /// - Parameters:
  ///   - primaryKey: the column that numbers the rows.
  ///   - cells: the table whose cells its column `cell` names.
  init<Row>(
    _ name: String, _ table: CsvTable<Row>, _ rows: [Row], primaryKey: String? = nil,
    cellsOf cells: String? = nil
  ) {
    self.init(name, table, rows, grows: false, primaryKey, cells)
  }

  /// One whose rows only its file holds.
  init<Row>(growing name: String, _ table: CsvTable<Row>, cellsOf cells: String) {
    self.init(name, table, [], grows: true, nil, cells)
  }

  private init<Row>(
    _ name: String, _ table: CsvTable<Row>, _ rows: [Row], grows: Bool, _ primaryKey: String?,
    _ cells: String?
  ) {
    self.name = name
    self.grows = grows
    resource = DataPackage.Resource(
      name, table.columns.map { .init(name: $0.name, type: $0.kind.rawValue, description: $0.meaning) },
      primaryKey: primaryKey, cellsOf: cells)
    header = table.header
    text = { table.text(rows) }
    self.rows = { rows.map { row in table.columns.map { ($0.name, $0.value(row)) } } }
  }
}

extension RunResults {
  /// The files of one experiment: its summary first, then those beside it.
  func tables(of experiment: ExperimentId, run: String, relationSource: String) -> [ResultTable] {
    let name = experiment.rawValue
    return switch experiment {
    case .cost:
      [
        ResultTable(name, CostTable.table(run: run), cost, primaryKey: "cell"),
        ResultTable(growing: "samples", SampleTable.table, cellsOf: name),
      ]
    case .pingpong:
      [ResultTable(name, PingPongTable.table(run: run, relationSource: relationSource), pingpong)]
    case .bystander:
      [
        ResultTable(
          name, BystanderTable.table(run: run, relationSource: relationSource), bystander, primaryKey: "cell"),
        ResultTable(growing: "slices", SliceTable.table, cellsOf: name),
      ]
    case .scaling: [ResultTable(name, ScalingTable.table(run: run), scaling)]
    case .trap: [ResultTable(name, TrapTable.table(run: run), trap)]
    case .guest: [ResultTable(name, GuestTable.table(run: run), guest)]
    case .scope: [ResultTable(name, ScopeTable.table(run: run), scope)]
    case .settings:
      [
        ResultTable(name, SettingsTable.table(run: run), settings),
        ResultTable("settings-cost", CostTable.table(run: run), settingsCost, primaryKey: "cell"),
      ]
    case .hotplug: [ResultTable(name, HotplugTable.table(run: run), hotplug)]
    case .leak: [ResultTable(name, LeakTable.table(run: run), leak)]
    case .toggle: [ResultTable(name, ToggleTable.table(run: run), toggle)]
    }
  }
}

extension RunResults {
  /// The type of every column that this SplitBench writes, by table and column, in the words of a data package.
  public static let columnTypes = columns { $0.type }

  /// What every column holds, by table and column.
  public static let columnMeanings = columns { $0.description }

  private static func columns(_ what: (DataPackage.Field) -> String) -> [String: [String: String]] {
    let tables =
      ExperimentId.allCases.flatMap { RunResults().tables(of: $0, run: "", relationSource: "") }
      + [ResultTable("model", ModelTable.table, [])]
    return Dictionary(
      uniqueKeysWithValues: tables.map { table in
        (
          table.name,
          Dictionary(uniqueKeysWithValues: table.resource.schema.fields.map { ($0.name, what($0)) })
        )
      })
  }
}
