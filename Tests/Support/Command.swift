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

  /// Makes a file system. Revision 0 is `-r 0` to mke2fs before 1.47.4, and `-E revision=0` from then on.
  static func mke2fs(_ options: [String], _ image: String, _ size: String) async throws -> Finished {
    func made(_ options: [String]) async throws -> Finished {
      try await run("mke2fs", ["-q", "-F"] + options + [image, size])
    }
    let finished = try await made(options)
    guard finished.status != 0, let at = options.firstRange(of: ["-r", "0"]) else { return finished }
    return try await made(
      Array(options[..<at.lowerBound]) + ["-E", "revision=0"] + options[at.upperBound...])
  }

  private static func run(
    _ executable: String, _ arguments: [String], environment: [String: String]
  ) async throws -> Finished {
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    // What tools say is compared with English words.
    var values: [Environment.Key: String?] = [
      "PATH": path, "TZ": "UTC", "LC_ALL": "C", "LS_COLORS": nil, "NO_COLOR": nil,
    ]
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
