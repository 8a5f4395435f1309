import Glibc

/// What KVM refused, with the remedy where there is one.
public struct KvmFailure: Error, CustomStringConvertible, Sendable, Equatable {
  public let description: String

  init(_ description: String) { self.description = description }

  /// - Parameter error: as CGuest returns it, -errno.
  init(_ what: String, error: Int32) { self.init("\(what): \(String(cString: strerror(-error)))") }

  /// Of opening the device.
  init(opening path: String, error: Int32) {
    switch -error {
    case ENOENT:
      self.init(
        "\(path) is not there: load kvm_intel or kvm_amd; in a guest, have its host allow nested guests")
    case EACCES, EPERM: self.init("\(path): not permitted: be root, or a member of its group")
    case ENODEV, ENXIO: self.init("\(path): no KVM behind it: load kvm_intel or kvm_amd")
    default: self.init(path, error: error)
    }
  }
}

extension Int32 {
  /// The descriptor or count that it is.
  ///
  /// - Throws: `KvmFailure` where it is -errno.
  func orFailure(_ what: String) throws(KvmFailure) -> Int32 {
    guard self >= 0 else { throw KvmFailure(what, error: self) }
    return self
  }
}
