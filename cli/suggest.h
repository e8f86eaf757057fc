/*
 * Did you mean …? The nearest of some known words.
 *
 * Thread rule: pure function.
 */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include "libcommon/base/strvec.h"

#define SL_CLI_SUGGEST_MAX 32 /* bytes: longer words are not compared */

/*
 * The known word that `word` is a beginning of, or else the one within two typing mistakes of it
 * (letters missing, added, changed, or two neighbours swapped), the nearest and first; or NULL. Case
 * does not count. Borrowed from `known`.
 */
const char *sl_cli_suggest(struct sl_str word, const struct sl_strvec *known);

#endif
