/*
 * Whether a code point is of a general category of Unicode, by the table that \p{…} goes by.
 *
 * Thread rule: pure functions. Source: Unicode 15, as Go's package unicode has it.
 */
#ifndef LIBCOMMON_LANG_REGEX_CATEGORY_H
#define LIBCOMMON_LANG_REGEX_CATEGORY_H

#include <stdbool.h>
#include <stdint.h>

/* `category` is a name such as "Lu", "P" or "N", of those that \p{…} knows. */
bool sl_rune_is(uint32_t rune, const char *category);

#endif
