import Foundation
import Reporting
import StoredRuns
import SystemPackage
import TestSupport
import Testing

@testable import Pages

/// What stands in a result folder is text: it never becomes markup.
@Suite struct EscapingTests {
  /// Each would begin something somewhere, and all could be in a file.
  static let hostile = [
    "<script>alert(1)</script>", "</style><script>alert(1)</script>", "\" onload=\"alert(1)",
    "' onload='alert(1)",
    // To Swift these quotes and brackets are other characters, to a browser they are not.
    "\"\u{301} onload=alert(1) \u{301}\"", "<\u{338}script>", "'\u{20DD} onload=alert(1)", "&lt;b&gt;", "]]>",
    "<!--",
    "{{title}}", "{{{title}}}", "{{> page}}", "\u{0}\u{1B}[31m", "\u{2028}a\nb\rc",
  ]

  @Test(arguments: hostile)
  func textStaysText(_ text: String) {
    let escaped = HtmlText().escapeText(text)
    for scalar in escaped.unicodeScalars {
      #expect(!["<", ">", "\"", "'"].contains(scalar))
      #expect(scalar.properties.generalCategory != .control || ["\n", "\r", "\t"].contains(scalar))
    }
  }

  /// Pages of runs that hold a text wherever a page shows something of a run.
  private func pages(_ text: String) async throws -> (html: [String], markdown: String) {
    try await withTemporaryFolder { folder in
      let runs = try ["one", "two"].map { name in
        try RunFixture(in: folder, named: name, tables: ["cost", "bystander", "pingpong", "scaling", "trap"])
        { record in
          for keys in [
            ["processor", "brand"], ["processor", "hypervisor"], ["linux", "release"],
            ["linux", "microcode"],
          ] {
            record[path: "machine", keys[0], keys[1]] = text
          }
          record["label"] = text
          record["run"] = text + name
          record["tool_version"] = text
          record["warnings"] = [["id": text, "text": text, "remedy": text]]
          record["skipped"] = [["what": text, "reason": text]]
        }
      }
      for (table, column) in [
        ("cost", "instruction"), ("bystander", "victim"), ("trap", "trigger"), ("scaling", "arrangement"),
      ] {
        // A table with a NUL is refused by its reader.
        try runs[0].replace(column, of: table, with: text.replacing("\0", with: ""))
      }
      let stored = try runs.map { try $0.run }
      let one = try Report([stored[0]])
      return (
        [
          one.html, try Report(stored).html, try ResultsIndex(stored, in: folder).html,
          try Report(emulated(text, in: folder)).html,
        ], one.markdown
      )
    }
  }

  private func emulated(_ text: String, in folder: FilePath) throws -> [StoredRun] {
    let columns = [
      "settings": "setting", "hotplug": "start", "leak": "relation", "toggle": "part",
    ]
    return try RunFixture.emulatedExperiments.map { experiment in
      let table = columns[experiment].map { _ in [experiment] } ?? []
      let fixture = try RunFixture(
        of: RunFixture.emulated(experiment), in: folder, named: experiment, tables: table
      ) { record in
        guard var scopes = record["scopes"] as? [[String: Any]] else { return }
        scopes[0]["bit"] = text
        scopes[0]["evidence"] = [text]
        record["scopes"] = scopes
      }
      if let column = columns[experiment] {
        try fixture.replace(column, of: experiment, with: text.replacing("\0", with: ""))
      }
      return try fixture.run
    }
  }

  @Test func aPageOfHostileRunsHasNoMarkupOfTheirs() async throws {
    let harmless = try await pages("a harmless text").html
    let (hostile, markdown) = try await pages(Self.hostile.joined(separator: " "))
    for (html, model) in zip(hostile, harmless) {
      let (found, allowed) = (Markup(html), Markup(model))
      #expect(found.tags.isSubset(of: allowed.tags), "\(found.tags.subtracting(allowed.tags))")
      #expect(
        found.attributes.isSubset(of: allowed.attributes),
        "\(found.attributes.subtracting(allowed.attributes))")
      #expect(html.contains("&lt;script&gt;"), "it is there, as text")
      #expect(!html.unicodeScalars.contains("\u{0}"))
    }
    #expect(!markdown.unicodeScalars.contains("\u{1B}") && markdown.contains("\\<script\\>"))
    let scalars = Array(markdown.unicodeScalars)
    for (scalar, next) in zip(scalars, scalars.dropFirst()) where next == "<" { #expect(scalar == "\\") }
  }

  @Test func aCellOfMarkdownStaysOne() {
    var table = TextTable(columns: ["a|b", "c"])
    table.rows = [["x|y\nz", "<b>*_`[l](u)"]]
    let text = MarkdownText.table(PageTable("", .words, table))
    #expect(
      text == "| a\\|b | c |\n| --- | --- |\n| x\\|y z | \\<b\\>\\*_\\`\\[l\\](u) |\n")
  }

  @Test func theCsvBehindAFigureComesBackWhole() throws {
    let rows = [["a,b", "\"q\""], ["line\nbreak", "ü × %"], ["", ",\u{301}"], ["=1+1", "#&?"]]
    let data = FigureData(file: "f.csv", TextTable(columns: ["one", "two"], rows: rows))
    let prefix = "data:text/csv;charset=utf-8,"
    #expect(data.uri.hasPrefix(prefix))
    let encoded = String(data.uri.dropFirst(prefix.count))
    #expect(
      encoded.unicodeScalars.allSatisfy { $0.isASCII && $0 != " " && $0 != "#" && $0 != "\"" && $0 != "<" })
    let csv = try #require(encoded.removingPercentEncoding)
    #expect(
      csv == "one,two\n\"a,b\",\"\"\"q\"\"\"\n\"line\nbreak\",ü × %\n,\",\u{301}\"\n=1+1,#&?\n")
  }
}

/// Names of the tags and attributes of a page, as a browser finds them.
struct Markup {
  var tags: Set<String> = []
  var attributes: Set<String> = []

  init(_ html: String) {
    let scalars = Array(html.unicodeScalars)
    var index = 0
    func isName(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "-"
    }
    while index + 1 < scalars.count {
      guard scalars[index] == "<", scalars[index + 1] != "/" else {
        index += 1
        continue
      }
      index += 1
      var name = String.UnicodeScalarView()
      while scalars[index] == "!" || isName(scalars[index]) {
        name.append(scalars[index])
        index += 1
      }
      tags.insert(String(name))
      // Attributes until the tag's end; a quoted value ends at its quote, whatever accent follows.
      while scalars[index] != ">" {
        if isName(scalars[index]) {
          var attribute = String.UnicodeScalarView()
          while scalars[index] != "=", scalars[index] != ">", scalars[index] != " ", scalars[index] != "/" {
            attribute.append(scalars[index])
            index += 1
          }
          attributes.insert(String(attribute))
        } else if scalars[index] == "\"" {
          index += 1
          while scalars[index] != "\"" { index += 1 }
          index += 1
        } else {
          index += 1
        }
      }
      if String(name) == "style" { while !(scalars[index] == "<") { index += 1 } }
    }
  }
}
