import Measurement

/// Split locks in a guest of our own.
extension Summary {
  var guest: Section? {
    let rows = results.guest
    guard !rows.isEmpty else { return nil }
    var table = TextTable(columns: ["in a KVM guest", "CPL 3", "CPL 0", "host"])
    for (words, part, quantity, condition) in Summary.guestLines {
      let found = rows.filter {
        $0.cell.part == part && $0.cell.quantity == quantity && $0.cell.vcpus == nil
          && ($0.cell.condition == condition || $0.cell.place == .host)
      }
      func text(_ isIt: (GuestCell) -> Bool) -> String {
        found.first { isIt($0.cell) }.map(words == "code" ? { $0.found ?? "-" } : guestText) ?? "-"
      }
      let columns = [
        text { $0.place == .guest && $0.cpl == 3 }, text { $0.place == .guest && $0.cpl == 0 },
        text { $0.place == .host && part == .cost && condition == "exits-off" },
      ]
      if columns.contains(where: { $0 != "-" }) { table.rows.append([words] + columns) }
    }
    return Section(
      title: "Split locks in a KVM guest (\(virtualisation))",
      table: table,
      facts: guestFacts(rows))
  }

  private static let guestLines:
    [(words: String, part: GuestCell.Part, quantity: String, condition: String?)] = [
      ("code", .loop, "register-add", nil), ("a split lock is answered", .answer, "line-split", nil),
      ("a split lock, the guest's MSR 0x33[29] set", .answer, "line-split", "guest-set-sld"),
      ("a split lock, the guest's DEBUGCTL[2] set", .answer, "line-split", "guest-set-bld"),
      ("a split lock, EFLAGS.AC set", .answer, "line-split", "eflags-ac"),
      ("lock add m64, aligned", .cost, "aligned", "exits-off"),
      ("lock add m64, line-split", .cost, "line-split", "exits-off"),
      ("line-split, each an exit", .cost, "line-split", "exits-on"),
      ("an exit by a bus lock", .exit, "bus-lock-exit", "exits-on"),
      ("an exit by a write to a port", .exit, "port-exit", nil),
      ("bus locks counted", .exit, "line-split-bus-locks", "exits-on"),
      ("WRMSR 0x33, as KVM has it", .register, "wrmsr-0x33", "as-kvm"),
      ("RDMSR 0x33, answered by us", .register, "rdmsr-0x33", "answered-by-us"),
      ("CPUID.7:EDX[30], offered by us", .cpuid, "core-capabilities", "offered-by-us"),
      ("EFLAGS.AC, misaligned load", .alignment, "misaligned-load", "eflags-ac"),
    ]

  private func guestText(_ row: GuestRow) -> String {
    guard let value = row.value else { return row.found ?? "-" }
    return switch row.cell.unit {
    case .nanoseconds: Nanoseconds.text(value) + " ns"
    case .count: "\(Int(value)) of \(row.operations)"
    default: Decimal.significant(value, 3)
    }
  }

  /// With the privilege level, where KVM does not interpret all.
  private var virtualisation: String {
    let loops = results.guest.filter { $0.cell.part == .loop }
    let interpreted = loops.filter { $0.found == GuestExecution.interpreted.rawValue }.compactMap(\.cell.cpl)
    let words = guestFound(.kvm, "virtualisation") ?? GuestExecution.unknown.rawValue
    guard interpreted.count == 1, loops.count > 1 else { return words }
    return "\(words), CPL \(interpreted[0])"
  }

  private func guestFound(_ part: GuestCell.Part, _ quantity: String) -> String? {
    results.guest.first { $0.cell.part == part && $0.cell.quantity == quantity }?.found
  }

  private func guestFacts(_ rows: [GuestRow]) -> [String] {
    var facts: [String] = []
    let kvm = [
      guestFound(.kvm, "module"), guestFound(.kvm, "host-mode").map { "host's mode \($0)" },
      guestFound(.kvm, "bus-lock-exit").map { "exits by bus locks \($0)" },
      guestFound(.cpuid, "bus-lock-detect").map { "bus-lock #DB \($0) to guests" },
    ].compactMap { $0 }
    facts.append(kvm.joined(separator: ", "))
    if let left = rows.first(where: { $0.cell.quantity == "left-behind" }) {
      let guests = Decimal.count(left.operations, "guest")
      facts.append("\(guests) came and went, and left behind: \(left.found ?? "-")")
    }
    let vcpus = rows.filter { $0.cell.part == .vcpus && $0.cell.quantity == "line-split" }
    let byCount = Dictionary(grouping: vcpus) { $0.cell.vcpus! }.sorted { $0.key < $1.key }
    if !byCount.isEmpty {
      let steps = byCount.map { count, rows in
        let slowest = rows.compactMap(\.value).max().map { Nanoseconds.text($0) + " ns" }
        return "\(count): \(slowest ?? rows[0].found ?? "-")"
      }
      facts.append(
        "a split lock with so many vCPUs at it at one time, on the slowest: \(steps.joined(separator: ", "))")
    }
    for row in rows where row.cell.part == .bystander {
      let rate = rows.first { $0.cell.part == .throttle && $0.cell.condition == row.cell.condition }?.value
      facts.append(
        "a bystander (\(row.found ?? "-")) on CPU \(row.cell.cpu ?? 0) beside the guest at CPL \(row.cell.cpl ?? 3), "
          + "\(row.cell.condition ?? ""): "
          + "\(row.value.map(Summary.factor) ?? "-") at \(rate.map(DoseLimits.rate) ?? "-") split locks a second"
      )
    }
    return facts
  }
}
