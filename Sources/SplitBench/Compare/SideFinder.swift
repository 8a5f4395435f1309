import StoredRuns
import SystemPackage

/// From paths on the command line to sides.
enum SideFinder {
  /// Two paths or more are a side each. One path has a side for every folder of runs in it, and, where there is only one, for every
  /// machine and label that its runs are of.
  ///
  /// - Parameters:
  ///   - byDay: whether the runs of each day, in UTC, are a side of their own.
  static func sides(_ paths: [String], byDay: Bool) throws -> [Side] {
    try several(
      all(paths, byDay: byDay), paths[0],
      byDay ? "one machine's runs alone, of one day" : "one machine's runs alone")
  }

  /// All machines that should measure the same are a side.
  static func kinds(_ runs: [StoredRun], in path: String) throws -> [Side] {
    let groups = Dictionary(grouping: runs, by: \.record.machine.group).sorted { $0.key < $1.key }
    return try several(sides(groups.map { ($0.key, $0.value) }), path, "one kind of machine alone")
  }

  private static func several(_ sides: [Side], _ path: String, _ found: String) throws -> [Side] {
    guard sides.count > 1 else {
      throw CannotCompare(
        "\(path): \(found)",
        remedy: "name what they are to be compared with, or give --self-check to compare them with themselves"
      )
    }
    return sides
  }

  /// The same, where one machine alone will do.
  static func all(_ paths: [String], byDay: Bool = false) throws -> [Side] {
    let collections = try paths.map { try RunCollection.find([FilePath($0)]) }
    let groups: [(name: String, runs: [StoredRun])] =
      if collections.count > 1 {
        zip(paths, collections).map { ($0, $1.runs) }
      } else if collections[0].groups.count > 1 {
        named(collections[0].groups)
      } else {
        byMachine(collections[0].runs)
      }
    return try sides(byDay ? groups.flatMap(days) : groups)
  }

  private static func sides(_ groups: [(name: String, runs: [StoredRun])]) throws -> [Side] {
    let sides = groups.enumerated().map { index, group in
      Side(letter: letter(index), name: group.name, runs: group.runs)
    }
    for side in sides { try refuseMixed(side) }
    try refuseShared(sides)
    return sides
  }

  /// One side of all runs that the paths lead to.
  static func one(_ paths: [String]) throws -> Side {
    let side = Side(
      letter: letter(0), name: paths.joined(separator: ", "),
      runs: try RunCollection.find(paths.map { FilePath($0) }).runs)
    try refuseMixed(side)
    return side
  }

  /// By the name of their folder, unless two have the same.
  private static func named(_ groups: [RunCollection.Group]) -> [(name: String, runs: [StoredRun])] {
    let areApart = Set(groups.map(\.machine)).count == groups.count
    return groups.map { (areApart ? $0.machine : $0.path.string, $0.runs) }
  }

  private static func byMachine(_ runs: [StoredRun]) -> [(name: String, runs: [StoredRun])] {
    Dictionary(grouping: runs) { run in
      [run.record.machine.processor.slug, run.record.label].compactMap(\.self).joined(separator: "-")
    }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func days(_ group: (name: String, runs: [StoredRun])) -> [(name: String, runs: [StoredRun])]
  {
    Dictionary(grouping: group.runs) { $0.record.startedUtc.prefix(10) }
      .sorted { $0.key < $1.key }.map { ("\(group.name), \($0.key)", $0.value) }
  }

  private static func letter(_ index: Int) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return index < letters.count ? String(letters[index]) : "side \(index + 1)"
  }

  /// What lies in one folder need not be of one machine, and then it is no repetition.
  private static func refuseMixed(_ side: Side) throws {
    let first = side.runs[0]
    guard
      let other = side.runs.first(where: { $0.record.machine.processor != first.record.machine.processor })
    else { return }
    throw CannotCompare(
      "\(side.name): \(first.name) and \(other.name) are runs of different processors",
      remedy: "give every machine's runs a folder of their own")
  }

  /// A run on both sides would be compared with itself.
  private static func refuseShared(_ sides: [Side]) throws {
    var seen: [String: String] = [:]
    for side in sides {
      for run in side.runs {
        if let other = seen.updateValue(side.name, forKey: run.identity) {
          throw CannotCompare(
            "the run \(run.name) is in \(side.name) and in \(other)", remedy: "leave it out of one")
        }
      }
    }
  }
}

/// What was asked for cannot be compared.
struct CannotCompare: Error, CustomStringConvertible {
  let description: String
  init(_ what: String, remedy: String) { description = "\(what); \(remedy)" }
}
