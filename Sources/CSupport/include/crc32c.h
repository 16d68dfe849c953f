// The processor's own instruction for crc32c, which Swift has no name for.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether this processor has it: SSE 4.2, or arm64's crc32 where the compiler is told that it is there.
bool csupport_has_crc32c(void);

// Goes on with `crc` over `count` bytes. No inversion before or after. Only where the processor has it.
uint32_t csupport_crc32c(uint32_t crc, const void *bytes, size_t count);
