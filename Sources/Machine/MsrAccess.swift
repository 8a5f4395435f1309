/// What stands between this process and the model-specific registers.
public struct MsrAccess: Codable, Sendable, Equatable {
  /// `msr_safe` or `msr`; nil where no driver is loaded.
  public var driver: String?
  /// How to come by one; nil where there is one.
  public var driverRemedy: String?
  /// CAP_SYS_RAWIO, which the msr driver asks for; nil where /proc/self/status cannot be read.
  public var hasRawIO: Bool?
  /// Linux's lockdown: `none`, `integrity`, `confidentiality`; nil where this Linux has none.
  public var lockdown: String?
  /// The msr driver's `allow_writes`: `on`, `off`, `default` (allowed with a warning in the log).
  public var allowWrites: String?
  /// Whether Linux is tainted with CPU_OUT_OF_SPEC (`S`), as it is after any write through the driver.
  public var isTainted: Bool?

  public init(cpu: Int, files: FileTree) {
    driver = MsrDevice.driver(cpu: cpu, files: files)?.rawValue
    driverRemedy = driver == nil ? MsrModule.remedy(files) : nil
    let status = files.value("/proc/self/status")
    let capabilities = status?.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
      .flatMap { UInt64(trimmed($0.dropFirst(7)), radix: 16) }
    hasRawIO = capabilities.map { $0 >> 17 & 1 == 1 }  // CAP_SYS_RAWIO is 17
    // The chosen one stands in brackets: none [integrity] confidentiality.
    lockdown = files.value("/sys/kernel/security/lockdown").flatMap { text in
      text.split(separator: " ").first { $0.hasPrefix("[") }.map { String($0.dropFirst().dropLast()) }
    }
    allowWrites = files.value("/sys/module/msr/parameters/allow_writes")
    isTainted = Taint(files: files)?.isOutOfSpec
  }

  /// What is in the way of reading, or of writing, with its remedy.
  public var obstacles: [(to: String, what: String, remedy: String)] {
    var found: [(String, String, String)] = []
    if let driverRemedy {
      found.append(("read", "no msr driver is loaded", driverRemedy))
    }
    if driver != "msr_safe", hasRawIO == false {
      found.append(("read", "this process lacks CAP_SYS_RAWIO", "run as root"))
    }
    if let lockdown, lockdown != "none" {
      found.append(("write", "Linux is locked down (\(lockdown))", "boot without lockdown or Secure Boot"))
    }
    if allowWrites == "off" {
      found.append(("write", "the msr driver refuses writes", "boot or load it with msr.allow_writes=on"))
    }
    return found
  }
}
