// cachestat(2), which glibc has no name for yet: Linux 6.5 and later.
#pragma once

#include <stdint.h>

// How many pages of these bytes of a file are in memory, or on their way there; -1 with errno where the system doesn't say.
int64_t csupport_cached_page_count(int descriptor, uint64_t position, uint64_t byte_count);
