// What Swift can't say by itself: declarations that glibc hides, and an instruction of the processor.
#pragma once

#include "crc32c.h"
#include "libc.h"
#include "pagecache.h"
