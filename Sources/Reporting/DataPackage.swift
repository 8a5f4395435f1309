/// `datapackage.json`: every file and column of a result folder (Frictionless Data Package 1).
package struct DataPackage: Encodable {
  var profile = "tabular-data-package"
  var name: String
  var title = "SplitBench run"
  var resources: [Resource]

  package struct Resource: Encodable {
    var profile = "tabular-data-resource"
    var name: String
    var path: String
    var description: String
    var format = "csv"
    var mediatype = "text/csv"
    var encoding = "utf-8"
    var schema: Schema

    /// - Parameters:
    ///   - primaryKey: the column that numbers the rows.
    ///   - table: the table whose cells its column `cell` names.
    init(
      _ name: String, _ description: String, _ fields: [Field], primaryKey: String? = nil,
      cellsOf table: String? = nil
    ) {
      self.name = name
      self.description = description
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

  init(run: String, tables: [ResultTable]) {
    // Names in a data package are lower-case letters, digits, '-', '_' and '.'.
    name = run.lowercased()
    resources = tables.map(\.resource)
  }
}
