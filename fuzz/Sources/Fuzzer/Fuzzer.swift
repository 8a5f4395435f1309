import CLibFuzzer
import FuzzChecks
import Glibc

nonisolated(unsafe) private var input: (any FuzzedInput)?

/// Runs libFuzzer, with the arguments of this process, on one of the parsers. A fault ends it, and what showed it is kept.
public func fuzz(_ target: FuzzTarget) throws {
  input = try target.input()
  // libFuzzer ends the process itself.
  atexit { input?.remove() }
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>! = CommandLine.unsafeArgv
  _ = LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
    if let fault = try! input!.fault(in: Array(UnsafeBufferPointer(start: bytes, count: count))) {
      fatalError(fault)
    }
    return 0
  }
}
