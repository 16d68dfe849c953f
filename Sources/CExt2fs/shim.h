// libext2fs as Swift sees it. Declarations only: what the importer can't reach by itself, each with its reason.
#pragma once

#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>
#include <et/com_err.h>

// A mutable C global, which Swift 6 takes for shared mutable state. It is set once, by the library.
static inline io_manager cext2fs_unix_io_manager(void) { return unix_io_manager; }

// A sum of macros, which the importer leaves out: the incompatible features that libext2fs opens. Its header names mmp only
// where it is built itself.
static inline __u32 cext2fs_known_incompatible(void)
{
	return EXT2_LIB_FEATURE_INCOMPAT_SUPP | EXT4_FEATURE_INCOMPAT_MMP;
}
