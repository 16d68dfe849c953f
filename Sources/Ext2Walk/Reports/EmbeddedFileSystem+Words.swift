import ExtDisk
import ExtVolume
import TextOutput

extension [EmbeddedFileSystem] {
  /// What there is, and what to type, in a sentence.
  func words(in location: ImageLocation) -> String {
    map { found in
      let label = found.facts.label.isEmpty ? "" : " \"\(Escaping.text(found.facts.label))\""
      let moved = location.moved(to: found.position)
      return "\(found.facts.type)\(label) begins at byte \(found.position) "
        + "(ext2walk ls \(Escaping.shellWord(moved.argument)))"
    }.joined(separator: ", ")
  }
}
