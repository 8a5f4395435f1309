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
  case options = "Options"

  public func input() throws -> any FuzzedInput {
    switch self {
    case .storedRuns: try StoredRunInput(replacingFilesOf: SmallRun.path)
    case .cellRequests: CellRequestInput()
    case .cpuLists: try CpuListInput()
    case .systemFiles: try SystemFilesInput()
    case .logLines: LogLinesInput()
    case .journals: try JournalInput()
    case .scenarios: ScenarioInput()
    case .options: OptionsInput()
    }
  }
}

extension StoredRunInput: FuzzedInput {}
