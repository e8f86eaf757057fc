/*
 * Constants in templates: numbers and quoted texts by the rules of Go's strconv. Private to
 * lang/template.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_LITERAL_H
#define LIBCOMMON_LANG_TEMPLATE_LITERAL_H

#include "libcommon/lang/template/lex.h"
#include "libcommon/lang/template/tree.h"

/* A NUMBER, COMPLEX or CHAR_CONSTANT token. NULL, or what is wrong with it, in the arena. */
const char *tmpl_number_parse(struct sl_arena *a, const struct tmpl_token *t,
			      struct tmpl_number *ret);
/* The text that a STRING or RAW_STRING token stands for. False when an escape is malformed. */
bool tmpl_unquote(struct sl_arena *a, struct sl_str quoted, struct sl_str *ret);
/* `s` in quotes as %q prints it, in the arena, NUL-terminated. */
const char *tmpl_quoted(struct sl_arena *a, struct sl_str s);

#endif
