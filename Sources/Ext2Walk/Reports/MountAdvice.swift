import Basics
import ExtMount
import ExtVolume
import FolioCore
import TextOutput

/// What to do to get at the files, in a sentence.
struct MountAdvice {
  /// What the running kernel makes of the file system.
  let here: Verdict
  /// The kinds of kernels, with what they make of it.
  let others: [(kernel: Kernel, verdict: Verdict)]
  let facts: Superblock
  /// The image, and where in it the file system begins.
  let location: ImageLocation
  /// The superblock that the file system was opened by, where that is not the first.
  let backup: BackupSuperblock?
  /// Why ext2walk can't open it; nil where it can.
  let refusal: VolumeError?
  /// What is left where the root directory is gone; nil where it isn't.
  let lostTrees: LostTrees?

  var sentence: String {
    // What libext2fs takes for damage is no better for a kernel, though its superblock may show nothing.
    if let refusal, !refusal.isOfUnknownFeatures, !refusal.isOfThisMachine {
      return "ext2walk can't open it, see above; e2fsck may mend it: copy it first, and try that on the copy"
    }
    if here.mount != .no { return mounting }
    let kernels = otherKernels.map { [$0] } ?? []
    let ways = (kernels + [reading].compactMap(\.self)).joined(separator: "; or ")
    if !ways.isEmpty { return ways }
    // e2fsck knows the features that libext2fs knows.
    if let refusal, refusal.isOfUnknownFeatures, let advice = refusal.advice { return advice.words }
    return "no kernel mounts it as it is: see above; e2fsck may mend a copy of it"
  }

  private var mounting: String {
    let name = Escaping.shellWord(location.path)
    // What waits in a journal would be written to the image, even by a read-only mount.
    let hasChangesInJournal = facts.needsRecovery && facts.journal != .none
    let refused = facts.mountOptions.refusedWithoutJournal
    if hasChangesInJournal, !here.takesNoload, !refused.isEmpty {
      // A loop device that is read-only can't take them.
      return "this machine mounts it, and writes the last changes from the journal to it: mount a copy "
        + "(sudo mount -o loop COPY DIRECTORY); mount option in the superblock: \(refused.words), "
        + "which does not go with noload"
    }
    let leavesJournal = facts.needsRecovery || here.takesNoload
    var options = "ro"
    if leavesJournal { options += ",noload" }
    // In units of 1 KiB, whatever the block size is.
    if let position = backup.flatMap({ $0.facts.blockSize.position(of: $0.block) }) {
      options += ",sb=\(position.rawValue / 1024)"
    }
    if location.offset > 0 || !name.hasPrefix("/dev/") { options += ",loop" }
    if location.offset > 0 { options += ",offset=\(location.offset)" }
    var notes: [String] = []
    if hasChangesInJournal {
      notes.append(
        "noload leaves out the last changes, which are in the journal; a copy mounted read-write has them")
      if facts.hasFastCommits {
        notes.append("with fast_commit, ro without noload fails on Linux 7.2 and works on 7.3")
      }
    }
    return "this machine mounts it: sudo mount -o \(options) \(name) DIRECTORY"
      + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }

  /// How to read it with ext2walk; nil where that can't open it.
  private var reading: String? {
    guard refusal == nil else { return nil }
    let by = backup.map { "--superblock \($0.block) --block-size \($0.facts.blockSize) " } ?? ""
    let image = by + Escaping.shellWord(location.argument)
    guard let lostTrees else { return "read it with ext2walk (ext2walk ls \(image))" }
    guard let trees = lostTrees.words else {
      return
        "the root directory is gone, and no other directory was found: ext2walk verify \(image) says more"
    }
    let rest = lostTrees.unnamedCount
    let what = rest == 0 ? "what is left" : "the first of what is left (\(counted(rest, "tree")) more)"
    return "the root directory is gone: ext2walk ls -R \(image) \(trees) lists \(what), "
      + "ext2walk verify \(image) checks it"
  }

  /// Which kinds of kernels mount it, as the table says; nil for none.
  private var otherKernels: String? {
    let mounting = others.filter { $0.verdict.mount != .no }
    guard !mounting.isEmpty else { return nil }
    if mounting.contains(where: { $0.kernel.pageSize == 4096 && !$0.kernel.takesLargeBlocks }) {
      return "another kernel mounts it (see above)"
    }
    var names: [String] = []
    if mounting.contains(where: \.kernel.takesLargeBlocks) { names.append("Linux 6.19 or later") }
    let ext4 = mounting.first { $0.kernel.pageSize == 65536 && $0.kernel.driver == .ext4 }
    let ext2 = mounting.first { $0.kernel.pageSize == 65536 && $0.kernel.driver == .ext2 }
    let since = ext4?.verdict.since.map { " from Linux \($0) on" } ?? ""
    switch (ext2, ext4) {
    case (.some, .some): names.append("any kernel with 64 KiB pages\(since)")
    case (.none, .some): names.append("the ext4 driver of a kernel with 64 KiB pages\(since)")
    case (.some, .none): names.append("the ext2 driver of a kernel with 64 KiB pages")
    case (.none, .none): break
    }
    let verb = names.count > 1 ? "mount" : "mounts"
    let isReadOnly = mounting.allSatisfy { $0.verdict.mount == .readOnly }
    return "\(names.joined(separator: " and ")) \(verb) it\(isReadOnly ? " read-only" : "")"
  }
}
