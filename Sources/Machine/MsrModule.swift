/// Linux's msr module.
public enum MsrModule {
  /// How to come by a driver where there is none: modprobe, where this Linux has modules and a modprobe.
  public static func remedy(_ files: FileTree) -> String {
    let load = "modprobe msr"
    guard let release = files.value("/proc/sys/kernel/osrelease") else { return load }
    let places = ["/sbin", "/usr/sbin", "/bin", "/usr/bin"]
    guard places.contains(where: { files.exists("\($0)/modprobe") }) else {
      return "there is no modprobe here: in a container load it on the host; else install kmod"
    }
    guard files.exists("/lib/modules/\(release)") else {
      return "there is no /lib/modules/\(release): in a container load it on the host; else build Linux with"
        + " CONFIG_X86_MSR"
    }
    return load
  }
}
