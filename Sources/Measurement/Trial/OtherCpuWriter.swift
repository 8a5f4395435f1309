import CAtomics
import Glibc
import Synchronization

/// A thread on another CPU that modifies lines on request, and ends by itself at its deadline.
final class OtherCpuWriter: Sendable {
  private let lines: [UInt]
  private let lineBytes: Int
  private let cpu: Int
  private let deadline: UInt64
  private let requested = Atomic<Int>(0)
  private let done = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let isReady = Atomic<Bool>(false)

  /// - Parameters:
  ///   - lines: first bytes of the lines to write; they must outlive the writer.
  ///   - deadlineTicks: the thread ends so many TSC ticks from now, whatever happens.
  init(cpu: Int, lines: [UnsafeMutableRawPointer], lineBytes: Int, deadlineTicks: UInt64) {
    self.cpu = cpu
    self.lines = lines.map(UInt.init(bitPattern:))
    self.lineBytes = lineBytes
    deadline = catomics_tsc() + deadlineTicks
  }

  /// Runs `body` while the thread serves requests, then joins it. Nil if the thread did not start.
  func serving<R>(_ body: () -> R?) -> R? {
    let stop = { self.isStopped.store(true, ordering: .releasing) }
    return CompanionThread.running(on: cpu, serve, stop: stop) {
      guard self.wait(until: { self.isReady.load(ordering: .acquiring) }) else { return nil }
      return body()
    }
  }

  /// Has the lines zeroed by the other CPU; false if it did not answer before the deadline.
  func modify() -> Bool {
    let number = requested.wrappingAdd(1, ordering: .releasing).newValue
    return wait { self.done.load(ordering: .acquiring) == number }
  }

  private func wait(until condition: () -> Bool) -> Bool {
    while !condition() {
      if catomics_tsc() > deadline { return false }
      catomics_pause()
    }
    return true
  }

  private func serve() {
    isReady.store(true, ordering: .releasing)
    var served = 0
    while !isStopped.load(ordering: .acquiring), catomics_tsc() < deadline {
      guard requested.load(ordering: .acquiring) != served else {
        catomics_pause()
        continue
      }
      for line in lines {
        memset(UnsafeMutableRawPointer(bitPattern: line)!, 0, lineBytes)
      }
      served += 1
      done.store(served, ordering: .releasing)
    }
  }
}
