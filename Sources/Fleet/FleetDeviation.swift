import Machine
import StoredRuns

/// Machines of one kind of hardware that are set up otherwise than most.
public struct FleetDeviation: Sendable, Equatable {
  public let hardware: String
  public let property: String
  public let value: String
  public let usual: String
  /// Names.
  public let machines: [String]
  /// All of that hardware.
  public let outOf: Int

  /// `3 of 200 machines of amd-epyc-f25-m17-s1 have split-lock policy off, most warn`.
  public var text: String {
    "\(machines.count) of \(outOf) machines of \(hardware) have \(property) \(shown(value)), most \(shown(usual))"
  }

  private func shown(_ value: String) -> String { value.isEmpty ? "none" : value }

  /// Fewer machines do not show what is usual, nor does a smaller share of them.
  static let fewestMachines = 5
  static let usualShare = 0.75

  /// In the order of the properties, the rarest value first.
  static func find(_ machines: [FleetMachine]) -> [FleetDeviation] {
    let kinds = Dictionary(grouping: machines) { hardware($0.latest) }.sorted { $0.key < $1.key }
    return RunProperty.all.filter(\.isOfMachine).flatMap { property in
      kinds.flatMap { kind in find(property, kind.value, hardware: kind.key) }
    }
  }

  private static func find(
    _ property: RunProperty, _ machines: [FleetMachine], hardware: String
  ) -> [FleetDeviation] {
    guard machines.count >= fewestMachines else { return [] }
    let values = Dictionary(grouping: machines) { property.value($0.latest) }
    guard let usual = values.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }),
      Double(usual.value.count) >= usualShare * Double(machines.count)
    else { return [] }
    return values.filter { $0.key != usual.key }
      .sorted { ($0.value.count, $0.key) < ($1.value.count, $1.key) }.map {
        FleetDeviation(
          hardware: hardware, property: property.name, value: $0.key, usual: usual.key,
          machines: $0.value.map(\.name), outOf: machines.count)
      }
  }

  /// What cannot be set up otherwise.
  private static func hardware(_ run: StoredRun) -> String {
    let packages = run.record.machine.topology.packageCount
    return run.record.machine.processor.slug + (packages > 1 ? " (\(packages) packages)" : "")
  }
}
