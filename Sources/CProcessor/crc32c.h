// The processor's own instruction for crc32c, which Swift has no name for.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
// Whether this processor has it: SSE 4.2.
static inline bool cprocessor_has_crc32c(void) { return __builtin_cpu_supports("sse4.2"); }

// Goes on with `crc` over `count` bytes. No inversion before or after. Only where the processor has it.
__attribute__((target("sse4.2"))) static inline uint32_t cprocessor_crc32c(uint32_t crc, const void *bytes, size_t count) {
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
static inline bool cprocessor_has_crc32c(void) { return true; }

static inline uint32_t cprocessor_crc32c(uint32_t crc, const void *bytes, size_t count) {
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
static inline bool cprocessor_has_crc32c(void) { return false; }

static inline uint32_t cprocessor_crc32c(uint32_t crc, const void *bytes, size_t count) {
  (void)bytes, (void)count;
  return crc;
}
#endif
