/// Traps unless `condition` holds, and says why: a `precondition` whose words release builds keep.
///
/// For what only a program's error can break, where its author has nothing to go by but these words.
@inline(__always)
func trapUnless(_ condition: Bool, _ words: @autoclosure () -> String) {
  if !condition { fatalError(words()) }
}
