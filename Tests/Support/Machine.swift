import ExtVolume
import Foundation
import SystemPackage
import Testing

/// What a test takes that not every machine has. A test that lacks it is skipped by a trait, which says why, and
/// `make test` counts those at its end: no test may return early instead, for that looks as if it had passed.
enum Machine {
  /// Whether file systems can be mounted through loop devices.
  static var mounts: Bool {
    get async throws { try await mounting.value }
  }

  private static let mounting = Task {
    let scratch = try ScratchDirectory()
    let image = scratch.path.appending("probe.img").string
    let made = try await Command.mke2fs(["-t", "ext4", "-b", "1024"], image, "2000")
    try #require(made.status == 0, "\(made.messages)")
    let mounted = try await Command.script(
      "cd \"$2\" && mkdir mnt && mount -o loop probe.img mnt && umount mnt", [scratch.path.string])
    return mounted.status == 0
  }

  /// Whether programs of these names are in the path that tests have. In CI, where `make` has installed them all, the
  /// answer is yes: a test without its program fails there.
  static func has(_ programs: [String]) async throws -> Bool {
    if ProcessInfo.processInfo.environment["CI"] != nil { return true }
    return try await Command.script("command -v \"${@:2}\" | wc -l", programs).text == "\(programs.count)\n"
  }
}

extension Trait where Self == ConditionTrait {
  static var takesMounts: Self {
    .enabled("takes root, and a kernel that mounts file systems through loop devices") {
      try await Machine.mounts
    }
  }

  /// Older ones lack some of the checks.
  static var takesLinux618: Self {
    .enabled("takes Linux 6.18 or later") {
      let release = try await Command.run("uname", ["-r"]).text
      return try #require(KernelVersion(release: release), "\(release)") >= KernelVersion(6, 18)
    }
  }

  static func takes(_ programs: String...) -> Self {
    .enabled("takes \(programs.joined(separator: ", "))") { try await Machine.has(programs) }
  }
}
