import Subprocess
import SystemPackage
import Testing

/// What a process left behind.
struct Finished {
  let output: [UInt8]
  let messages: String
  /// The exit status; negative for the signal that ended it.
  let status: Int

  var text: String { String(decoding: output, as: UTF8.self) }
  var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// Runs programs: the tool under test, and the peers it is measured against.
enum Command {
  /// The ext2walk that was built together with these tests.
  static var tool: FilePath {
    get throws {
      FilePath(try #require(readLink("/proc/self/exe"))).removingLastComponent().appending("ext2walk")
    }
  }

  static func ext2walk(_ arguments: [String], environment: [String: String] = [:]) async throws -> Finished {
    try await run(tool.string, arguments, environment: environment)
  }

  /// Runs a script of bash; `$1` is the tool, and what follows are `arguments`.
  static func script(_ script: String, _ arguments: [String]) async throws -> Finished {
    try await run("bash", ["-c", script, "bash", tool.string] + arguments)
  }

  /// Runs a program by its name, also where only root has /usr/sbin in the path.
  static func run(_ name: String, _ arguments: [String]) async throws -> Finished {
    try await run(name, arguments, environment: [:])
  }

  private static func run(
    _ executable: String, _ arguments: [String], environment: [String: String]
  ) async throws -> Finished {
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    var values: [Environment.Key: String?] = ["PATH": path, "TZ": "UTC", "LS_COLORS": nil, "NO_COLOR": nil]
    for (key, value) in environment { values[.init(stringLiteral: key)] = value }
    // What hangs is ended, and its status is 124.
    let result = try await Subprocess.run(
      .name("timeout"), arguments: Arguments(["300", executable] + arguments),
      environment: .inherit.updating(values),
      output: .bytes(limit: 1 << 28), error: .bytes(limit: 1 << 24))
    let status: Int =
      switch result.terminationStatus {
      case .exited(let code): Int(code)
      case .signaled(let signal): -Int(signal)
      }
    return Finished(
      output: result.standardOutput, messages: String(decoding: result.standardError, as: UTF8.self),
      status: status)
  }
}
