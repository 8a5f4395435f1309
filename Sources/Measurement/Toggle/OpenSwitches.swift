import DetectionControl
import Machine

/// The bits of CPUs and the sysctl, held open, each bit written once to see whether it takes that.
struct OpenSwitches {
  /// By CPU.
  private(set) var bits: [Int: BitToggle] = [:]
  /// What became of the first write, by CPU.
  private(set) var writes: [Int: ControlledMachine.WriteOutcome] = [:]
  private(set) var mitigation: MitigationToggle?
  private(set) var obstacles: [(what: String, reason: String)] = []
  private let before: DetectionState

  /// Leaves bits flipped.
  init(_ control: DetectionControl, cpus: [Int]) {
    before = control.before
    for cpu in cpus {
      do {
        let toggle = try control.bitToggle(cpu: cpu)
        bits[cpu] = toggle
        let outcome = control.set([DetectionBit(.splitLock, cpu: cpu)], to: try !toggle.read())[0].outcome
        writes[cpu] = outcome
        if outcome != .took { obstacles.append(("toggle of CPU \(cpu)", outcome.inWords)) }
      } catch {
        obstacles.append(("toggle of CPU \(cpu)", "\(error)"))
      }
    }
    guard before.mitigates != nil else {
      obstacles.append(("toggle of the sysctl", "this Linux has no kernel.split_lock_mitigate"))
      return
    }
    do {
      mitigation = try control.mitigationToggle()
    } catch {
      obstacles.append(("toggle of the sysctl", "\(error)"))
    }
  }

  func isWritable(_ cpu: Int) -> Bool { writes[cpu] == .took }

  /// Those that take the write, in the order of their CPUs.
  var writable: [BitToggle] { bits.values.filter { isWritable($0.cpu) }.sorted { $0.cpu < $1.cpu } }

  /// As found; of bits all, since one CPU's write may change its sibling's.
  func putBack(behind part: ToggleCell.Part) throws {
    if part == .sysctl { return try mitigation!.write(before.mitigates!) }
    for toggle in writable {
      try toggle.write(before.isSet(DetectionBit(.splitLock, cpu: toggle.cpu))!)
    }
  }
}
