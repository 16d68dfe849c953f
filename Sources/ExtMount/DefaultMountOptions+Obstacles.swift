package import ExtVolume

extension DefaultMountOptions {
  /// What keeps ext4 from mounting, whatever options are typed.
  package func obstacles(hasJournal: Bool, hasInternalJournal: Bool, hasInlineData: Bool) -> [MountObstacle] {
    var obstacles: [MountObstacle] = []
    let what = "mount option in the superblock:"
    if isUnterminated {
      obstacles.add(.byExt4, "the mount options in the superblock fill all 64 bytes, and no zero ends them")
    }
    if !hasJournal || skipsJournal, let refused = refusedWithoutJournal {
      let why = hasJournal ? "noload" : "no journal"
      obstacles.add(.byExt4, "\(what) \(refused), which does not go with \(why)")
    } else if hasAsyncCommit, dataMode == nil || dataMode == .ordered {
      obstacles.add(.byExt4, "\(what) journal_async_commit, which does not go with data=ordered")
    }
    if dataMode == .journal, hasDelayedAllocation {
      obstacles.add(.byExt4, "\(what) delalloc, which does not go with data=journal")
    }
    if hasDAX {
      let why =
        dataMode == .journal
        ? "does not go with data=journal" : hasInlineData ? "does not go with inline_data" : ""
      obstacles.add(
        .byExt4, "\(what) dax, which " + (why.isEmpty ? "takes a device in persistent memory" : why))
    }
    if let journalDevice, hasInternalJournal, !skipsJournal {
      obstacles.add(.byExt4WithJournal, "\(what) \(journalDevice), and the journal is in an inode")
    }
    return obstacles
  }
}
