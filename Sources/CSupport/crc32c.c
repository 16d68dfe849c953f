#include "crc32c.h"

#include <string.h>

#if defined(__x86_64__)

bool csupport_has_crc32c(void) { return __builtin_cpu_supports("sse4.2"); }

__attribute__((target("sse4.2"))) uint32_t csupport_crc32c(uint32_t crc, const void *bytes, size_t count) {
  const unsigned char *next = (const unsigned char *)bytes;
  uint64_t sum = crc, word;
  for (; count >= 8; count -= 8, next += 8) {
    memcpy(&word, next, 8);
    sum = __builtin_ia32_crc32di(sum, word);
  }
  for (; count > 0; count--) sum = __builtin_ia32_crc32qi((uint32_t)sum, *next++);
  return (uint32_t)sum;
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)

bool csupport_has_crc32c(void) { return true; }

uint32_t csupport_crc32c(uint32_t crc, const void *bytes, size_t count) {
  const unsigned char *next = (const unsigned char *)bytes;
  uint64_t word;
  for (; count >= 8; count -= 8, next += 8) {
    memcpy(&word, next, 8);
    crc = __builtin_arm_crc32cd(crc, word);
  }
  for (; count > 0; count--) crc = __builtin_arm_crc32cb(crc, *next++);
  return crc;
}

#else

bool csupport_has_crc32c(void) { return false; }

uint32_t csupport_crc32c(uint32_t crc, const void *bytes, size_t count) {
  (void)bytes, (void)count;
  return crc;
}

#endif
