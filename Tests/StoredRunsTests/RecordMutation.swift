import Foundation
import Measurement

/// A way in which a `run.json` may have become another one, and what has to be said of it.
struct RecordMutation: Sendable {
  enum Answer: Equatable {
    /// The record that it was.
    case same
    /// An error that names the file and says this.
    case refusal(saying: String)
    /// What the file says, or an error.
    case asSaid
  }

  let name: String
  let mutant: @Sendable (String, inout SeededGenerator) -> (bytes: [UInt8], answer: Answer)

  /// Of a file in which a line says something else.
  private static func line(_ name: String, _ line: String, _ others: [String], says: String) -> RecordMutation
  {
    RecordMutation(name: name) { text, random in
      let changed = text.replacing(line, with: others.randomElement(using: &random)!)
      return (
        Array(changed.utf8),
        changed == text ? .refusal(saying: "nothing was changed") : .refusal(saying: says)
      )
    }
  }

  static let all = [
    line(
      "newer schema", "\"schema_version\" : 1",
      ["\"schema_version\" : 2", "\"schema_version\" : 9000000000"],
      says: "written by a newer SplitBench"),
    line(
      "no such schema", "\"schema_version\" : 1",
      [
        "\"schema_version\" : 0", "\"schema_version\" : -1", "\"schema_version\" : \"1\"",
        "\"schema_version\" : null", "\"schema_versions\" : 1",
      ], says: "schema_version"),
    line(
      "no such number", "\"schema_version\" : 1", ["\"schema_version\" : 1.5", "\"schema_version\" : 1e999"],
      says: "a number has a fraction"),
    line(
      "key twice", "\"complete\" : true", ["\"complete\" : true, \"complete\" : false"],
      says: ":6:22: a second member of this name"),
    line(
      "another tool", "\"tool\" : \"splitbench\"", ["\"tool\" : \"pyperf\"", "\"tools\" : 1"], says: "tool"),
    line(
      "wrong type", "\"complete\" : true",
      ["\"complete\" : \"true\"", "\"complete\" : 1", "\"complete\" : {}"],
      says: "complete"),
    line("key dropped", "\"tool_version\" : ", ["\"toolversion\" : "], says: "tool_version is missing"),
    line(
      "key deep down dropped", "\"line_bytes\" : ", ["\"l\" : "],
      says: "machine.processor.line_bytes is missing"),
    line(
      "NaN", "\"line_bytes\" : 64", ["\"line_bytes\" : NaN", "\"line_bytes\" : +1"], says: ": no JSON value"),
    RecordMutation(name: "key of a later SplitBench") { text, random in
      let value = ["1", "[null]", "{\"a\" : {}}", "\"x\""].randomElement(using: &random)!
      return (Array(("{\"added_later\" : \(value)," + text.dropFirst()).utf8), .same)
    },
    RecordMutation(name: "carriage returns") { text, _ in
      (Array(text.replacing("\n", with: "\r\n").utf8), .same)
    },
    RecordMutation(name: "cut short") { text, random in
      let end = text.utf8.count - 2
      return (Array(text.utf8.prefix(Int.random(in: 0..<end, using: &random))), .refusal(saying: "run.json:"))
    },
    RecordMutation(name: "nested without end") { _, random in
      let opening = ["[", "{\"a\":"].randomElement(using: &random)!
      return (Array(String(repeating: opening, count: 100_000).utf8), .refusal(saying: "run.json:1:"))
    },
    RecordMutation(name: "byte order mark") { text, _ in ([0xEF, 0xBB, 0xBF] + Array(text.utf8), .same) },
    RecordMutation(name: "binary") { _, random in
      let count = Int.random(in: 0...999, using: &random)
      return (
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, .refusal(saying: "run.json")
      )
    },
    RecordMutation(name: "bytes changed") { text, random in
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] =
          Array("0123456789-.,\"[]{}:nulltrue".utf8).randomElement(using: &random)!
      }
      return (bytes, .asSaid)
    },
  ]
}
