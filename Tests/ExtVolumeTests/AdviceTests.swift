import Basics
import FolioCore
import SystemPackage
import Testing

@testable import ExtVolume

/// What would help is a value: the library knows no option of the command.
@Suite struct AdviceTests {
  typealias Code = Ext2Library.Code

  static let cases: [(VolumeError, Advice?)] = [
    (.failed(.permissionDenied, doing: .openImage(isDevice: true)), .permission(isDevice: true)),
    (.failed(.permissionDenied, doing: .openImage(isDevice: false)), .permission(isDevice: false)),
    (.failed(.noSuchFileOrDirectory, doing: .openImage(isDevice: false)), .otherPath),
    (.failed(.ioError, doing: .openImage(isDevice: false)), nil),
    (.failed(.tooManyOpenFiles, doing: .findSize), .more(.descriptors)),
    (.failed(.noMemory, doing: .findSize), .more(.memory)),
    (.failed(.noMemory, doing: .makePages), .filesInMemory),
    (.failed(.permissionDenied, doing: .makePages), .filesInMemory),
    (.failed(Code.noMemory, doing: .iterate(directory: 2)), .more(.memory)),
    (.failed(Code.badMagic, doing: .openFileSystem(superblock: nil)), .otherPlaceOrBackup),
    (.failed(Code.badMagic, doing: .openFileSystem(superblock: 8193)), .placesOfBackups),
    (.failed(Code.badMagic, doing: .iterate(directory: 2)), nil),
    (.failed(Code.shortRead, doing: .openFileSystem(superblock: nil)), .backup),
    (.failed(Code.unsupportedFeature, doing: .openFileSystem(superblock: nil)), .newerLibrary),
    (.failed(Code.badDescriptorSize, doing: .openFileSystem(superblock: nil)), .impossibleValue),
    (.corrupt(.superblock(.inodeSize(3))), .searchForBackups),
    (.corrupt(.inodeTable(group: 1, block: 7, hasBackups: true)), .searchForBackups),
    (.corrupt(.inodeTable(group: 1, block: 7, hasBackups: false)), nil),
    (.corrupt(.groupCount(1 << 40)), .backup),
    (.corrupt(.root(.regular)), .otherRoot),
    (.unfit(.empty), .newCopy),
    (.unfit(.directory), .fileOrDevice),
    (.noInode(12, count: 11), nil),
  ]

  @Test(arguments: cases) func isAValue(error: VolumeError, advice: Advice?) {
    #expect(error.advice == advice)
    #expect(!error.description.contains("--") && !error.description.contains("ext2walk"), "\(error)")
  }

  /// Of the features that libext2fs doesn't know, those count that nothing can be read past.
  @Test func otherReadersAreThoseOfWhatIsNotReadPast() {
    let unknown = Feature.named(
      by: FeatureBits(compatible: 0, incompatible: 0x8000_1000, readOnlyCompatible: 0))
    #expect(unknown.map(\.name) == ["dirdata", "FEATURE_I31"])
    #expect(VolumeError.unsupported(unknown).advice == .otherReaders([unknown[1]]))
  }

  /// What holds an error is advised as that is.
  @Test func damageOfADirectoryIsAdvisedAsItsError() {
    let error = VolumeError.corrupt(.inodeTable(group: 1, block: 7, hasBackups: true))
    #expect(DirectoryDamage(kind: .directory(error)).advice == .searchForBackups)
    #expect(DirectoryDamage(kind: .wrongChecksum).advice == nil)
  }
}
