import Basics
package import FolioCore

/// Reads directories: inode to blocks to folio to mapping to records, handed out step by step.
///
/// Mirrors `ext2_readdir()`. One folio serves for all blocks, one after the other, and is filled only as far as records reach.
/// Damage never ends a directory: it is a step, and the rest follows.
///
///     reader.begin(directory)
///     while let step = reader.next(inodes: &inodes) {  // rows are read to their ends, or paused
///       switch consume step {
///       case .entries(var entries): while let record = entries.next() { … entries.name(of: record) … }
///       …
package struct DirectoryReader: ~Copyable {
  let volume: Volume
  let options: ReadingOptions
  var folios: FolioReader
  let position: ReadingPosition
  var phase: Phase
  // Written out: a `T?` is set to nil at once, which a throwing initialiser must not do in Swift 6.2.3.
  var current: Optional<CurrentDirectory>
  var region: RecordRegion
  /// The directories begun, each with how many lines the account had before; nil where none is kept.
  var stretches: Optional<[(lineCount: Int, path: [UInt8])]>
  /// The name of an entry that is handed out by itself, where it isn't among the bytes being read.
  var singleName: [UInt8]
  var emptyBlocks: EmptyBlocks

  package init(_ volume: Volume, options: ReadingOptions = ReadingOptions()) throws(VolumeError) {
    folios = try FolioReader(volume, options: options)
    self.volume = volume
    self.options = options
    position = ReadingPosition()
    phase = .done
    current = nil
    region = RecordRegion(EntryPlace(), format: RecordFormat(blockSize: 0, inodeCount: 0))
    stretches = options.keepsAccount ? [] : nil
    singleName = []
    emptyBlocks = EmptyBlocks()
  }

  /// A line for each mapping made so far, with the path of its directory; empty where no account is kept.
  package var account: [(line: MappingLine, path: [UInt8])] {
    let lines = folios.account ?? []
    var account: [(line: MappingLine, path: [UInt8])] = []
    for (index, directory) in (stretches ?? []).enumerated() {
      let end = stretches.flatMap { index + 1 < $0.count ? $0[index + 1].lineCount : nil } ?? lines.count
      for line in lines[directory.lineCount..<end] { account.append((line, directory.path)) }
    }
    return account
  }

  /// The directory being read, and how far.
  final class CurrentDirectory {
    let inode: Inode
    let encryptedNames: EncryptedNames?
    var salvage: Salvage?
    var blocks: BlockMap?
    /// The contents of one that is kept in its inode, once they have been read.
    private var inlineData: InlineData?
    /// Which of the runs comes next, and how many of its blocks have been read.
    private var runIndex = 0
    var blockIndex: UInt64 = 0

    init(_ inode: Inode, encryptedNames: EncryptedNames?, salvage: Salvage?) {
      self.inode = inode
      self.encryptedNames = encryptedNames
      self.salvage = salvage
    }

    var nextRun: BlockRun? {
      guard let runs = blocks?.runs, runIndex < runs.count else { return nil }
      return runs[runIndex]
    }

    /// The contents of one that is kept in its inode: all its parts are those of one reading.
    func readInlineData(_ inodes: inout InodeTable) throws(VolumeError) -> InlineData {
      if let inlineData { return inlineData }
      let data = try inodes.inlineData(of: inode)
      inlineData = data
      return data
    }

    func endRun() {
      runIndex += 1
      blockIndex = 0
    }
  }

  /// What comes next.
  enum Phase {
    case failed(DirectoryDamage)
    case size, blocks
    case mapDamage(Int)
    case run
    /// A block that has been begun.
    case head, checksum
    case records
    /// The last record of a block, which is damaged only in its length.
    case listed(Record)
    /// An entry of an encrypted directory whose name stands there as it is shown.
    case plain(Record)
    case inline(InlinePart)
    case done
  }

  /// The parts of a directory that is kept in its inode: two entries without records, what stands in `i_block`, and the value
  /// of an attribute.
  enum InlinePart {
    case dot, dotDot, area, attribute
  }

  // MARK: Beginning

  /// Begins to read the directory that a walk has come to. What is wrong with its inode is the first step.
  package mutating func begin(_ found: FoundDirectory, inodes: inout InodeTable) {
    endFolio()
    current = nil
    stretches?.append((lineCount: folios.account?.count ?? 0, path: found.path))
    let inode: Inode
    do throws(VolumeError) {
      inode = try inodes.inode(found.inode)
    } catch {
      phase = .failed(DirectoryDamage(kind: .directory(error)))
      return
    }
    guard inode.isDirectory else {
      phase = .failed(DirectoryDamage(kind: .notDirectory(inode.attributes.fileType)))
      return
    }
    start(inode)
  }

  /// Begins to read a directory.
  ///
  /// Where an account is kept, directories are begun by their paths.
  package mutating func begin(_ directory: Inode) {
    precondition(stretches == nil, "the account has to know the path")
    start(directory)
  }

  private mutating func start(_ directory: Inode) {
    endFolio()
    current = CurrentDirectory(
      directory,
      encryptedNames: directory.isEncrypted ? EncryptedNames(directory, on: volume) : nil,
      salvage: options.salvages ? Salvage(directory: directory) : nil)
    phase = directory.hasInlineData ? .inline(.dot) : .size
  }

  /// What comes next; nil at the end of the directory.
  ///
  /// A row of entries is read to its end, or ended by ``EntryCursor/pause()``, before the next step: else this traps.
  @_lifetime(&self)
  package mutating func next(inodes: inout InodeTable) -> DirectoryStep? {
    while true {
      switch phase {
      case .failed(let damage):
        phase = .done
        return .damage(damage)
      case .size:
        phase = .blocks
        if let damage = sizeDamage { return .damage(damage) }
      case .blocks:
        phase = .mapDamage(0)
        if let directory = current?.inode { return .blocks(readBlockMap(of: directory), of: directory) }
      case .mapDamage(let index):
        if let damage = mapDamage(index) {
          phase = .mapDamage(index + 1)
          return .damage(damage)
        }
        phase = .run
      case .run:
        if let damage = nextBlock() { return .damage(damage) }
      case .head:
        phase = .checksum
        if let place = region.place.block { return .block(place, head: folios.bytes) }
      case .checksum:
        phase = .records
        if let damage = checksumDamage { return .damage(damage) }
      case .records, .inline, .listed:
        switch goOn(inodes: &inodes) {
        case .row:
          position.handOut()
          let records = RecordCursor(
            regionBytes, startingAt: regionStart, format: region.format, at: position.offset)
          return .entries(EntryCursor(records, at: region.place, position))
        case .single(let record, let encryptedName):
          return .entries(
            EntryCursor(
              record, name: singleName.raw, encryptedName: encryptedName, at: region.place, position))
        case .damage(let damage): return .damage(damage)
        case .again: break
        case .end:
          if let place = region.place.block {
            endBlock()
            return .blockEnd(place, recordCount: position.recordCount)
          }
          phase = region.nextPhase
        }
      case .plain(let record):
        phase = .records
        singleName = nameInRegion(of: record)
        return .entries(EntryCursor(record, name: singleName.raw, at: region.place, position))
      case .done:
        return nil
      }
    }
  }

  mutating func goOn(inodes: inout InodeTable) -> Advance {
    switch phase {
    case .inline(let part): return beginInline(part, inodes: &inodes)
    case .listed(let record):
      phase = .records
      return present(record, inodes: &inodes)
    default: return advance(inodes: &inodes)
    }
  }
}
