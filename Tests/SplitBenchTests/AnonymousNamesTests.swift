import Foundation
import SystemPackage
import TestSupport
import Testing

/// Names of hosts and labels go from the copies, whatever words they are, and nothing measured with them.
@Suite struct AnonymousNamesTests {
  /// A label that is a word of SplitBench's own too.
  @Test(arguments: ["line-split", "split", "true", "cost"])
  func aLabelTakesNothingMeasuredAway(label: String) async throws {
    try await withTemporaryFolder { folder in
      var run = BuiltRun(number: 8)
      run.record = {
        $0["label"] = label
        $0["skipped"] = [["what": "x", "reason": "in the lab \(label) of"]]
      }
      let original = try run.write(in: folder.appending("src"))
      let result = try await Tool.run("anonymise", original.string, "--out", folder.appending("out").string)
      #expect(result.code == 0, "\(result.errors)")
      let copy = FilePath(result.output.trimmingCharacters(in: .newlines))
      func rows(_ folder: FilePath) throws -> [[String]] {
        try text(folder.appending("cost.csv")).split(separator: "\n").map {
          Array(CsvLine.fields($0).dropFirst())
        }
      }
      #expect(try rows(copy) == rows(original))
      let isTaken = try text(copy.appending("run.json")).contains("in the lab (name) of")
      #expect(isTaken == (label != "true"), "a literal of JSON stands everywhere")
    }
  }

  /// A host may be called like what is measured: in a table that says nothing, in free text it does.
  @Test func aNameTakesNothingMeasuredAway() async throws {
    let words = [
      "core", "linux", "cpu", "machine", "guest", "silicon", "hot", "nothing", "add", "epyc", "kvm", "run",
      "cost",
    ]
    try await withTemporaryFolder { folder in
      var run = BuiltRun(number: 9)
      run.tables = ["cost", "trap", "guest"]
      run.edit = { row in
        let word = words[row.values.reduce(0) { $0 + $1.utf8.count } % words.count]
        return row["attribution_evidence"] == nil ? [:] : ["attribution_evidence": word]
      }
      run.record = {
        $0["skipped"] = words.flatMap {
          [["what": "x", "reason": $0], ["what": "y", "reason": "on \($0), here"]]
        }
      }
      let original = try run.write(in: folder.appending("src"))
      let package = try text(BuiltRun.committed.appending("datapackage.json"))
      try Data(package.utf8).write(to: URL(filePath: original.appending("datapackage.json").string))
      let result = try await Tool.run(
        "anonymise", original.string, "--out", folder.appending("out").string, "--word",
        words.joined(separator: ","))
      try #require(result.code == 0, "\(result.errors)")
      let copy = FilePath(result.output.trimmingCharacters(in: .newlines))

      for table in ["cost", "trap", "guest"] {
        func rows(_ folder: FilePath) throws -> [[String: String]] {
          let lines = try text(folder.appending("\(table).csv")).split(separator: "\n").map {
            CsvLine.fields($0)
          }
          return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
        }
        let expected = try rows(original).map { row in
          var row = row
          row["run"] = copy.lastComponent!.string
          if row["attribution_evidence"] != nil { row["attribution_evidence"] = "(name)" }
          return row
        }
        #expect(try rows(copy) == expected)
      }

      func object(_ file: FilePath) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(try text(file).utf8)) as! [String: Any]
      }
      let resources = { (folder: FilePath) in
        try object(folder.appending("datapackage.json"))["resources"] as! [NSDictionary]
      }
      #expect(try resources(copy) == resources(original))
      let record = try object(copy.appending("run.json"))
      let skipped = record["skipped"] as? [[String: String]]
      #expect(Set(skipped?.compactMap { $0["reason"] } ?? []) == ["(name)", "on (name), here"])
      #expect(record["run"] as? String == copy.lastComponent!.string)
      let processor = { (record: [String: Any]) in
        (record["machine"] as? [String: Any])?["processor"] as? NSDictionary
      }
      #expect(processor(record) == processor(try object(original.appending("run.json"))))
    }
  }

  @Test func domainsGoWithTheName() async throws {
    try await withTemporaryFolder { folder in
      var run = BuiltRun(number: 10)
      run.record = {
        $0["host"] = [
          "group": "g", "instance": "i", "instance_source": "machine-id", "name": "srv-07.dc3.acme.example",
        ]
        $0["skipped"] = [["what": "x", "reason": "the server of dc3.acme.example, and acme.example alone"]]
      }
      let original = try run.write(in: folder.appending("src"))
      let result = try await Tool.run("anonymise", original.string, "--out", folder.appending("out").string)
      let copy = FilePath(result.output.trimmingCharacters(in: .newlines))
      #expect(try text(copy.appending("run.json")).contains("the server of (name), and (name) alone"))
    }
  }
}
