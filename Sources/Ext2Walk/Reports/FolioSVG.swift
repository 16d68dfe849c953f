import ExtVolume
import FolioCore
import TextOutput

/// Draws folios as a picture: SVG that a browser shows in light and dark.
struct FolioSVG {
  private static let laneWidth = 1024
  private static let laneHeight = 22
  private static let lanePitch = 26
  private static let left = 150
  private static let right = 150
  private static let width = left + laneWidth + right

  private var body = ""
  private var height = 16

  /// Adds a panel: the pages of a folio as lanes, to scale, and how its frames came to their addresses.
  mutating func add(_ drawing: FolioDrawing, frameCount: Int) {
    let top = height
    add(text: drawing.title, x: 16, y: top + 16, kind: "title")
    add(
      text: "\(drawing.line.reason.description) · \(drawing.line.place.words)", x: 16, y: top + 36,
      kind: "note")
    let strips = top + 52
    addStrips(drawing.line, frameCount: frameCount, top: strips)
    let lanes = strips + 118
    for page in drawing.line.frames.indices { addLane(drawing, page: page, y: lanes + page * Self.lanePitch) }
    let records = lanes + drawing.line.frames.count * Self.lanePitch + 14
    height = addCrossings(drawing, top: records) + 24
  }

  /// The picture, complete.
  var text: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(height)" viewBox="0 0 \(Self.width) \(height)">
    <style>
    svg { --back: #ffffff; --ink: #1b1f24; --dim: #6a737d; --lane: #eef1f4; --unread: #f8f9fa; --even: #2f6db3; --odd: #4a86c7;
      --cross: #c2570c; --line: #b4bcc4; --name: #ffffff; background: var(--back); }
    @media (prefers-color-scheme: dark) { svg { --back: #14181d; --ink: #e6edf3; --dim: #8b949e; --lane: #262c34;
      --unread: #1a1f26; --even: #2f6fb5; --odd: #4f8fd0; --cross: #f0883e; --line: #4a535d; --name: #ffffff; } }
    .back { fill: var(--back); } .lane { fill: var(--lane); } .unread { fill: var(--unread); stroke: var(--lane); }
    .even { fill: var(--even); } .odd { fill: var(--odd); } .cross { fill: var(--cross); } .damaged { fill: #d1242f; } .way { stroke: var(--line); fill: none; }
    text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: var(--ink); }
    .title { font-size: 15px; font-weight: 600; } .note, .gutter { fill: var(--dim); } .gutter { font-size: 11px; }
    .name { fill: var(--name); font-size: 10px; pointer-events: none; } .callout { fill: var(--cross); }
    </style>
    <rect class="back" width="100%" height="100%"/>
    \(body)</svg>

    """
  }

  // MARK: Parts

  /// The arena's frames above, the addresses below, a line from each frame to where it was mapped.
  private mutating func addStrips(_ line: MappingLine, frameCount: Int, top: Int) {
    let pages = line.frames.count
    add(text: "arena: frames", x: 16, y: top + 12, kind: "gutter")
    add(text: addressWords(line), x: 16, y: top + 92, kind: "gutter")
    let frameWidth = Double(Self.laneWidth) / Double(frameCount)
    let pageWidth = min(64, Double(Self.laneWidth) / Double(pages))
    for frame in 0..<frameCount {
      let page = line.frames.firstIndex(of: frame)
      let x = Double(Self.left) + Double(frame) * frameWidth
      add(
        rect: x, Double(top), frameWidth - 1, 16,
        kind: page == nil ? "lane" : page.map { $0 % 2 == 0 ? "even" : "odd" } ?? "")
    }
    for (page, frame) in line.frames.enumerated() {
      let from = Double(Self.left) + (Double(frame) + 0.5) * frameWidth
      let to = Double(Self.left) + (Double(page) + 0.5) * pageWidth
      body +=
        "<path class=\"way\" d=\"M\(short(from)) \(top + 16) C\(short(from)) \(top + 52) \(short(to)) \(top + 44) \(short(to)) \(top + 80)\"/>\n"
      add(rect: to - pageWidth / 2, Double(top + 80), pageWidth - 1, 16, kind: page % 2 == 0 ? "even" : "odd")
      add(text: "\(page)", x: Int(to) - (page < 10 ? 3 : 6), y: top + 92, kind: "name")
    }
  }

  private func addressWords(_ line: MappingLine) -> String {
    switch line.place {
    case .directMap: "direct map: pages"
    case .slots: line.way == .pagePair ? "two at a time: pages" : "window: pages"
    case .vmapArea: "vmap area: pages"
    }
  }

  private mutating func addLane(_ drawing: FolioDrawing, page: Int, y: Int) {
    let line = drawing.line
    let pageStart = page << drawing.pageSize.shift
    let pageEnd = min(pageStart + drawing.pageSize.byteCount, drawing.block.format.blockSize)
    let isRead = page < line.filledPageCount
    add(text: "page \(page)  frame \(line.frames[page])", x: 16, y: y + 15, kind: "gutter")
    add(
      rect: Double(Self.left), Double(y), Double(Self.laneWidth), Double(Self.laneHeight),
      kind: isRead ? "lane" : "unread")
    add(
      text: isRead ? line.address(ofPage: page) : "not read", x: Self.left + Self.laneWidth + 10, y: y + 15,
      kind: "gutter")
    guard isRead else { return }
    let scale = Double(Self.laneWidth) / Double(pageEnd - pageStart)
    for range in drawing.damaged where range.overlaps(pageStart..<pageEnd) {
      let part = range.clamped(to: pageStart..<pageEnd)
      add(
        rect: Double(Self.left) + Double(part.lowerBound - pageStart) * scale, Double(y),
        Double(part.count) * scale,
        Double(Self.laneHeight), kind: "damaged",
        tip: "damaged: bytes \(range.lowerBound) to \(range.upperBound - 1)")
    }
    var isOdd = false
    for record in drawing.records where record.record.isEntry {
      isOdd.toggle()
      let used = record.record.usedBytes
      let part =
        max(used.lowerBound, pageStart)..<max(used.lowerBound, pageStart, min(used.upperBound, pageEnd))
      guard used.overlaps(pageStart..<pageEnd), !part.isEmpty else { continue }
      let crosses = drawing.pageSize.isCrossed(by: used)
      let x = Double(Self.left) + Double(part.lowerBound - pageStart) * scale
      let width = Double(part.count) * scale
      add(
        rect: x, Double(y), max(0.8, width - 0.6), Double(Self.laneHeight),
        kind: crosses ? "cross" : isOdd ? "odd" : "even",
        tip:
          "\(Escaping.text(record.name)) (inode \(record.record.inode)), bytes \(used.lowerBound) to \(used.upperBound - 1)"
      )
      // Six pixels a character of the small type.
      let room = Int(width / 6.2) - 1
      if room >= 3 {
        let name = Escaping.text(record.name)
        add(
          text: name.count <= room ? name : String(name.prefix(room - 1)) + "…", x: Int(x) + 3, y: y + 14,
          kind: "name")
      }
    }
  }

  /// Names the records that cross a page. Returns where the panel ends.
  private mutating func addCrossings(_ drawing: FolioDrawing, top: Int) -> Int {
    var y = top
    for record in drawing.crossingRecords {
      let used = record.record.usedBytes
      let page = drawing.pageSize.pageIndex(of: used.lowerBound)
      let name = Escaping.text(record.name)
      let shown = name.count <= 120 ? name : String(name.prefix(119)) + "…"
      add(
        text: "pages \(page) and \(page + 1), bytes \(used.lowerBound) to \(used.upperBound - 1): \(shown)",
        x: Self.left,
        y: y + 8, kind: "callout")
      y += 18
    }
    return y
  }

  // MARK: Elements

  private mutating func add(
    rect x: Double, _ y: Double, _ width: Double, _ height: Double, kind: String, tip: String? = nil
  ) {
    let shape =
      "<rect class=\"\(kind)\" x=\"\(short(x))\" y=\"\(short(y))\" width=\"\(short(width))\" height=\"\(short(height))\""
    body += tip.map { "\(shape)><title>\(XML.escaped($0))</title></rect>\n" } ?? "\(shape)/>\n"
  }

  private mutating func add(text: String, x: Int, y: Int, kind: String) {
    body += "<text class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\">\(XML.escaped(text))</text>\n"
  }

  /// Two decimals are plenty for a pixel.
  private func short(_ value: Double) -> String {
    String((value * 100).rounded() / 100)
  }
}
