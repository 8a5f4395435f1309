/// Linux's switch for the delay of programs that split-lock: the sysctl `kernel.split_lock_mitigate`.
public enum SplitLockMitigate {
  public static let path = "/proc/sys/kernel/split_lock_mitigate"

  /// Nil where there is none, or it cannot be read.
  public static func isOn(_ files: FileTree) -> Bool? {
    switch files.value(path) {
    case "1"?: true
    case "0"?: false
    default: nil
    }
  }
}
