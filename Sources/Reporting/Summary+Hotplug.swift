import Machine
import Measurement

/// What becomes of a CPU's detection bits while it is offline.
extension Summary {
  var hotplug: Section? {
    guard !results.hotplug.isEmpty else { return nil }
    var table = TextTable(columns: [
      "CPU, bit", "start", "before", "behind", "met before", "met behind", "offline ms", "online ms",
    ])
    func bit(_ value: Bool?) -> String { value.map { $0 ? "set" : "clear" } ?? "-" }
    table.rows = results.hotplug.map {
      [
        "\($0.cpu), \($0.bit.rawValue)", $0.start.rawValue, bit($0.bitBefore), bit($0.bitAfter),
        $0.metBefore?.inWords ?? "-", $0.metAfter?.inWords ?? "-", Decimal.fixed($0.offlineMs, 1),
        Decimal.fixed($0.onlineMs, 1),
      ]
    }
    return Section(
      title: "A CPU offline and back: its detection bits", table: table,
      facts: initialising.map { [$0] } ?? [])
  }
  /// Nil where rows disagree, or none tells.
  private var initialising: String? {
    let initialised = Set(results.hotplug.compactMap(\.isInitialised))
    if initialised == [false] { return "a bit that was written keeps its value while its CPU is offline" }
    guard initialised == [true] else { return nil }
    let moments = Set(results.hotplug.compactMap(\.initialisedWhen))
    let moment =
      switch moments {
      case [.offline]: "as a CPU goes"
      case [.online]: "when a CPU comes up"
      default: "when a CPU goes or comes up"
      }
    return "Linux writes its own value \(moment): what was written before is gone"
  }
}
