import ArgumentParser
import ExtVolume
import SystemPackage
import TextOutput

/// Runs a command's work on one image and turns what came of it into an exit status.
enum CommandRunner {
  /// - Parameter body: the work, and what it prints its messages by.
  static func run(image: [UInt8], _ body: (Diagnostics) throws -> Void) throws {
    let diagnostics = Diagnostics(image: image)
    try run(diagnostics) {
      do {
        try body(diagnostics)
      } catch let error as any ReportedError {
        diagnostics.failure(error.sentence)
      }
    }
  }

  /// Runs work, and ends with the status that `diagnostics` has then.
  static func run(_ diagnostics: Diagnostics, _ body: () throws -> Void) throws {
    try run {
      try body()
      if diagnostics.status > .success { throw ExitCode(diagnostics.status.rawValue) }
    }
  }

  /// Runs work that may find its output closed, which is no error, or full.
  static func run(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch OutputError.closed {
      return
    } catch OutputError.failed(let errno) {
      StandardError.write("ext2walk: standard output: \(errno)\n")
      throw ExitCode(2)
    }
  }
}
