import ArgumentParser

/// A word where a command stands that is none. Without it `splitbench doctr` would be a `run` with a word too many.
struct UnknownCommand: UsageError, CustomStringConvertible {
  let word: String
  let group: String
  let commands: [String]

  var description: String {
    "'\(word)' is no command of \(group): choose from \(commands.joined(separator: ", ")); see \(group) --help"
  }

  /// Follows the words as far as they name groups of commands.
  static func check(_ arguments: [String], root: any ParsableCommand.Type) throws {
    var group = root
    var path = root._commandName
    for word in arguments {
      let commands = group.configuration.subcommands
      // A command without commands takes words of its own.
      if commands.isEmpty || word.isEmpty || word.hasPrefix("-") || word == "help" { return }
      guard let command = commands.first(where: { $0._commandName == word }) else {
        let shown = commands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        throw UnknownCommand(word: word, group: path, commands: shown)
      }
      group = command
      path += " \(word)"
    }
  }
}
