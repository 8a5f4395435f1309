import Measurement

/// A whole run as one JSON document: the record of `run.json` and the rows of its tables, same names.
public struct RunDocument: Encodable {
  private let record: RunRecord
  private let results: RunResults

  public init(record: RunRecord, results: RunResults) {
    self.record = record
    self.results = results
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    try container.encode(record, forKey: Name(stringValue: "run"))
    for experiment in ExperimentId.allCases
    where record.parameters.experiments.contains(experiment.rawValue) {
      let tables = results.tables(
        of: experiment, run: record.run, relationSource: record.machine.relationSource)
      for table in tables where !table.grows {
        var list = container.nestedUnkeyedContainer(forKey: Name(stringValue: table.name))
        for row in table.rows() {
          var object = list.nestedContainer(keyedBy: Name.self)
          for (name, value) in row { try RunDocument.encode(value, name, &object) }
        }
      }
    }
  }

  private static func encode(
    _ value: CsvValue, _ name: String, _ object: inout KeyedEncodingContainer<Name>
  ) throws {
    let key = Name(stringValue: name)
    switch value {
    case .text(let value): try object.encode(value, forKey: key)
    case .integer(let value): try object.encode(value, forKey: key)
    case .number(let value): try object.encode(value, forKey: key)
    case .boolean(let value): try object.encode(value, forKey: key)
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
