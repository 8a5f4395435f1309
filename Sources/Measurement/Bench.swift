import DetectionControl
import Machine

/// What the experiments of a run share.
public struct Bench {
  public let machine: MachineReport
  public let seed: UInt64
  let ramps: SplitLockRamps
  /// Nil where the run may change nothing.
  private let control: DetectionControl?

  /// - Parameter control: has begun, with what the designs say that they change.
  public init(machine: MachineReport, seed: UInt64, control: DetectionControl?) {
    (self.machine, self.seed, self.control) = (machine, seed, control)
    ramps = SplitLockRamps(machine: machine)
  }

  /// For experiments that change the machine.
  func needControl() throws(NoControl) -> DetectionControl {
    guard let control else { throw NoControl() }
    return control
  }
}

/// An experiment would change the machine in a run that has no leave to.
public struct NoControl: Error, CustomStringConvertible {
  public var description: String { "an experiment that changes the machine was begun without leave to" }
}

/// The design of an experiment that changes the machine.
public protocol MachineChange: Sendable {
  /// The bits that it changes, and whether it switches them on.
  var changedBits: [DetectionBit.Kind: Bool] { get }
  var changesMitigation: Bool { get }
  /// CPUs that it takes offline and brings back.
  var unpluggedCpus: [Int] { get }
}

extension MachineChange {
  public var changesMitigation: Bool { false }
  public var unpluggedCpus: [Int] { [] }
}
