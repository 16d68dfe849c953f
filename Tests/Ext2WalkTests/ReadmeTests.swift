import SystemPackage
import Testing

@testable import TestSupport

/// What README.md and docs/ tell people to type does what it should, on images with the names they use.
@Suite struct ReadmeTests {
  /// Images of these names, and the command in the path, in a directory of their own.
  private static let setUp = """
    set -e
    cd "$2"
    mkdir -p bin images tree/home/user tree/special tree/big tree/wide
    : > tree/wide/renamed-to-a-much-longer-name-than-before
    ln -sf "$1" bin/ext2walk
    PATH="$PWD/bin:$PATH"
    for n in $(seq 3000); do : > "tree/big/a-file-with-a-long-name-$n"; done
    mkfifo tree/special/pipe
    ln -s home tree/link
    echo hello > tree/home/user/notes.txt
    made() { mke2fs -q -F -t ext2 -O ^metadata_csum -d tree "$@"; }
    made -b 65536 -N 4096 nas.img 512
    cp nas.img images/one.img
    cp nas.img images/two.img
    truncate -s 80M disk.img
    printf 'label: dos\\nstart=2048,size=4096,type=83\\nstart=65536,size=65536,type=83\\n' | sfdisk -q disk.img
    made -b 4096 -N 4096 -E offset=1048576 disk.img 2M
    made -b 4096 -N 4096 -E offset=33554432 disk.img 16M
    mke2fs -q -F -t ext2 -b 65536 -N 64 broken.img 66000
    dd if=/dev/zero of=broken.img bs=1024 count=4 conv=notrunc status=none
    mkdir tree/photos
    for n in $(seq 30); do : > "tree/photos/photo-$n"; done
    made -b 4096 -N 4096 damaged.img 4096
    # The length of a record stands four bytes before its name.
    name=$(grep -abo photo-17 damaged.img | head -n 1 | cut -d : -f 1)
    printf '\\10\\0' | dd of=damaged.img bs=1 seek=$((name - 4)) conv=notrunc status=none
    """

  /// What stands in lines `$ ext2walk …` and in tables and sentences as `ext2walk …`, but for forms such as `IMAGE`.
  private static func commands(in file: String) throws -> [String] {
    let text = String(decoding: try readFile(projectRoot.appending(file)), as: UTF8.self)
    let shown = text.matches(of: /(?m)^    \$ (ext2walk .*)$/).map { String($0.1) }
    let named = text.matches(of: /`(ext2walk [^`]+)`/).map { String($0.1) }
    // A word for a command is no command: `ext2walk map`.
    return (shown + named).filter { $0.contains("img") || $0.contains("--") }
  }

  /// The other documents have none so far.
  private static let documents = ["README.md", "docs/verify.md"]

  @Test(arguments: ["docs/mapping.md", "docs/security.md", "docs/performance.md"])
  func theOthersHaveNoCommands(_ file: String) throws {
    #expect(try Self.commands(in: file).isEmpty, "\(file) belongs to the documents whose commands are typed")
  }

  @Test(arguments: documents) func commandsCanBeTyped(_ file: String) async throws {
    let commands = try Self.commands(in: file)
    #expect(commands.count > (file == "README.md" ? 30 : 0))
    let directory = try ScratchDirectory()
    let made = try await Command.script(Self.setUp, [directory.path.string])
    try #require(made.status == 0, "\(made.messages)")
    for command in commands {
      let finished = try await Command.script(
        "cd \"$2\"; PATH=\"$PWD/bin:$PATH\"; set -o pipefail; \(command)", [directory.path.string])
      let isDamaged = command.contains("damaged.img")
      // mke2fs leaves what not every kernel reads in /lost+found.
      let fails = isDamaged || command.contains("--strict")
      #expect(finished.status == (fails ? 1 : 0), "\(command): \(finished.status) \(finished.messages)")
      #expect(isDamaged == finished.messages.contains("salvaged"), "\(command): \(finished.messages)")
    }
  }
}
