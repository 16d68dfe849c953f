import Glibc

/// Rows under a header, as Markdown that is in columns as it is.
struct Table {
  private var rows: [[String]]

  init(header: [String]) {
    rows = [header]
  }

  mutating func add(_ row: [String]) {
    rows.append(row)
  }

  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ row: [String]) -> String {
      let cells = zip(row, widths).enumerated().map { index, cell in
        let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 0 ? cell.0 + blanks : blanks + cell.0
      }
      return "| " + cells.joined(separator: " | ") + " |"
    }
    let rule = "|" + widths.enumerated().map { $0.offset == 0 ? "---|" : "--:|" }.joined()
    return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
  }
}

/// Says how far it is, on stderr.
func say(_ text: String) {
  let line = Array((text + "\n").utf8)
  _ = Glibc.write(2, line, line.count)
}

func save(_ text: String, to path: String) {
  guard let file = fopen(path, "w") else { fail(path) }
  fputs(text, file)
  fclose(file)
}
