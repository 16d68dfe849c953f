#include "include/pagecache.h"

#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451 // but on Alpha and MIPS
#endif

int64_t csupport_cached_page_count(int descriptor, uint64_t position, uint64_t byte_count) {
  struct {
    uint64_t position, byte_count;
  } range = {position, byte_count};
  struct {
    uint64_t cached, dirty, under_writeback, evicted, recently_evicted;
  } found = {0};
  long code = syscall(SYS_cachestat, descriptor, &range, &found, 0u);
  return code == 0 ? (int64_t)found.cached : -1;
}
