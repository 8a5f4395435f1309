/// `split_lock_detect=off`, a CPU that detects nothing, or Linux before 5.7.
struct NoDetection: ModelledPolicy {
  var armsCores: Bool { false }
  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {}
}
