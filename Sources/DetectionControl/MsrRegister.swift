import Machine
import SystemPackage

/// One register of one CPU, through the msr driver (arch/x86/kernel/msr.c).
struct MsrRegister: ~Copyable {
  private let device: FileDescriptor
  private let number: Int64
  private let name: String

  init(
    _ register: DetectionRegister, cpu: Int, files: FileTree, _ mode: FileDescriptor.AccessMode
  ) throws(RegisterFailure) {
    number = register.rawValue
    name = "MSR \(register.hexadecimal) of CPU \(cpu)"
    do {
      device = try FileDescriptor.open(
        files.root.appending("dev").appending("cpu").appending("\(cpu)").appending("msr"), mode,
        options: [.closeOnExec])
    } catch {
      let reason =
        switch error as? Errno {
        case .noSuchFileOrDirectory: "no msr driver: \(MsrModule.remedy(files))"
        case .permissionDenied, .notPermitted:
          "not permitted: it needs root with CAP_SYS_RAWIO, and a Linux that is not locked down"
        case .noSuchAddressOrDevice: "the CPU is offline"
        default: "\(error)"
        }
      throw RegisterFailure(name: name, reason: reason)
    }
  }

  deinit { try? device.close() }

  borrowing func read() throws(RegisterFailure) -> UInt64 {
    var value: UInt64 = 0
    do {
      let count = try withUnsafeMutableBytes(of: &value) {
        try device.read(fromAbsoluteOffset: number, into: $0)
      }
      guard count == 8 else { throw Errno.ioError }
    } catch {
      throw RegisterFailure(name: name, reason: "the read faulted: there is no such register")
    }
    return value
  }

  borrowing func write(_ value: UInt64) throws(RegisterFailure) {
    do {
      let count = try withUnsafeBytes(of: value) { try device.write(toAbsoluteOffset: number, $0) }
      guard count == 8 else { throw Errno.ioError }
    } catch {
      let reason =
        switch error as? Errno {
        case .ioError: "the CPU refused the write (#GP)"
        case .permissionDenied, .notPermitted:
          "Linux refused the write: lockdown, or msr.allow_writes=off"
        default: "\(error)"
        }
      throw RegisterFailure(name: name, reason: reason)
    }
  }
}

/// A register, or the sysctl, could not be read or written.
public struct RegisterFailure: Error, CustomStringConvertible, Sendable {
  let name: String
  let reason: String
  public var description: String { "\(name): \(reason)" }
}
