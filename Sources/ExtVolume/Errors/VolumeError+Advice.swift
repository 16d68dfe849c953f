import SystemPackage

extension VolumeError {
  /// What would help, where something would.
  package var advice: Advice? {
    switch self {
    case .read, .noInode, .noBlock, .lookUp: nil
    case .corrupt(let corruption): corruption.advice
    case .unsupported(let features): .otherReaders(features.filter { $0.readPast == nil })
    case .limit(.memory, let task), .limit(.libraryMemory, let task): task.advice ?? .more(.memory)
    case .limit(let limit, _): .more(limit)
    case .system(let errno, let task): task.advice(for: errno) ?? task.advice
    case .libext2fs(let code, let task): task.advice ?? task.advice(for: code)
    case .unfit(let image): image.advice
    }
  }
}

extension VolumeError.Task {
  /// What would help, whatever failed.
  fileprivate var advice: Advice? {
    switch self {
    case .openFileSystem(.some): .placesOfBackups
    case .makePages: .filesInMemory
    case .openImage, .findSize, .openFileSystem(nil), .iterate, .make: nil
    }
  }

  fileprivate func advice(for errno: Errno) -> Advice? {
    guard case .openImage(let isDevice) = self else { return nil }
    return switch errno {
    case .permissionDenied: .permission(isDevice: isDevice)
    case .noSuchFileOrDirectory: .otherPath
    default: nil
    }
  }

  fileprivate func advice(for code: Int) -> Advice? {
    guard case .openFileSystem = self else { return nil }
    return switch code {
    case Ext2Library.Code.badMagic: .otherPlaceOrBackup
    case Ext2Library.Code.corruptSuperblock, Ext2Library.Code.unreadDescriptors, Ext2Library.Code.shortRead:
      .backup
    case Ext2Library.Code.unsupportedFeature: .newerLibrary
    case Ext2Library.Code.badDescriptorSize: .impossibleValue
    default: nil
    }
  }
}

extension UnfitImage {
  fileprivate var advice: Advice? {
    switch self {
    case .empty: .newCopy
    case .directory: .fileOrDevice
    case .tooShort, .special, .offsetAfterEnd, .journalDevice, .blockSize: nil
    }
  }
}

extension Corruption {
  fileprivate var advice: Advice? {
    switch self {
    case .superblock, .inodeTable(_, _, hasBackups: true): .searchForBackups
    case .groupCount: .backup
    case .root: .otherRoot
    default: nil
    }
  }
}

// What holds an error in it is advised as the error is.

extension DirectoryDamage {
  /// What would help, where something would.
  package var advice: Advice? {
    if case .directory(let error) = kind { error.advice } else { nil }
  }
}

extension UnreadInodes.Reason {
  /// What would help, where something would.
  package var advice: Advice? {
    if case .table(let error) = self { error.advice } else { nil }
  }
}
