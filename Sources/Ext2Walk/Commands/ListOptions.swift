import ArgumentParser
import ExtVolume
import FolioCore
import SystemPackage
import TextOutput

/// Which entries `ls` shows, and in what order.
struct WhatToList: ParsableArguments {
  @Flag(exclusivity: .chooseLast)
  var hidden: HiddenNames?

  @Flag(name: .shortAndLong, help: "List directories themselves, not what is in them.")
  var directory = false

  @Flag(name: [.customShort("R"), .long], help: "List directories in directories too.")
  var recursive = false

  @Flag(exclusivity: .chooseLast)
  var sort: SortOrder?

  @Flag(name: .shortAndLong, help: "Reverse the order.")
  var reverse = false
}

/// Which of the names that begin with a dot are shown; the last that is given counts.
enum HiddenNames: EnumerableFlag {
  case all, almostAll

  static func name(for value: Self) -> NameSpecification {
    switch value {
    case .all: .shortAndLong
    case .almostAll: [.customShort("A"), .long]
    }
  }

  static func help(for value: Self) -> ArgumentHelp? {
    switch value {
    case .all: "Show names that begin with a dot, . and .. among them."
    case .almostAll: "Show names that begin with a dot, but not . and .."
    }
  }
}

/// What entries are sorted by; the last that is given counts.
enum SortOrder: EnumerableFlag {
  case unsorted, sortSize, sortTime

  static func name(for value: Self) -> NameSpecification {
    switch value {
    case .unsorted: [.customShort("U"), .long]
    case .sortSize: [.customShort("S"), .long]
    case .sortTime: [.customShort("t"), .long]
    }
  }

  static func help(for value: Self) -> ArgumentHelp? {
    switch value {
    case .unsorted: "As on disk: unsorted, written as it is read; -r does nothing to it."
    case .sortSize: "Largest first."
    case .sortTime: "Last modified first."
    }
  }
}

/// How `ls` shows entries.
struct HowToList: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Mode, links, owner, group, size, time and the targets of symbolic links.")
  var long = false

  @Flag(name: .shortAndLong, help: "Inode numbers.")
  var inode = false

  @Flag(name: [.customShort("1"), .customLong("one")], help: "One name a line.")
  var one = false

  @Flag(name: [.customShort("h"), .customLong("human-readable")], help: "Sizes as 1.5K, 23M.")
  var human = false

  @Flag(
    name: [.customShort("F"), .long], help: "Mark names: / directory, @ link, | fifo, = socket, * executable."
  )
  var classify = false

  @Flag(name: [.customShort("0"), .customLong("null")], help: "Whole paths, each ended by NUL, as they are.")
  var null = false

  @Flag(name: .long, help: "A path from the root on every line.")
  var fullPath = false

  @Flag(
    name: [.customShort("n"), .customLong("numeric-uid-gid")],
    help: "Numeric owner and group: always so here.")
  var numeric = false

  @Option(help: "For people, or for programs. JSON shows names that begin with a dot, as with -A.")
  var format = OutputFormat.text

  @OptionGroup(title: "On a terminal") var color: ColorOptions

  private var isTerminal: Bool { Terminal.isTerminal(.standardOutput) }

  /// Whether each line is a whole path: what -R prints when not on a terminal.
  private func showsFullPath(_ what: WhatToList) -> Bool {
    fullPath || null || (what.recursive && !isTerminal)
  }

  func listingOptions(_ what: WhatToList, targetCount: Int) -> ListingOptions {
    var options = ListingOptions()
    switch what.hidden {
    case .all?: options.hidden = .all
    case .almostAll?: options.hidden = .allButDots
    case nil: options.hidden = format == .text ? .leftOut : .allButDots
    }
    switch what.sort {
    case .unsorted?: options.order = nil
    case .sortSize?: options.order = .size
    case .sortTime?: options.order = .time
    case nil: options.order = .name
    }
    options.isReversed = what.reverse
    options.isRecursive = what.recursive && !what.directory
    if format == .text, !showsFullPath(what) {
      options.hasHeadings = what.recursive || targetCount > 1
      if isTerminal, !one, !long { options.columnsWidth = Terminal.width(of: .standardOutput) }
    }
    return options
  }

  func format(_ what: WhatToList, volume: Volume) -> Listing.Format {
    switch format {
    case .json: return .json(JSONListing(isArray: true, isLong: long))
    case .ndjson: return .json(JSONListing(isArray: false, isLong: long))
    case .text:
      var style = TextStyle()
      style.isLong = long
      style.showsInode = inode
      style.inodeWidth = String(volume.superblock.inodeCount).utf8.count
      style.classifies = classify
      style.showsFullPath = showsFullPath(what)
      style.endsWithNUL = null
      style.hasHumanSizes = human
      style.escapes = isTerminal && !null
      style.colors = color.isOn && !null ? Colors(lsColors: Terminal.environment("LS_COLORS")) : nil
      return .text(TextListing(style: style))
    }
  }
}
