import ExtVolume
import FolioCore
import TextOutput

/// The account of mappings as a table for people: a line for each folio, then totals for each way.
struct MappingTable {
  private static let headings = [
    "DIRECTORY", "BLOCK", "PHYSICAL", "WAY", "PAGES", "PLACE", "RECORDS", "CROSSING", "MAP ns", "UNMAP ns",
    "WHY",
  ]
  private static let widestPath = 40
  private static let rightAligned: Set<Int> = [1, 2, 4, 6, 7, 8, 9]

  /// The table's lines; none where nothing was mapped.
  ///
  /// - Parameter lines: each with the path of its directory.
  static func text(_ lines: [(line: MappingLine, path: [UInt8])]) -> String {
    guard !lines.isEmpty else { return "" }
    let rows = lines.map { line, path in
      [
        cut(Escaping.text(path.shownPath)), "\(line.label.logicalBlock)",
        "\(line.label.physicalBlock)",
        line.way.rawValue, "\(line.filledPageCount)/\(line.frames.count)", line.place.words,
        "\(line.tally.recordCount)", "\(line.tally.crossings.count)", "\(line.cost.mapNanoseconds)",
        "\(line.cost.unmapNanoseconds)", line.reason.description,
      ]
    }
    return columns([headings] + rows, rightAligned: rightAligned) + "\n" + totals(lines.map(\.0))
  }

  /// A path's end, where it is too long for a column: one long path must not push all others aside.
  private static func cut(_ path: String) -> String {
    path.count <= widestPath ? path : "…" + path.suffix(widestPath - 1)
  }

  /// A line for each way: how often, how much, and what it cost.
  static func totals(_ lines: [MappingLine]) -> String {
    var rows = [
      ["WAY", "FOLIOS", "PAGES READ", "OF", "RECORDS", "CROSSING", "MAP ns", "EACH", "UNMAP ns", "EACH"]
    ]
    for way in MappingWay.allCases {
      let its = lines.filter { $0.way == way }
      guard !its.isEmpty else { continue }
      let (map, unmap) = (its.sum(\.cost.mapNanoseconds), its.sum(\.cost.unmapNanoseconds))
      let count = UInt64(its.count)
      rows.append([
        way.rawValue, "\(its.count)", "\(its.sum(\.filledPageCount))", "\(its.sum(\.frames.count))",
        "\(its.sum(\.tally.recordCount))", "\(its.sum(\.tally.crossings.count))", "\(map)", "\(map / count)",
        "\(unmap)",
        "\(unmap / count)",
      ])
    }
    return columns(rows, rightAligned: Set(1...9))
  }

  /// A line for each way that was tried on the same folios.
  ///
  /// - Parameter readings: way by way, each for all folios.
  static func comparison(of readings: [[SurveyedReading]]) -> String {
    guard readings.contains(where: { !$0.isEmpty }) else { return "" }
    var rows = [["WAY", "SERVED", "OF", "MAP ns EACH", "UNMAP ns EACH", "RECORDS", "OTHERWISE"]]
    for its in readings {
      let lines = its.compactMap(\.line)
      let count = UInt64(max(1, lines.count))
      let same = its.indices.map { folio in its[folio].hasRecords(of: readings.map { $0[folio] }) }
      let verdict = same.contains(false) ? "DIFFER" : same.contains(true) ? "the same" : "-"
      rows.append([
        its.first?.way.rawValue ?? "", "\(lines.count)", "\(its.count)",
        lines.isEmpty ? "-" : "\(lines.sum(\.cost.mapNanoseconds) / count)",
        lines.isEmpty ? "-" : "\(lines.sum(\.cost.unmapNanoseconds) / count)", verdict,
        its.lazy.compactMap { $0.refusal?.description ?? $0.failure?.description }.first ?? "",
      ])
    }
    return columns(rows, rightAligned: [1, 2, 3, 4])
  }

  /// Pads cells to columns; two blanks between them, none at the end of a line.
  static func columns(_ rows: [[String]], rightAligned: Set<Int>) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? Terminal.cellCount(of: $0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - Terminal.cellCount(of: cell))
        if column > 0 { line += "  " }
        line +=
          rightAligned.contains(column) ? padding + cell : column == row.count - 1 ? cell : cell + padding
      }
      return line + "\n"
    }.joined()
  }
}

extension Sequence {
  fileprivate func sum<Value: AdditiveArithmetic>(_ value: (Element) -> Value) -> Value {
    reduce(.zero) { $0 + value($1) }
  }
}

extension MappedPlace {
  /// Such as "slots 0-14".
  var words: String {
    func named(_ one: String, _ range: Range<Int>) -> String {
      range.count == 1 ? "\(one) \(range.lowerBound)" : "\(one)s \(range.lowerBound)-\(range.upperBound - 1)"
    }
    return switch self {
    case .directMap(let frames): named("frame", frames)
    case .slots(let slots): named("slot", slots)
    case .vmapArea(let pages): "range \(pages.lowerBound)-\(pages.upperBound - 1)"
    }
  }
}
