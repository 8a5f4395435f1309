/// `datapackage.json`: every file and column of a result folder (Frictionless Data Package 1).
struct DataPackage: Encodable {
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

  init(run: String) {
    // Names in a data package are lower-case letters, digits, '-', '_' and '.'.
    name = run.lowercased()
    resources = [
      Resource(
        name: "cost", path: "cost.csv",
        schema: Schema(fields: DataPackage.fields(CostTable.table(run: run)), primaryKey: ["cell"])),
      Resource(
        name: "samples", path: "samples.csv",
        schema: Schema(
          fields: DataPackage.fields(SampleTable.table),
          foreignKeys: [
            ForeignKey(fields: ["cell"], reference: .init(resource: "cost", fields: ["cell"]))
          ])),
    ]
  }

  private static func fields<Row>(_ table: CsvTable<Row>) -> [Field] {
    table.columns.map { Field(name: $0.name, type: $0.kind.rawValue, description: $0.meaning) }
  }
}
