package import ExtVolume

/// Mount options of a superblock that ext4 doesn't mount it by. Its sentences are in `Words/OptionConflict+Words.swift`.
package enum OptionConflict: Equatable {
  /// Why no journal is loaded.
  package enum WithoutJournal {
    case noload, noJournal
  }

  /// What doesn't go with `dax`, or what it lacks.
  package enum DAX {
    case journalMode, inlineData, persistentMemory
  }

  /// They fill their field, and no zero ends them.
  case unterminated
  case withoutJournal([DefaultMountOptions.JournalOption], WithoutJournal)
  case asyncCommitInOrderedMode
  case delayedAllocationInJournalMode
  case dax(DAX)
  /// An option that names a device, where the journal is in an inode: as it stands there.
  case journalDevice(String)
}

extension DefaultMountOptions {
  /// What keeps ext4 from mounting, whatever options are typed.
  package func obstacles(hasJournal: Bool, hasInternalJournal: Bool, hasInlineData: Bool) -> [MountObstacle] {
    var obstacles: [MountObstacle] = []
    if isUnterminated { obstacles.add(.byExt4, .options(.unterminated)) }
    if !hasJournal || skipsJournal, !refusedWithoutJournal.isEmpty {
      obstacles.add(
        .byExt4, .options(.withoutJournal(refusedWithoutJournal, hasJournal ? .noload : .noJournal)))
    } else if hasAsyncCommit, dataMode == nil || dataMode == .ordered {
      obstacles.add(.byExt4, .options(.asyncCommitInOrderedMode))
    }
    if dataMode == .journal, hasDelayedAllocation {
      obstacles.add(.byExt4, .options(.delayedAllocationInJournalMode))
    }
    if hasDAX {
      let why: OptionConflict.DAX =
        dataMode == .journal ? .journalMode : hasInlineData ? .inlineData : .persistentMemory
      obstacles.add(.byExt4, .options(.dax(why)))
    }
    if let journalDevice, hasInternalJournal, !skipsJournal {
      obstacles.add(.byExt4WithJournal, .options(.journalDevice(journalDevice)))
    }
    return obstacles
  }
}
