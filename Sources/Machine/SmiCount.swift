import SystemPackage

/// How often firmware took a CPU away: MSR 0x34, MSR_SMI_COUNT, on Intel since Nehalem (SDM vol. 4).
public enum SmiCount {
  /// SMIs since reset; nil where there is no such register or the msr driver does not let it be read.
  public static func read(cpu: Int, processor: ProcessorIdentity, files: FileTree) -> UInt64? {
    guard processor.vendor == "GenuineIntel", processor.family == 6,
      let device = try? FileDescriptor.open(
        files.root.appending(FilePath("/dev/cpu/\(cpu)/msr").components), .readOnly, options: [.closeOnExec])
    else { return nil }
    defer { try? device.close() }
    var value: UInt64 = 0
    let count = withUnsafeMutableBytes(of: &value) { try? device.read(fromAbsoluteOffset: 0x34, into: $0) }
    return count == 8 ? value & 0xFFFF_FFFF : nil
  }
}
