/// How often firmware took a CPU away: MSR 0x34, MSR_SMI_COUNT, on Intel since Nehalem (SDM vol. 4).
public enum SmiCount {
  /// SMIs since reset; nil where there is no such register or the msr driver does not let it be read.
  public static func read(cpu: Int, processor: ProcessorIdentity, files: FileTree) -> UInt64? {
    guard processor.vendor == "GenuineIntel", processor.family == 6,
      let device = try? MsrDevice(cpu: cpu, files: files)
    else { return nil }
    return device.read(0x34).map { $0 & 0xFFFF_FFFF }
  }
}
