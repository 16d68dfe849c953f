// What glibc declares only under _GNU_SOURCE or _XOPEN_SOURCE: Swift imports it without them.
#pragma once

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

// memfd_create(2) and its MFD_CLOEXEC: Linux only.
#define CSUPPORT_MFD_CLOEXEC 0x0001U
extern int memfd_create(const char *name, unsigned int flags);

// Cells that a character takes on a terminal.
extern int wcwidth(wchar_t character);

// lseek(2) to the next bytes that are no hole, and to the next that are one.
#define CSUPPORT_SEEK_DATA 3
#define CSUPPORT_SEEK_HOLE 4

// madvise(2) and its MADV_HUGEPAGE: Linux only.
#define CSUPPORT_MADV_HUGEPAGE 14
extern int madvise(void *start, size_t length, int advice);

// preadv2(2) and its RWF_NOWAIT, which reads only what needs no waiting for a device: Linux only.
#define CSUPPORT_RWF_NOWAIT 8
extern ssize_t preadv2(int descriptor, const struct iovec *parts, int count, off_t position, int flags);
