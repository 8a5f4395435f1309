import Guest
import Machine

extension GuestLine {
  /// What kept a child from its task; nil for what is a fault of ours.
  init?(obstacle: any Error, of task: GuestTask) {
    switch obstacle {
    // Without KVM there is no guest at all, which the first child finds.
    case let failure as KvmFailure where task.visit == .look:
      self.init(skipped: "guest", reason: failure.description)
    case is KvmFailure, is PinFailure, is AssistantLost, is GuestRefusal:
      self.init(skipped: task.name, reason: "\(obstacle)")
    default: return nil
    }
  }
}
