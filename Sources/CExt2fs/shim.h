// libext2fs as Swift sees it. Declarations only: what the importer can't reach by itself, each with its reason.
#pragma once

#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>
#include <et/com_err.h>

// A mutable C global, which Swift 6 takes for shared mutable state. It is set once, by the library.
static inline io_manager cext2fs_unix_io_manager(void) { return unix_io_manager; }
