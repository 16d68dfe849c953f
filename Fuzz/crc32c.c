// The C there is, under UndefinedBehaviorSanitizer and AddressSanitizer: every length and alignment against a bit at a time.
#include "../Sources/CProcessor/crc32c.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t slowly(uint32_t crc, const unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
  }
  return crc;
}

int main(void) {
  if (!cprocessor_has_crc32c()) return puts("this processor has no instruction for crc32c"), 0;
  for (size_t start = 0; start < 16; start++) {
    for (size_t count = 0; count < 300; count++) {
      // Memory of just that length, so that a byte too many is noticed.
      unsigned char *bytes = malloc(start + count + 1);
      for (size_t i = 0; i < start + count; i++) bytes[i] = (unsigned char)(i * 37 + start);
      uint32_t seed = (uint32_t)(count * 2654435761u);
      if (cprocessor_crc32c(seed, bytes + start, count) != slowly(seed, bytes + start, count)) return puts("wrong"), 1;
      free(bytes);
    }
  }
  return puts("crc32c: 4800 stretches are right"), 0;
}
