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
    let fate = HotplugWords.fate(
      initialised: results.hotplug.compactMap(\.isInitialised),
      moments: results.hotplug.compactMap { $0.initialisedWhen?.rawValue })
    return Section(
      title: "A CPU offline and back: its detection bits", table: table,
      facts: [fate].compactMap { $0 })
  }
}
