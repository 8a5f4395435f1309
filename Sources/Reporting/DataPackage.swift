import Measurement

/// `datapackage.json`: every file and column of a result folder (Frictionless Data Package 1).
public struct DataPackage: Encodable {
  var profile = "tabular-data-package"
  var name: String
  var title = "SplitBench run"
  var resources: [Resource]

  struct Resource: Encodable {
    var profile = "tabular-data-resource"
    var name: String
    var path: String
    var format = "csv"
    var mediatype = "text/csv"
    var encoding = "utf-8"
    var schema: Schema

    /// - Parameters:
    ///   - primaryKey: the column that numbers the rows.
    ///   - table: the table whose cells its column `cell` names.
    init(_ name: String, _ fields: [Field], primaryKey: String? = nil, cellsOf table: String? = nil) {
      self.name = name
      path = "\(name).csv"
      schema = Schema(
        fields: fields, primaryKey: primaryKey.map { [$0] },
        foreignKeys: table.map {
          [ForeignKey(fields: ["cell"], reference: .init(resource: $0, fields: ["cell"]))]
        })
    }
  }

  struct Schema: Encodable {
    var fields: [Field]
    var missingValues = [""]
    var primaryKey: [String]?
    var foreignKeys: [ForeignKey]?
  }

  struct Field: Encodable {
    var name: String
    var type: String
    var description: String
  }

  struct ForeignKey: Encodable {
    var fields: [String]
    var reference: Reference
    struct Reference: Encodable {
      var resource: String
      var fields: [String]
    }
  }

  /// - Parameter experiments: those of the run, each with its tables.
  init(run: String, experiments: [ExperimentId], relationSource: String) {
    // Names in a data package are lower-case letters, digits, '-', '_' and '.'.
    name = run.lowercased()
    resources = experiments.flatMap { experiment -> [Resource] in
      switch experiment {
      case .cost:
        [
          Resource("cost", DataPackage.fields(CostTable.table(run: run)), primaryKey: "cell"),
          Resource("samples", DataPackage.fields(SampleTable.table), cellsOf: "cost"),
        ]
      case .pingpong:
        [
          Resource(
            "pingpong", DataPackage.fields(PingPongTable.table(run: run, relationSource: relationSource)))
        ]
      case .bystander:
        [
          Resource(
            "bystander", DataPackage.fields(BystanderTable.table(run: run, relationSource: relationSource)),
            primaryKey: "cell"),
          Resource("slices", DataPackage.fields(SliceTable.table), cellsOf: "bystander"),
        ]
      case .scaling: [Resource("scaling", DataPackage.fields(ScalingTable.table(run: run)))]
      case .trap: [Resource("trap", DataPackage.fields(TrapTable.table(run: run)))]
      case .settings: [Resource("settings", DataPackage.fields(SettingsTable.table(run: run)))]
      case .scope: [Resource("scope", DataPackage.fields(ScopeTable.table(run: run)))]
      }
    }
  }

  /// The type of every column that this SplitBench writes, by table and column.
  public static let columnTypes: [String: [String: String]] = Dictionary(
    uniqueKeysWithValues: DataPackage(run: "", experiments: ExperimentId.allCases, relationSource: "")
      .resources.map { resource in
        (resource.name, Dictionary(uniqueKeysWithValues: resource.schema.fields.map { ($0.name, $0.type) }))
      })

  private static func fields<Row>(_ table: CsvTable<Row>) -> [Field] {
    table.columns.map { Field(name: $0.name, type: $0.kind.rawValue, description: $0.meaning) }
  }
}
