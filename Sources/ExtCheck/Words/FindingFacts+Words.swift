import Basics
import ExtMount
import ExtVolume
import FolioCore
import TextOutput

extension Finding {
  /// What was found, in words; empty where the rule says all. Names in it are escaped.
  package var foundWords: String { facts?.words ?? "" }

  /// Where, and then a colon; empty for what is about the file system as a whole.
  package var place: String {
    var parts: [String] = []
    switch (path, inode) {
    case (let path?, let inode?): parts.append("\(Escaping.text(path)) (inode \(inode))")
    case (let path?, nil): parts.append(Escaping.text(path))
    case (nil, let inode?): parts.append("inode \(inode)")
    case (nil, nil): break
    }
    if let block { parts.append("block \(block.logical) (physical \(block.physical))") }
    if let offset { parts.append("offset \(offset)") }
    return parts.isEmpty ? "" : parts.joined(separator: ", ") + ": "
  }
}

extension Finding.Facts {
  var words: String {
    switch self {
    case .impossible(let value): value.words
    case .obstacle(let reason): reason.words
    case .held(let held, let declared): "it holds \(held) of \(declared) bytes"
    case .blockSize(let size): "\(size) bytes"
    case .unreadInodes(let unread, let group):
      "group \(group), inodes \(unread.inodes.words): \(unread.reason)"
    case .group(let group, let error): "group \(group): \(error)"
    case .attributes(let error): "extended attributes: \(error)"

    case .record(let damage, let resumedAt):
      damage.facts
        + (damage.isListed
          ? "; it is an entry all the same"
          : resumedAt.map { "; goes on at offset \($0)" } ?? "; nothing good follows")
    case .repeated(let facts, let others):
      "\(facts.words); so do \(counted(others, "other block")) of this directory"
    case .entry(let name, let inode, let more):
      "\"\(Escaping.text(name))\", inode \(inode)"
        + (more.map(\.words).flatMap { $0.isEmpty ? nil : ": \($0)" } ?? "")
    case .inode(let inode): "inode \(inode)"
    case .recordLength(let length): "rec_len \(length)"
    case .zeroRecordLength(1): "rec_len 0"
    case .zeroRecordLength(let count): "rec_len 0 in \(count) blocks, this is the first"
    case .types(1): ""
    case .types(let count): "in \(count) records, this is the first"

    case .dot(let dot, let inode): "\(dot.words), inode \(inode)"
    case .dotType(let dot, let type): "\(dot.words), type \(type)"
    case .dotUnterminated(let dot, let byte): "\(dot.words) and then byte \(byte)"
    case .parent(let parent, let expected): "inode \(parent), should be \(expected)"

    case .repeatedNames(let count, let error):
      "\(counted(count, "name")), by their hashes; they can't be read again: \(error)"

    case .size(let size): "size \(size)"
    case .sizes(let size, let expected): "size \(size), should be \(expected)"
    case .sizeHigh(let high): "i_size_high \(high), and the file system has no `large_dir`"
    case .blockCounts(let count, let expected): "i_blocks \(count), should be \(expected)"
    case .blocks(let blocks): DirectoryDamage.named(blocks)
    case .unmapped(let blocks, let damage): DirectoryDamage.words(blocks, damage)
    case .blockMap(let damage): damage.description
    case .block(let error): error.words
    case .contents(let error): error.description
    case .notDirectory(let type): DirectoryDamage.words(type)
    case .index(let damage):
      damage.prefix(4).map(\.words).joined(separator: ", ")
        + (damage.count > 4 ? ", and \(damage.count - 4) more" : "")
    case .sharedBlocks(let blocks, let other):
      "physical \(DirectoryDamage.named(blocks)), with "
        + (other == 0 ? "the file system's own tables" : "directory inode \(other)")
    case .ownInode(let damage): damage.words

    case .links(let count, let expected): "\(counted(count, "link")), should be \(expected)"
    case .linksOfMany(let count, let entryCount):
      "\(counted(count, "link")), and \(entryCount) entries name it: more than a count holds"
    case .attributeOfNobody: "it holds the value of an extended attribute, and no inode in use has that"
    case .inodes(let inodes):
      "\(counted(inodes.count, "inode")), perhaps for the damage found: \(inodes.words)"

    case .way(let way, let difference): "\(way.words): \(difference.words)"
    case .library(let difference): difference.words
    }
  }
}

extension Finding.Dot {
  fileprivate var words: String {
    switch self {
    case .single: "\".\""
    case .double: "\"..\""
    }
  }
}

extension Finding.EntryFacts {
  /// After the entry; empty where that and the rule say all.
  fileprivate var words: String {
    switch self {
    case .otherName(let directory): "another is in directory inode \(directory)"
    case .untyped: "its inode is of no type"
    case .types(let record, let inode): "the record says \(record.word), the inode \(inode.word)"
    case .hash(let hash, let low, let high):
      "hash \(hexadecimal(hash)), the block is for \(hexadecimal(low)) to \(hexadecimal(high))"
    case .foldedAs(let name): "the encoding folds it to the same as \"\(Escaping.text(name))\""
    case .inode(let damage): damage.words
    }
  }

  private func hexadecimal(_ hash: UInt32) -> String { "0x" + String(hash, radix: 16, width: 8) }
}

extension NamedInodeDamage {
  /// Empty where a kernel's words say all.
  fileprivate var words: String {
    switch self {
    case .damage(let damage): damage.words
    case .target(let byteCount): "its target isn't \(byteCount) bytes long, as its inode says"
    case .missingFeature(let feature): feature.words
    case .unreadable(let error): error.reason
    case .encryption(let damage): damage.words
    }
  }
}

extension MissingFeature {
  fileprivate var words: String {
    switch self {
    case .extents: "it has extents, and the file system no `extent` feature"
    case .inlineData: "it has its contents in itself, and the file system no `inline_data` feature"
    case .attributes(let block):
      "it has extended attributes in block \(block), and the file system no `ext_attr` feature"
    case .attributeBlockHigh(let high):
      "i_file_acl_high is \(high), and the file system has no `64bit` feature"
    }
  }
}

extension EncryptionDamage {
  fileprivate var words: String {
    switch self {
    case .noContext: "it is encrypted, and has no encryption context"
    case .damagedContext: "its encryption context is damaged"
    case .isPlain: "it isn't encrypted, and its directory is"
    case .otherPolicy: "it is encrypted by another policy than its directory"
    }
  }
}

extension IndexDamage {
  fileprivate var words: String {
    switch self {
    case .node(.noNode): "it doesn't begin with a free record over the whole block"
    case .node(.root(.reserved(let value))): "reserved_zero \(value)"
    case .node(.root(.infoLength(let length))): "info_length \(length)"
    case .node(.root(.version(let version))): "hash_version \(version)"
    case .node(.root(.flags(let flags))): "unused_flags \(flags)"
    case .node(.root(.levelCount(let count))): "indirect_levels \(count)"
    case .node(.limit(let limit, let expected)): "limit \(limit), room for \(expected)"
    case .node(.count(let count, let limit)): "count \(count), limit \(limit)"
    case .node(.order(let index)): "entry \(index)"
    case .outside(let index, let block): "entry \(index) leads to block \(block)"
    case .twice(let index, let block): "entry \(index) leads to block \(block), as another does"
    }
  }
}

extension CrossCheck.Way {
  fileprivate var words: String { "\(way.rawValue) in \(memory == .direct ? "low" : "high") memory" }
}

extension CrossCheck.Difference {
  package var words: String {
    switch self {
    case .unreadable(let error): error.description
    case .refused(let error): error.description
    case .record(let index, let found, let expected):
      "record \(index) is \(Self.words(found)), and by direct \(Self.words(expected))"
    case .passing: "the records differ, and didn't when read again"
    }
  }

  private static func words(_ surveyed: SurveyedRecord?) -> String {
    guard let surveyed else { return "missing" }
    let record = surveyed.record
    return "inode \(record.inode), offset \(record.offset), rec_len \(record.length), "
      + "\"\(Escaping.text(surveyed.name))\", type \(record.fileTypeCode)"
  }
}

extension ClosedRange<InodeNumber> {
  fileprivate var words: String {
    lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)"
  }
}

extension Array<InodeNumber> {
  /// Numbers in increasing order, neighbours as ranges: "12, 15 to 18".
  fileprivate var words: String {
    var ranges: [Range<InodeNumber>] = []
    for number in self { ranges.appendMerging(number..<number + 1) }
    return ranges.map { ClosedRange($0).words }.joined(separator: ", ")
  }
}
