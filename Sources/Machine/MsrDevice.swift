import SystemPackage

/// The msr driver's device of one CPU, open for reading.
struct MsrDevice: ~Copyable {
  private let device: FileDescriptor

  static func path(cpu: Int) -> String { "/dev/cpu/\(cpu)/msr" }

  init(cpu: Int, files: FileTree) throws {
    device = try FileDescriptor.open(
      files.root.appending(FilePath(MsrDevice.path(cpu: cpu)).components), .readOnly, options: [.closeOnExec])
  }

  deinit { try? device.close() }

  /// The register's value, or nil if the read faults.
  func read(_ number: Int64) -> UInt64? {
    var value: UInt64 = 0
    let count = withUnsafeMutableBytes(of: &value) { try? device.read(fromAbsoluteOffset: number, into: $0) }
    return count == 8 ? value : nil
  }
}
