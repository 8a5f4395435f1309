import DetectionControl
import Measurement

/// What the experiments of a run change of the machine, together.
struct MachineChanges {
  /// The bits, and whether they are switched on.
  let bits: [DetectionBit.Kind: Bool]
  let mitigation: Bool
  /// CPUs that go offline.
  let unplugged: [Int]

  init(_ changes: [any MachineChange]) {
    bits = changes.reduce(into: [:]) { $0.merge($1.changedBits) { $0 || $1 } }
    mitigation = changes.contains { $0.changesMitigation }
    unplugged = changes.flatMap(\.unpluggedCpus)
  }
}
