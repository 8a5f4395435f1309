import Glibc
import Machine
import SystemPackage

/// Whether a folder may be another one for other processes of this machine.
enum PrivateFolder {
  /// Nil where nothing speaks for it. A service with a folder of its own (`PrivateTmp=` in systemd.exec(5)) and a container have it mounted.
  static func reason(_ folder: String, _ files: FileTree) -> String? {
    if isMountPoint(folder, files) { return "\(folder) is a mount of its own" }
    // Without privileges that of PID 1 is not to be seen (namespaces(7)).
    let (own, first) = (namespace("self", files), namespace("1", files))
    guard let own, let first, own != first else { return nil }
    return "\(folder) is in another mount namespace than that of PID 1"
  }

  /// proc_pid_mountinfo(5): the fifth field.
  private static func isMountPoint(_ folder: String, _ files: FileTree) -> Bool {
    (files.value("/proc/self/mountinfo") ?? "").split(separator: "\n").contains {
      let fields = $0.split(separator: " ", maxSplits: 5)
      return fields.count > 4 && fields[4] == folder
    }
  }

  private static func namespace(_ process: String, _ files: FileTree) -> String? {
    let path = files.root.appending(FilePath("/proc/\(process)/ns/mnt").components).string
    var text = [UInt8](repeating: 0, count: 64)
    let length = text.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count) }
    return length > 0 ? String(decoding: text.prefix(length), as: UTF8.self) : nil
  }
}
