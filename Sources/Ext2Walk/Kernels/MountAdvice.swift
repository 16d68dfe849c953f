/// What to do to get at the files, in a sentence.
enum MountAdvice {
  /// - Parameters:
  ///   - here: what the running kernel makes of the file system.
  ///   - others: the kinds of kernels, with what they make of it.
  ///   - leavesJournal: whether a journal is to be left alone: one waits, which mounting would replay into the image even
  ///     read-only; or it is on another device.
  ///   - location: the image, and where in it the file system begins.
  ///   - backup: the superblock that the file system was opened by, where that is not the first.
  ///   - refusal: why ext2walk can't open it; nil where it can.
  static func sentence(
    here: Verdict, others: [(kernel: Kernel, verdict: Verdict)], leavesJournal: Bool, location: ImageLocation,
    backup: BackupSuperblock?, refusal: VolumeError?
  ) -> String {
    // What libext2fs takes for damage is no better for a kernel, though its superblock may show nothing.
    if let refusal, !refusal.isOfUnknownFeatures, !refusal.isOfThisMachine {
      return "ext2walk can't open it, see above; e2fsck may mend it: copy it first, and try that on the copy"
    }
    let name = Escaping.shellWord(location.path)
    if here.mount != .no {
      var options = "ro"
      if leavesJournal { options += ",noload" }
      // In units of 1 KiB, whatever the block size is.
      if let backup { options += ",sb=\(backup.block * UInt64(backup.facts.blockSize) / 1024)" }
      if location.offset > 0 || !name.hasPrefix("/dev/") { options += ",loop" }
      if location.offset > 0 { options += ",offset=\(location.offset)" }
      return "this machine mounts it: sudo mount -o \(options) \(name) DIRECTORY"
    }
    let by = backup.map { "--superblock \($0.block) --block-size \($0.facts.blockSize) " } ?? ""
    let reading =
      refusal == nil
      ? "read it with ext2walk (ext2walk ls \(by)\(Escaping.shellWord(location.argument)))" : ""
    let mounting = others.filter { $0.verdict.mount != .no }.map(\.kernel)
    var kernels: [String] = []
    if mounting.contains(where: { $0.pageSize == 4096 && !$0.takesLargeBlocks }) {
      kernels.append("another kernel mounts it (see above)")
    } else if mounting.contains(where: \.takesLargeBlocks) {
      kernels.append("Linux 6.19 or later mounts it, and any kernel with 64 KiB pages")
    } else if !mounting.isEmpty {
      kernels.append("a kernel with 64 KiB pages mounts it")
    }
    let ways = (kernels + (reading.isEmpty ? [] : [reading])).joined(separator: "; or ")
    return ways.isEmpty ? "no kernel mounts it as it is: see above; e2fsck may mend a copy of it" : ways
  }
}
