import ExtVolume
import FolioCore
import TextOutput

/// Draws a folio for a terminal: its pages as rows, to scale, with the records in them.
struct FolioDrawing {
  let block: SurveyedBlock
  let line: MappingLine
  let records: [SurveyedRecord]
  /// Where records are damaged, in bytes of the block.
  let damaged: [Range<Int>]
  let pageSize: PageSize

  /// What a place of a page shows.
  enum Cell: Equatable {
    /// Header and name of a record in use that lies within a page; neighbours differ in `isOdd`.
    case live(isOdd: Bool)
    /// Those of one that crosses a page.
    case crossing
    /// Space between records, or a record that is not in use.
    case free
    /// Damaged records, as far as the next good one.
    case damaged
    /// Not read: no record that matters lies there.
    case unread
  }

  /// The drawing as lines of text.
  ///
  /// - Parameters:
  ///   - width: cells there are; a page takes at least 24 of them, and what is said of it.
  ///   - hasColor: whether escape sequences may be used.
  func text(width: Int, hasColor: Bool) -> String {
    let gutter = gutterTexts
    let gutterWidth = gutter.map(\.count).max() ?? 0
    let barWidth = max(24, min(width, 160) - gutterWidth - 4)
    let runs = "\(line.runCount) run\(line.runCount == 1 ? "" : "s") of frames"
    let words = "  \(line.reason.description); \(line.place.words), \(runs)"
    var text = Self.cut(title, to: width) + "\n" + Self.cut(words, to: width) + "\n"
    for (page, words) in gutter.enumerated() {
      text += "  \(words.padded(to: gutterWidth)) "
      text += Self.paint(cells(ofPage: page, count: barWidth), hasColor: hasColor)
      text += "\n"
    }
    for record in crossingRecords {
      let used = record.record.usedBytes
      let page = pageSize.pageIndex(of: used.lowerBound)
      let place = "bytes \(used.lowerBound) to \(used.upperBound - 1) cross from page \(page) to \(page + 1)"
      let words = "\(place)\(headerNote(record.record)): \(Escaping.text(record.name))"
      text += "  " + Self.paint([.crossing], hasColor: hasColor) + " \(Self.cut(words, to: width - 4))\n"
    }
    return text
  }

  /// What the marks mean.
  static func legend(hasColor: Bool) -> String {
    "  " + paint([.live(isOdd: false)], hasColor: hasColor) + paint([.live(isOdd: true)], hasColor: hasColor)
      + " in use (shades alternate)\n  " + paint([.crossing], hasColor: hasColor) + " crosses a page  "
      + paint([.damaged], hasColor: hasColor) + " damaged  " + paint([.free], hasColor: hasColor)
      + " free  blank: not read\n"
  }

  var title: String {
    let path = Escaping.text(block.path.shownPath)
    return
      "\(path) (inode \(line.label.inode)) block \(line.label.logicalBlock), physical \(line.label.physicalBlock)"
  }

  /// The records in use that cross a page.
  var crossingRecords: [SurveyedRecord] {
    records.filter { $0.record.isEntry && pageSize.isCrossed(by: $0.record.usedBytes) }
  }

  /// For each page: its number, its frame in the arena, and where it was mapped.
  var gutterTexts: [String] {
    line.frames.indices.map { page in
      "page \(String(page).padded(from: 2))  frame \(String(line.frames[page]).padded(from: 3))  \(line.address(ofPage: page))"
    }
  }

  /// What stands at `count` places of a page, each as wide as the next.
  func cells(ofPage page: Int, count: Int) -> [Cell] {
    let pageStart = page << pageSize.shift
    let pageEnd = min(pageStart + pageSize.byteCount, block.format.blockSize)
    guard page < line.filledPageCount else { return Array(repeating: .unread, count: count) }
    let byteCount = pageEnd - pageStart
    var cells = [Cell](repeating: .free, count: count)
    func places(of bytes: Range<Int>) -> ClosedRange<Int> {
      let part = bytes.clamped(to: pageStart..<pageEnd)
      return (part.lowerBound - pageStart) * count / byteCount...(part.upperBound - pageStart - 1) * count
        / byteCount
    }
    var isOdd = false
    for record in records where record.record.isEntry {
      let used = record.record.usedBytes
      isOdd.toggle()
      guard used.overlaps(pageStart..<pageEnd) else { continue }
      let crosses = pageSize.isCrossed(by: used)
      for place in places(of: used) where cells[place] != .crossing || crosses {
        cells[place] = crosses ? .crossing : .live(isOdd: isOdd)
      }
    }
    for range in damaged where range.overlaps(pageStart..<pageEnd) {
      for place in places(of: range) { cells[place] = .damaged }
    }
    return cells
  }

  private static func paint(_ cells: [Cell], hasColor: Bool) -> String {
    var text = ""
    var last: Cell?
    for cell in cells {
      if hasColor, cell != last { text += "\u{1B}[\(color(of: cell))m" }
      last = cell
      switch cell {
      case .live(let isOdd): text += isOdd ? "▓" : "▒"
      case .crossing: text += "█"
      case .free: text += "·"
      case .damaged: text += "!"
      case .unread: text += " "
      }
    }
    return hasColor ? text + "\u{1B}[0m" : text
  }

  private static func color(of cell: Cell) -> String {
    switch cell {
    case .live(let isOdd): isOdd ? "0;34" : "0;36"
    case .crossing: "1;33"
    case .damaged: "1;31"
    case .free, .unread: "0;90"
    }
  }

  /// `text` in no more than `width` cells.
  private static func cut(_ text: String, to width: Int) -> String {
    guard Terminal.cellCount(of: text) > width else { return text }
    var shown = ""
    var cells = 0
    for character in text {
      cells += Terminal.cellCount(of: String(character))
      if cells > width - 1 { break }
      shown.append(character)
    }
    return shown + "…"
  }

  /// Says so where even the header of a record stands on two pages.
  private func headerNote(_ record: Record) -> String {
    pageSize.isCrossed(by: record.offset..<record.offset + Record.headerByteCount) ? ", in its header" : ""
  }
}

extension MappingLine {
  /// Where the page at `index` was mapped: its slot, its place in the vmap area, or its permanent address.
  func address(ofPage index: Int) -> String {
    switch place {
    case .directMap: "direct map"
    case .slots(let slots):
      way == .pagePair
        ? "slots \(slots.lowerBound)-\(slots.upperBound - 1) in turn" : "slot \(slots.lowerBound + index)"
    case .vmapArea(let pages): "vmap +\(pages.lowerBound + index)"
    }
  }
}
