import Measurement

/// A whole run as one JSON document: the record of `run.json` and the rows of its tables, same names.
public struct RunDocument: Encodable {
  private let record: RunRecord
  private let results: RunResults

  public init(record: RunRecord, results: RunResults) {
    self.record = record
    self.results = results
  }

  private enum CodingKeys: CodingKey { case run, cost, pingpong, bystander, scaling, trap, scope, settings }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(record, forKey: .run)
    func add<Row>(_ key: CodingKeys, _ table: CsvTable<Row>, _ rows: [Row]) throws {
      guard record.parameters.experiments.contains(key.stringValue) else { return }
      var list = container.nestedUnkeyedContainer(forKey: key)
      for row in rows {
        var object = list.nestedContainer(keyedBy: ColumnKey.self)
        for column in table.columns { try RunDocument.encode(column.value(row), column.name, &object) }
      }
    }
    try add(.cost, CostTable.table(run: record.run), results.cost)
    try add(
      .pingpong, PingPongTable.table(run: record.run, relationSource: record.relationSource), results.pingpong
    )
    try add(
      .bystander, BystanderTable.table(run: record.run, relationSource: record.relationSource),
      results.bystander)
    try add(.scaling, ScalingTable.table(run: record.run), results.scaling)
    try add(.trap, TrapTable.table(run: record.run), results.trap)
    try add(.scope, ScopeTable.table(run: record.run), results.scope)
    try add(.settings, SettingsTable.table(run: record.run), results.settings)
  }

  private static func encode(
    _ value: CsvValue, _ name: String, _ object: inout KeyedEncodingContainer<ColumnKey>
  ) throws {
    let key = ColumnKey(stringValue: name)
    switch value {
    case .text(let value): try object.encode(value, forKey: key)
    case .integer(let value): try object.encode(value, forKey: key)
    case .number(let value): try object.encode(value, forKey: key)
    case .boolean(let value): try object.encode(value, forKey: key)
    }
  }

  private struct ColumnKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
