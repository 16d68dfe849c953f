# Mends what ArgumentParser's generate-manual makes of a page, which mdoc(7) and lexgrog(1) don't take: a subcommand's page
# has one word for a name, what it does is no sentence in quotes, and no line is empty. Examples keep their columns.
function endExamples() { if (inExamples) { print ".Ed"; inExamples = 0 } }
/^\.Dt / { sub(/EXT2WALK\./, "EXT2WALK-") }
/^\.Sh / { section = $2 }
/^\.Nm/ && section == "NAME" { name = $0; gsub(/^\.Nm |"/, "", name); page = name; gsub(/ /, "-", page); $0 = ".Nm " page }
/^\.Nm$/ && section == "SYNOPSIS" { $0 = ".Nm \"" name "\"" }
/^\.Nd / { gsub(/"/, ""); sub(/\.$/, "") }
/ext2walk\.help/ { next }
/^\.Xr ext2walk\./ { sub(/ext2walk\./, "ext2walk-") }
/^  / {
  if (!inExamples) { print ".Bd -literal -compact"; inExamples = 1 }
  print; next
}
/^$/ { endExamples(); print ".Pp"; next }
{ endExamples(); print }
