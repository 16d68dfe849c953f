import Foundation
import SystemPackage
import Testing

@testable import TestSupport

/// Output that is full or closed, and an interrupt.
@Suite struct OutputEndsTests {
  static let commands = [
    ["ls", "-lR"], ["ls", "-R", "--format", "json"], ["map", "-R"], ["map", "-R", "--format", "json"],
    ["map", "-R", "--svg", "-"], ["verify"], ["verify", "--format", "json"], ["verify", "--format", "junit"],
    ["info"],
    ["info", "--format", "json"],
  ]

  private func image() async throws -> ScratchImage {
    try await ScratchImage(blockSize: 1024, tree: (0..<2000).map { "d/a-name-that-is-long-\($0)" })
  }

  @Test func aFullDiskIsAnErrorOfEveryCommand() async throws {
    let image = try await image()
    for command in Self.commands {
      let finished = try await Command.script(
        "tool=$1; image=$2; shift 2; \"$tool\" \"$@\" \"$image\" > /dev/full", [image.path.string] + command)
      #expect(finished.status == 2, "\(command)")
      #expect(
        finished.messages.contains("standard output: No space left on device"),
        "\(command) \(finished.messages)")
    }
  }

  /// What the command says of itself is output too.
  @Test(arguments: ["--help", "--version", "ls --help", "--generate-completion-script bash"])
  func aFullDiskIsAnErrorOfHelp(_ options: String) async throws {
    let full = try await Command.script("\"$1\" \(options) > /dev/full", [])
    #expect(full.status == 2)
    #expect(full.messages.contains("standard output: No space left on device"), "\(full.messages)")
    let closed = try await Command.script("\"$1\" \(options) | true; echo ${PIPESTATUS[0]}", [])
    #expect(closed.text == "0\n" && closed.messages.isEmpty, "\(closed.messages)")
    let whole = try await Command.script("\"$1\" \(options)", [])
    #expect(whole.status == 0 && whole.text.hasSuffix("\n"), "\(whole.text)")
  }

  @Test func aClosedPipeIsNoErrorOfAnyCommand() async throws {
    let image = try await image()
    for command in Self.commands {
      let finished = try await Command.script(
        "tool=$1; image=$2; shift 2; \"$tool\" \"$@\" \"$image\" | true; echo ${PIPESTATUS[0]}",
        [image.path.string] + command)
      #expect(finished.text == "0\n", "\(command) \(finished.text)")
      #expect(!finished.messages.contains("ipe"), "\(command) \(finished.messages)")
    }
  }

  @Test(arguments: [
    ("INT", "verify --thorough"), ("TERM", "verify --thorough"), ("HUP", "verify --thorough"),
    ("INT", "ls -lR"),
  ]) func anInterruptLeavesTheTerminalInOrder(_ signal: String, command: String) async throws {
    // Long enough for a progress line.
    let image = try await ScratchImage.crowded(.directories, count: 65000)
    let status = ["INT": 130, "TERM": 143, "HUP": 129][signal]
    let finished = try await Command.script(
      """
      # Without job control SIGINT would be ignored in the background.
      set -m
      # A progress line comes after a second, and this machine is done before that: it gets rests. If it is done all
      # the same before it was looked at, it is tried again.
      for attempt in $(seq 20); do
        "$1" $4 --progress always "$2" > /dev/null 2> "$2.err" &
        sleep 0.03; kill -STOP $!; sleep 1.1
        for i in $(seq 100); do
          kill -CONT $!; sleep 0.005; kill -STOP $! 2> /dev/null
          grep -q '%' "$2.err" && break
        done
        kill -$3 $!
        # 147 says that it is stopped.
        status=147
        while [ $status = 147 ]; do kill -CONT $!; wait $!; status=$?; done
        [ $status = 0 ] || break
      done 2> /dev/null
      echo $status; tail -c 4 "$2.err" | od -An -tx1
      """, [image.path.string, signal, command])
    let lines = finished.lines
    #expect(lines.first == status.map { "\($0)" }, "\(finished.text)")
    #expect(lines.last == " 0d 1b 5b 4b", "\(finished.text)")
  }
}
