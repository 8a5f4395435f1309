import CHost
import LockKernels

/// One instruction of the calling thread under watch: a SIGBUS met there is recorded, and the instruction stepped over.
final class SignalWindow {
  // The handler writes to both behind the compiler's back: they have addresses of their own.
  private let room = UnsafeMutablePointer<chost_trap>.allocate(capacity: 1)
  private let window = UnsafeMutablePointer<chost_window>.allocate(capacity: 1)

  /// Opens on the calling thread, which must also let go of it; nil if Linux refuses.
  init?(_ site: TrapSite) {
    room.initialize(to: chost_trap())
    window.initialize(to: chost_window(start: site.start, end: site.end, traps: room, capacity: 1, count: 0))
    guard chost_window_open(window) == 0 else {
      room.deallocate()
      window.deallocate()
      return nil
    }
  }

  func close() {
    chost_window_close()
    room.deallocate()
    window.deallocate()
  }

  /// Traps met since the last `forget`, and the first of them.
  var count: Int { window.pointee.count }
  var trap: chost_trap { room.pointee }
  func forget() { window.pointee.count = 0 }
}
