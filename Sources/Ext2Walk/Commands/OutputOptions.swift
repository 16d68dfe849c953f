import ArgumentParser
import SystemPackage

/// For people, or for programs.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json, ndjson
}

/// Whether output has colours: the same for every command that may.
struct ColorOptions: ParsableArguments {
  enum Choice: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never
  }

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
