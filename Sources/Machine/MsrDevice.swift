import SystemPackage

/// The device of one CPU's model-specific registers, open for reading: of msr-safe where that is present, else of the msr driver.
struct MsrDevice: ~Copyable {
  enum Driver: String, Sendable, CaseIterable, Codable {
    /// Reads and writes what an allow-list names, without CAP_SYS_RAWIO.
    case msrSafe = "msr_safe"
    case msr
  }

  private let device: FileDescriptor
  private let path: String

  static func path(cpu: Int, driver: Driver = .msr) -> String { "/dev/cpu/\(cpu)/\(driver.rawValue)" }

  /// The driver whose device is there; nil if none is.
  static func driver(cpu: Int, files: FileTree) -> Driver? {
    Driver.allCases.first { files.exists(path(cpu: cpu, driver: $0)) }
  }

  /// - Throws: `Unreadable`, with the remedy.
  init(cpu: Int, files: FileTree) throws(Unreadable) {
    path = MsrDevice.path(cpu: cpu, driver: MsrDevice.driver(cpu: cpu, files: files) ?? .msr)
    do {
      device = try FileDescriptor.open(
        files.root.appending(FilePath(path).components), .readOnly, options: [.closeOnExec])
    } catch {
      throw Unreadable(path: path, reason: MsrDevice.remedy(of: error, files))
    }
  }

  deinit { try? device.close() }

  /// What the errors of arch/x86/kernel/msr.c mean, and what helps.
  private static func remedy(of error: any Error, _ files: FileTree) -> String {
    switch error as? Errno {
    case .noSuchFileOrDirectory: "no msr driver: \(MsrModule.remedy(files))"
    case .permissionDenied, .notPermitted: "needs root with CAP_SYS_RAWIO"
    case .noSuchAddressOrDevice: "the CPU is offline"
    case .ioError: "the CPU has no model-specific registers"
    default: "\(error)"
    }
  }

  /// The register's value, or why it cannot be read.
  func value(_ number: Int64) -> Result<UInt64, Unreadable> {
    var value: UInt64 = 0
    do {
      let count = try withUnsafeMutableBytes(of: &value) {
        try device.read(fromAbsoluteOffset: number, into: $0)
      }
      guard count == 8 else { return failure(number, "the device ended") }
      return .success(value)
    } catch Errno.ioError {
      return failure(number, "the read faulted: this CPU, or its hypervisor, has no such register")
    } catch Errno.permissionDenied, Errno.notPermitted {
      return failure(number, "not in msr-safe's allow-list")
    } catch {
      return failure(number, "\(error)")
    }
  }

  /// The register's value, or nil if it cannot be read.
  func read(_ number: Int64) -> UInt64? { try? value(number).get() }

  private func failure(_ number: Int64, _ reason: String) -> Result<UInt64, Unreadable> {
    .failure(
      Unreadable(path: "MSR 0x\(String(number, radix: 16, uppercase: true)) through \(path)", reason: reason))
  }
}
