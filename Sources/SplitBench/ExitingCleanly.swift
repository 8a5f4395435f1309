import ArgumentParser
import Machine
import Measurement

/// Runs `body`; an error that it throws is printed in a line and becomes exit code 2.
func exitingCleanly(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch let error as any UsageError {
    complain("error: \(error)")
    throw ExitCode(64)
  } catch {
    complain("error: \(error)")
    throw ExitCode(2)
  }
}

/// What the person asked for cannot be: exit code 64, where other errors have 2.
protocol UsageError: Error {}

extension BudgetTooSmall: UsageError {}
extension ImpossibleRequest: UsageError {}
extension NoSuchNode: UsageError {}
extension SelectionFailure: UsageError {}
