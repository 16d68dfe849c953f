import Basics
import ExtVolume
import FolioCore
import TextOutput

/// What a line of a listing for people shows.
struct TextStyle {
  var isLong = false
  var showsInode = false
  var classifies = false
  /// A path from the root on every line, instead of a name under a heading.
  var showsFullPath = false
  /// Ends names with NUL instead of a new line, and leaves them as they are.
  var endsWithNUL = false
  var hasHumanSizes = false
  /// Whether names are made safe for a terminal.
  var escapes = false
  var colors: Colors?
  /// Cells for an inode number; the same on every line.
  var inodeWidth = 0
}

/// Cells for the columns of a long listing.
struct LongWidths {
  var links = 1
  var uid = 1
  var gid = 1
  var size = 1

  /// Wide enough for most, for lines that are written before all are known.
  static let streaming = LongWidths(links: 3, uid: 5, gid: 5, size: 11)
}

/// Writes entries for people: names, or the columns of `ls -l`.
struct TextListing {
  let style: TextStyle
  var widths = LongWidths.streaming
  private var clock = TimeFormatter()
  /// Whether a line is a name or a path and nothing else.
  let isPlain: Bool
  /// What stands before each name: the directory's path and a slash, or nothing.
  private var prefix: [UInt8] = []

  init(style: TextStyle) {
    self.style = style
    isPlain = !style.isLong && !style.showsInode && !style.classifies && !style.escapes && style.colors == nil
  }

  /// Says under which path the names that follow stand; nil where they are whole paths.
  mutating func begin(directory path: [UInt8]?) {
    prefix = []
    guard style.showsFullPath, let path else { return }
    prefix = (style.escapes ? Array(Escaping.text(path).utf8) : path) + [UInt8(ascii: "/")]
  }

  /// Appends one line that is nothing but a name or a path.
  @inline(__always)
  func appendPlain(_ name: RawSpan, to output: inout ByteBuffer) {
    output.append(prefix.raw, name, style.endsWithNUL ? 0 : UInt8(ascii: "\n"))
  }

  /// Appends one line.
  mutating func append(_ entry: Entry, name: RawSpan, details: InodeDetails?, to output: inout ByteBuffer) {
    if isPlain { return appendPlain(name, to: &output) }
    appendInode(entry, to: &output)
    if style.isLong { appendColumns(entry, details?.attributes, to: &output) }
    output.append(prefix.raw)
    appendName(entry, name: name, details: details, to: &output)
    if style.isLong, let target = details?.target {
      output.append(" -> ")
      append(name: target.raw, to: &output)
    }
    output.append(UInt8(ascii: style.endsWithNUL ? "\0" : "\n"))
  }

  /// Appends what a cell of a listing in columns shows.
  func appendCell(_ entry: Entry, name: RawSpan, details: InodeDetails?, to output: inout ByteBuffer) {
    appendInode(entry, to: &output)
    appendName(entry, name: name, details: details, to: &output)
  }

  /// How many cells wide ``appendCell(_:name:details:to:)`` is on a terminal.
  func cellCount(_ entry: Entry, name: RawSpan, _ details: InodeDetails?) -> Int {
    let nameCells = Terminal.cellCount(of: Escaping.text([UInt8](copying: name)))
    let suffix = style.classifies ? details.type(of: entry).suffix(mode: details?.attributes?.mode) : nil
    return (style.showsInode ? style.inodeWidth + 1 : 0) + nameCells + (suffix == nil ? 0 : 1)
  }

  private func appendInode(_ entry: Entry, to output: inout ByteBuffer) {
    guard style.showsInode else { return }
    output.append(entry.inode, width: style.inodeWidth)
    output.append(UInt8(ascii: " "))
  }

  private func appendName(_ entry: Entry, name: RawSpan, details: InodeDetails?, to output: inout ByteBuffer)
  {
    let type = details.type(of: entry)
    let mode = details?.attributes?.mode
    if let color = style.colors?.color(of: type, mode: mode, name: [UInt8](copying: name)) {
      output.append(text: "\u{1B}[\(color)m")
      append(name: name, to: &output)
      output.append("\u{1B}[0m")
    } else {
      append(name: name, to: &output)
    }
    // After a long listing's link comes its target.
    if style.classifies, let suffix = type.suffix(mode: mode), !(style.isLong && type == .symlink) {
      output.append(suffix)
    }
  }

  /// Makes the columns wide enough for `attributes`.
  mutating func widen(for attributes: InodeAttributes) {
    widths.links = max(widths.links, UInt64(attributes.links).digitCount)
    widths.uid = max(widths.uid, UInt64(attributes.uid).digitCount)
    widths.gid = max(widths.gid, UInt64(attributes.gid).digitCount)
    let size = sizeText(attributes)?.utf8.count ?? attributes.byteCount.digitCount
    widths.size = max(widths.size, size)
  }

  private mutating func appendColumns(
    _ entry: Entry, _ attributes: InodeAttributes?, to output: inout ByteBuffer
  ) {
    guard let attributes, attributes.fileType != .unknown else {
      // As ls shows what it could not stat: an inode without a type is none that a kernel reads.
      output.append(entry.type.letter)
      output.append("?????????")
      for width in [widths.links, widths.uid, widths.gid, widths.size, 16] {
        append("?", width: width + 1, to: &output)
      }
      output.append(UInt8(ascii: " "))
      return
    }
    output.append(attributes.modeLetters.span.raw)
    output.append(attributes.links, width: widths.links + 1)
    output.append(attributes.uid, width: widths.uid + 1)
    output.append(attributes.gid, width: widths.gid + 1)
    if let size = sizeText(attributes) {
      append(size, width: widths.size + 1, to: &output)
    } else {
      output.append(attributes.byteCount, width: widths.size + 1)
    }
    output.append(UInt8(ascii: " "))
    output.append(clock.text(for: attributes.modified))
    output.append(UInt8(ascii: " "))
  }

  /// What stands for the size; nil where that is the number of bytes.
  private func sizeText(_ attributes: InodeAttributes) -> String? {
    if let device = attributes.device { return "\(device.major), \(device.minor)" }
    return style.hasHumanSizes ? ByteCount.human(attributes.byteCount) : nil
  }

  private func append(_ text: String, width: Int, to output: inout ByteBuffer) {
    for _ in 0..<max(0, width - text.utf8.count) { output.append(UInt8(ascii: " ")) }
    output.append(text: text)
  }

  private func append(name: RawSpan, to output: inout ByteBuffer) {
    if style.escapes {
      output.append(text: Escaping.text([UInt8](copying: name)))
    } else {
      output.append(name)
    }
  }
}
