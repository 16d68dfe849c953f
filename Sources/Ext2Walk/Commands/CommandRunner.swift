import ArgumentParser
import ExtVolume
import SystemPackage
import TextOutput

/// Runs a command's work on one image and turns what came of it into an exit status.
enum CommandRunner {
  /// - Parameter body: the work; it returns whether something was damaged or left out.
  static func run(image: [UInt8], _ body: (inout Messages) throws -> Bool) throws {
    var messages = Messages(image: image)
    try run {
      do {
        if try body(&messages) { throw ExitCode(1) }
      } catch let error as VolumeError {
        messages.problem(error.description)
        throw ExitCode(2)
      }
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
