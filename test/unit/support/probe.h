/*
 * Cases from stdin and answers to stdout, for the tools that test/fuzz compares with the programs of others:
 * numbers of 32 bits, little-endian, and bytes whose length such a number told.
 */
#ifndef TEST_UNIT_SUPPORT_PROBE_H
#define TEST_UNIT_SUPPORT_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/strbuf.h"

/* False at the end of stdin. */
bool probe_read_number(uint32_t *ret);
bool probe_read_bytes(struct sl_arena *a, uint32_t n, struct sl_str *ret);
/* Length and bytes. */
void probe_answer(struct sl_str s);

#endif
