/* Private to lang/regex: simple case folding. Pure. */
#ifndef LIBCOMMON_LANG_REGEX_FOLD_H
#define LIBCOMMON_LANG_REGEX_FOLD_H

#include <stdint.h>

/* The next code point of those that are equal to `rune` but for case, in a circle; often itself. */
uint32_t sl_regex_fold_next(uint32_t rune);

#endif
