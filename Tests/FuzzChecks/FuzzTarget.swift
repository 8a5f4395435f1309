import StoredRunsChecks

/// The parsers that are fuzzed, by the name of their corpus below `fuzz/Corpus`.
public enum FuzzTarget: String, CaseIterable, Sendable {
  case storedRuns = "StoredRuns"
  case cellRequests = "CellRequests"
  case cpuLists = "CpuLists"
  case systemFiles = "SystemFiles"
  case logLines = "LogLines"
  case journals = "Journals"
  case scenarios = "Scenarios"

  public func input() throws -> any FuzzedInput {
    switch self {
    case .storedRuns: try FuzzInput(replacingFilesOf: SmallRun.path)
    case .cellRequests: CellRequestInput()
    case .cpuLists: try CpuListInput()
    case .systemFiles: try SystemFilesInput()
    case .logLines: LogLinesInput()
    case .journals: try JournalInput()
    case .scenarios: ScenarioInput()
    }
  }
}

extension FuzzInput: FuzzedInput {}
