import ArgumentParser
import ExtVolume
import SystemPackage
import TextOutput

/// For people, or for programs.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json, ndjson
}

/// Whether long work says how far it is.
struct ProgressOptions: ParsableArguments {
  @Option(help: "A progress line on stderr for work of over a second; auto: on a terminal.")
  var progress = Choice.auto

  /// - Parameter besideOutput: whether output is written meanwhile: on the same terminal it would be in the way.
  func isOn(besideOutput: Bool = false) -> Bool {
    switch progress {
    case .always: true
    case .never: false
    case .auto:
      Terminal.isTerminal(.standardError) && !(besideOutput && Terminal.isTerminal(.standardOutput))
    }
  }
}

/// When to do what only people want to see.
enum Choice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

/// Whether output has colours: the same for every command that may.
struct ColorOptions: ParsableArguments {
  @Option(help: "Colours; auto: on a terminal, unless NO_COLOR is set.")
  var color = Choice.auto

  var isOn: Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto:
      Terminal.isTerminal(.standardOutput) && (Terminal.environment("NO_COLOR") ?? "").isEmpty
    }
  }
}
