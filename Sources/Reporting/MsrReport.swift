import Machine

/// What `splitbench msr show` says.
public struct MsrReport: Encodable {
  /// One register of one CPU.
  struct Reading: Encodable {
    var register: String
    var name: String
    var value: String?
    /// Its bits that matter here, by meaning.
    var bits: [String: Bool]
    /// Whether Linux believes detection on, by its policy; nil where it has no such feature.
    var linuxBelieves: Bool?
    /// Why it is unreadable.
    var reason: String?
  }

  struct Cpu: Encodable {
    var cpu: Int
    var registers: [Reading]
  }

  private let access: MsrAccess
  private let mode: DetectionPolicy.Mode
  private let cpus: [Cpu]

  public init(access: MsrAccess, policy: DetectionPolicy, registers: [DetectionRegisters]) {
    self.access = access
    mode = policy.mode
    cpus = registers.map { found in
      Cpu(
        cpu: found.cpu,
        registers: DetectionRegister.allCases.map { register in
          let value = found[register]
          return Reading(
            register: register.hexadecimal, name: register.name,
            value: value.map { "0x" + String($0, radix: 16) },
            bits: value.map { value in
              Dictionary(
                uniqueKeysWithValues: register.bits.map { ($0.meaning, value >> $0.position & 1 == 1) })
            } ?? [:],
            linuxBelieves: policy.believes(register),
            reason: value == nil ? found.reasons[register.hexadecimal] ?? found.reason ?? "unknown" : nil)
        })
    }
  }

  /// Why nothing at all can be read; nil where something can.
  public var failure: String? {
    guard cpus.allSatisfy({ $0.registers.allSatisfy { $0.value == nil } }) else { return nil }
    let remedies = access.obstacles.filter { $0.to == "read" }.map { "\($0.what): \($0.remedy)" }
    return remedies.isEmpty ? cpus.first?.registers.first?.reason : remedies.joined(separator: "; ")
  }

  public var text: String {
    var table = TextTable(columns: ["CPUs", "MSR", "name", "value", "bits", "Linux believes"])
    for register in DetectionRegister.allCases {
      let readings = cpus.compactMap { cpu in
        cpu.registers.first { $0.register == register.hexadecimal }.map { (cpu.cpu, row(register, $0)) }
      }
      // CPUs that read alike share a line.
      for (row, found) in Dictionary(grouping: readings, by: \.1).sorted(by: { $0.value[0].0 < $1.value[0].0 }
      ) {
        table.rows.append([CpuSelection.ranges(found.map(\.0))] + row)
      }
    }
    return table.leftAligned + "\n" + accessLines.map { "  \($0)\n" }.joined()
  }

  private func row(_ register: DetectionRegister, _ reading: Reading) -> [String] {
    guard reading.value != nil else {
      return [
        reading.register, reading.name, "unreadable (\(reading.reason ?? "unknown"))", "-", belief(reading),
      ]
    }
    let bits = register.bits.map {
      "\($0.position) \(reading.bits[$0.meaning] == true ? "set" : "clear") (if set, \($0.meaning))"
    }
    return [
      reading.register, reading.name, reading.value ?? "-", bits.joined(separator: "; "), belief(reading),
    ]
  }

  private func belief(_ reading: Reading) -> String {
    reading.linuxBelieves.map { $0 ? "on (\(mode.rawValue))" : "off (\(mode.rawValue))" } ?? "-"
  }

  private var accessLines: [String] {
    func text(_ flag: Bool?, _ yes: String, _ no: String) -> String {
      flag.map { $0 ? yes : no } ?? "unknown"
    }
    return [
      "driver \(access.driver ?? "none"); CAP_SYS_RAWIO \(text(access.hasRawIO, "held", "missing")); lockdown"
        + " \(access.lockdown ?? "not in this Linux"); allow_writes \(access.allowWrites ?? "unknown");"
        + " tainted by MSR writes: \(text(access.isTainted, "yes", "no"))"
    ] + access.obstacles.map { "cannot \($0.to): \($0.what); \($0.remedy)" }
  }
}
