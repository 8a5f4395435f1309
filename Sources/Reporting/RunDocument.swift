import Measurement

/// A whole run as one JSON document: the record of `run.json` and the rows of `cost.csv`, same names.
public struct RunDocument: Encodable {
  private let record: RunRecord
  private let rows: [CostRow]

  public init(record: RunRecord, rows: [CostRow]) {
    self.record = record
    self.rows = rows
  }

  private enum CodingKeys: CodingKey { case run, cost }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(record, forKey: .run)
    var list = container.nestedUnkeyedContainer(forKey: .cost)
    let columns = CostTable.table(run: record.run).columns
    for row in rows {
      var object = list.nestedContainer(keyedBy: ColumnKey.self)
      for column in columns {
        let key = ColumnKey(stringValue: column.name)
        switch column.value(row) {
        case .text(let value): try object.encode(value, forKey: key)
        case .integer(let value): try object.encode(value, forKey: key)
        case .number(let value): try object.encode(value, forKey: key)
        case .boolean(let value): try object.encode(value, forKey: key)
        }
      }
    }
  }

  private struct ColumnKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
