import Machine

enum BootId {
  /// Changes with every boot; `unknown` where Linux does not tell.
  static func current(_ files: FileTree) -> String {
    files.value("/proc/sys/kernel/random/boot_id") ?? "unknown"
  }
}
