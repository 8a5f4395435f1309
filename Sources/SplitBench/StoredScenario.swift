import PolicyModel
import Reporting
import StoredRuns
import SystemPackage

extension Scenario {
  /// A built-in scenario by name, or else one in a file.
  ///
  /// - Throws: where there is neither, or the file is no scenario: with the path of the key at fault.
  static func find(_ name: String) throws -> Scenario {
    if let scenario = builtIn.first(where: { $0.name == name }) { return scenario }
    let file = FilePath(name)
    guard StoredFile.exists(file) else {
      throw ReadFailure(
        file, "no such file, and no built-in scenario: \(builtIn.map(\.name).joined(separator: ", "))",
        remedy: "check the path, or see `splitbench model --list`")
    }
    let remedy = "correct the scenario: docs/model.md describes it"
    let json = try StoredFile.json(file, limit: 1 << 20, remedy: remedy)
    do {
      return try Scenario(json: json)
    } catch {
      throw ReadFailure(file, Json.explanation(of: error), remedy: remedy)
    }
  }
}
