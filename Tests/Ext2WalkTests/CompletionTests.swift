import SystemPackage
import Testing

@testable import TestSupport

/// What a shell completes, by the script that the tool writes for it: bash is asked as it asks its functions.
@Suite struct CompletionTests {
  private static let completing = #"""
    cd "$2" && shift 2 && source ./completion.bash
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMPREPLY=()
    _ext2walk ext2walk "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\n' "${COMPREPLY[@]}"
    """#

  @Test(arguments: [
    ("ls na", ["nas.img"]), ("ls -lR na", ["nas.img"]), ("ls --format json na", ["nas.img"]),
    ("ls sub/", ["sub/deep.img"]), ("map na", ["nas.img"]), ("map --svg pi", ["picture.svg"]),
    ("info na", ["nas.img"]), ("verify na", ["nas.img"]), ("verify nas.img sub/d", ["sub/deep.img"]),
    ("ls --format j", ["json"]), ("inf", ["info"]),
  ]) func filesInBash(_ line: String, _ completed: [String]) async throws {
    let scratch = try ScratchDirectory()
    let made = try await Command.script(
      "cd \"$2\" && mkdir sub && touch nas.img picture.svg sub/deep.img && "
        + "\"$1\" --generate-completion-script bash > completion.bash", [scratch.path.string])
    try #require(made.status == 0, "\(made.messages)")
    let words = ["ext2walk"] + line.split(separator: " ").map(String.init)
    let finished = try await Command.script(Self.completing, [scratch.path.string] + words)
    #expect(finished.lines == completed, "\(finished.messages)")
  }

  /// zsh and fish have their own words for it.
  @Test(arguments: [("zsh", ":image:_files"), ("zsh", ":file:_files"), ("fish", "\"ext2walk ls\" -eq 1' -F")])
  func filesElsewhere(_ shell: String, _ words: String) async throws {
    let script = try await Command.ext2walk(["--generate-completion-script", shell])
    #expect(script.status == 0 && script.text.contains(words))
  }
}
