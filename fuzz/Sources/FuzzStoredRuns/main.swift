import CLibFuzzer
import StoredRunsChecks

nonisolated(unsafe) private let input = try FuzzInput(replacingFilesOf: SmallRun.path)

// Arguments are libFuzzer's.
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>! = CommandLine.unsafeArgv
LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
  if let fault = try! input.fault(in: Array(UnsafeBufferPointer(start: bytes, count: count))) {
    fatalError(fault)
  }
  return 0
}
