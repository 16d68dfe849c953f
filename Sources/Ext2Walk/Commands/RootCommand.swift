import ArgumentParser
import ExtVolume
import TextOutput

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The command: its subcommands, and what holds for all of them.
@main
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ext2walk",
    abstract:
      "Reads ext2, ext3 and ext4 images, also those whose blocks are larger than this machine's pages.",
    discussion: """
      Examples:
        ext2walk ls -l nas.img /home        lists a directory
        ext2walk ls -RA nas.img             every path
        ext2walk info nas.img               what it is, and who can mount it
        ext2walk verify nas.img             checks every directory
        ext2walk map --draw nas.img /home   how directory blocks are mapped
        ext2walk ls --partition 2 disk.img  in a partition of a whole disk

      Images are only ever read. Exit status: 0 all well; 1 damage found, or something had to be left out \
      (stderr says what); 2 the job could not be done; 64 wrong usage.
      """,
    version: "0.1.0",
    subcommands: [List.self, Map.self, Verify.self, Info.self])

  static func main() {
    // A reader that has had enough is no error: writing says so, and we end quietly.
    _ = signal(SIGPIPE, SIG_IGN)
    guard !CommandLine.arguments.isEmpty else {
      StandardError.write("ext2walk: its arguments can't be read: mount /proc, where Swift looks for them\n")
      exit(withError: ExitCode(2))
    }
    do {
      var command = try parseSubcommand() ?? parseAsRoot()
      try command.run()
    } catch {
      let text = fullMessage(for: error)
      let code = exitCode(for: error)
      guard code.isSuccess, !text.isEmpty else {
        // What was typed wrongly is in it.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if !text.isEmpty { StandardError.write(lines.map { Escaping.text(Array($0.utf8)) + "\n" }.joined()) }
        exit(withError: code)
      }
      // Help, the version, a completion script: output like any other, which may find no room.
      do {
        try CommandRunner.run { try StandardOutput.write(text: text + "\n") }
      } catch {
        exit(withError: error)
      }
    }
  }

  /// The subcommand that is named first; nil where its own arguments don't say what it is to do.
  ///
  /// ArgumentParser looks the options of a subcommand up four times by reflection where it comes by way of the root, and once
  /// here: a fifth of what the listing of a small image takes. What is wrong is said by the root, which knows all of the line.
  private static func parseSubcommand() -> (any ParsableCommand)? {
    let arguments = CommandLine.arguments.dropFirst()
    let subcommand = configuration.subcommands.first { $0.configuration.commandName == arguments.first }
    return try? subcommand?.parse(Array(arguments.dropFirst()))
  }
}
