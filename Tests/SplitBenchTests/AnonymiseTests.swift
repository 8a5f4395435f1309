import Foundation
import SystemPackage
import Testing

/// Copies for other people: what was planted is nowhere in them, and what was measured is all there.
@Suite struct AnonymiseTests {
  private static let secrets = [
    "node7", "corp.example", "alice", "labelled", "0badc0ffee11", "b007b007b007", "machineroom",
    "10.21.32.43",
    "fe80::1ff:fe23:4567:890a", "52:54:00:12:34:56", "secretd", "7f12deadbeef",
    "0123456789abcdef0123456789abcdef", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "/srv/", "acme",
    "i-0abcdef1234567890", "i-0badcafe", "ip-10-0-12-7", "lustre", "vault", "volume0", "handwritten",
  ]

  private static let planted =
    "seen by alice@corp.example on node7.corp.example (10.21.32.43, fe80::1ff:fe23:4567:890a, 52:54:00:12:34:56)"
    + " in /home/alice/x and '/srv/acme data/y' with 6f9619ff-8b86-4d01-b42d-00cf4fc964ff and"
    + " 0123456789abcdef0123456789abcdef: x86/split lock detection: #AC: secretd/4242 took a split_lock trap at"
    + " address: 0x7f12deadbeef of acme; NODE7 and Node7.Corp.Example by Alice@corp.example, a LABELLED run of ACME on"
    + " i-0abcdef1234567890 i-0badcafe ip-10-0-12-7 with [/lustre/x] </lustre/y> →/lustre/z file:///lustre/a;/lustre/b"
    + " /etc/vault/token /dev/mapper/volume0, 7,10.21.32.43,7, é10.21.32.43. and 0123456789abcdef0123456789abcdef's, but"
    + " /etc/machine-id, /dev/kvm and /proc/cpuinfo, version 1.2.3.4.5 and 0.12345678901234567890123456789012."

  private static let kept =
    "but /etc/machine-id, /dev/kvm and /proc/cpuinfo, version 1.2.3.4.5 and 0.12345678901234567890123456789012."

  private func made(in folder: FilePath, _ number: Int, instance: String) throws -> FilePath {
    let parent = folder.appending("src").appending("machineroom-\(instance)")
    try FileManager.default.createDirectory(atPath: parent.string, withIntermediateDirectories: true)
    var run = BuiltRun(number: number)
    run.tables = ["cost", "trap"]
    run.edit = { row in row["attribution_evidence"] == nil ? [:] : ["attribution_evidence": Self.planted] }
    run.record = { record in
      record["run"] = "20260101T000000Z-node7-labelled"
      record["label"] = "labelled"
      record["host"] = [
        "group": "g", "instance": instance, "instance_source": "machine-id", "boot": "b007b007b007",
        "name": "node7.corp.example",
      ]
      record["skipped"] = [["what": "something", "reason": Self.planted]]
    }
    let path = try run.write(in: parent)
    try Data("# 20260101T000000Z-node7-labelled\n\nhandwritten: \(Self.planted)\n".utf8)
      .write(to: URL(filePath: path.appending("summary.md").string))
    try Data(Self.planted.utf8).write(to: URL(filePath: path.appending("notes.txt").string))
    return path
  }

  private func files(below folder: FilePath) -> [String] {
    ((FileManager.default.enumerator(atPath: folder.string)?.allObjects as? [String]) ?? []).sorted()
  }

  @Test func whatIsPlantedIsNowhere() async throws {
    try await withTemporaryFolder { folder in
      let original = try made(in: folder, 1, instance: "0badc0ffee11")
      let before = try text(original.appending("run.json"))
      let out = folder.appending("out")
      let result = try await Tool.run(
        "anonymise", folder.appending("src").string, "--out", out.string, "--word", "acme")
      #expect(result.code == 0 && result.errors.contains("notes.txt"), "\(result.errors)")
      let copies = files(below: out)
      #expect(result.errors.contains("summary.md") && !copies.contains { $0.hasSuffix("summary.md") })
      #expect(copies.filter { $0.hasSuffix("run.json") || $0.hasSuffix("trap.csv") }.count == 2)
      for file in copies where !file.hasSuffix("/") {
        guard let content = try? text(out.appending(FilePath(file).components)) else { continue }
        for secret in Self.secrets {
          #expect(!content.lowercased().contains(secret) && !file.contains(secret), "\(secret) in \(file)")
        }
      }
      let copy = try text(FilePath(result.output.trimmingCharacters(in: .newlines)).appending("run.json"))
      #expect(copy.replacing("\\/", with: "/").contains(Self.kept))
      #expect(try text(original.appending("run.json")) == before, "the original stays")
      let page = try await Tool.run("report", out.string, "--markdown")
      #expect(page.code == 0, "the copy is a run: \(page.errors)")
    }
  }

  /// A flood of lines, one a folder, hides what is unlike the others.
  @Test func whatMostFoldersHaveIsSaidOnce() async throws {
    try await withTemporaryFolder { folder in
      for number in 1...3 {
        let run = try BuiltRun(number: number).write(in: folder.appending("src"))
        try FileManager.default.copyItem(
          atPath: BuiltRun.committed.appending("summary.md").string,
          toPath: run.appending("summary.md").string)
        guard number == 3 else { continue }
        try Data("x".utf8).write(to: URL(filePath: run.appending("notes.txt").string))
      }
      let result = try await Tool.run(
        "anonymise", folder.appending("src").string, "--out", folder.appending("out").string)
      #expect(result.code == 0)
      let lines = result.errors.split(separator: "\n")
      #expect(lines.count == 2 && lines[0].hasPrefix("left out of 2 of 3 folders, "), "\(result.errors)")
      #expect(lines[0].hasSuffix(": summary.md") && lines[1].hasSuffix(": notes.txt, summary.md"))
    }
  }

  @Test func whatWasMeasuredStays() async throws {
    try await withTemporaryFolder { folder in
      let original = try made(in: folder, 2, instance: "0badc0ffee11")
      let out = folder.appending("out")
      let result = try await Tool.run("anonymise", original.string, "--out", out.string)
      let copy = FilePath(result.output.trimmingCharacters(in: .newlines))
      func numbers(_ file: FilePath) throws -> [[String]] {
        try text(file).split(separator: "\n").map { line in Array(CsvLine.fields(line).dropFirst()) }
      }
      #expect(try numbers(copy.appending("cost.csv")) == numbers(original.appending("cost.csv")))
      #expect(
        try numbers(copy.appending("trap.csv")).map { $0.prefix(30) }
          == numbers(original.appending("trap.csv")).map { $0.prefix(30) })
    }
  }

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

  /// One machine-id, in two boots at a time.
  @Test func clonesStayApart() async throws {
    try await withTemporaryFolder { folder in
      for number in 1...4 {
        var run = BuiltRun(number: number)
        run.record = {
          $0["ended_utc"] = "2026-01-01T100009Z"
          $0["host"] = [
            "group": "g", "instance": "0badc0ffee11", "instance_source": "machine-id",
            "boot": "b\(number % 2)",
          ]
        }
        try run.write(in: folder.appending("src"))
      }
      let out = folder.appending("out")
      let result = try await Tool.run("anonymise", folder.appending("src").string, "--out", out.string)
      #expect(result.code == 0, "\(result.errors)")
      #expect(names(in: out).map { names(in: out.appending($0)).count } == [2, 2])
      let page = try await Tool.run("report", out.string, "--fleet", "--markdown")
      #expect(page.output.contains("4 runs of 2 machines"), "\(page.errors)")
    }
  }

  @Test func machinesStayApart() async throws {
    try await withTemporaryFolder { folder in
      for (number, instance) in [(3, "aaaa0badc0ff"), (4, "aaaa0badc0ff"), (5, "bbbb0badc0ff")] {
        _ = try made(in: folder, number, instance: instance)
        // Told apart by the host's name otherwise.
      }
      for path in files(below: folder.appending("src")).filter({ $0.hasSuffix("run.json") }) {
        let file = folder.appending("src").appending(FilePath(path).components).string
        let content = try String(contentsOfFile: file, encoding: .utf8)
        try content.replacing("\"name\":\"node7.corp.example\",", with: "")
          .replacing(",\"name\":\"node7.corp.example\"", with: "")
          .write(toFile: file, atomically: true, encoding: .utf8)
      }
      let out = folder.appending("out")
      let result = try await Tool.run("anonymise", folder.appending("src").string, "--out", out.string)
      #expect(result.code == 0, "\(result.errors)")
      #expect(names(in: out).map { $0.hasSuffix("-machine1") || $0.hasSuffix("-machine2") } == [true, true])
      #expect(names(in: out).map { names(in: out.appending($0)).count }.sorted() == [1, 2])
    }
  }

  @Test func aFolderWithSomethingInItIsRefused() async throws {
    try await withTemporaryFolder { folder in
      let original = try made(in: folder, 6, instance: "0badc0ffee11")
      let result = try await Tool.run("anonymise", original.string, "--out", folder.string)
      #expect(result.code == 2 && result.errors.contains("--out"), "\(result.errors)")
    }
  }

  /// What nobody knows may hold anything.
  @Test func anUnknownColumnIsRefused() async throws {
    try await withTemporaryFolder { folder in
      let original = try made(in: folder, 7, instance: "0badc0ffee11")
      let file = original.appending("cost.csv").string
      let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
      let wider = lines.enumerated().map { line in "\(line.element),\(line.offset == 0 ? "rack" : "r7")\n" }
      try wider.joined().write(toFile: file, atomically: true, encoding: .utf8)
      let result = try await Tool.run(
        "anonymise", original.string, "--out", folder.appending("out").string)
      #expect(result.code == 2 && result.errors.contains("column rack"), "\(result.errors)")
    }
  }
}
