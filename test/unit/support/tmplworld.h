/*
 * Templates with data in JSON and a handful of functions: those of functions() in
 * test/fuzz/template/main.go, which takes every kind of parameter. Shared by unit tests, the fuzz target
 * and test/tools/tmplprobe.c, so that what Go says of a case can be asked for.
 */
#ifndef TEST_UNIT_SUPPORT_TMPLWORLD_H
#define TEST_UNIT_SUPPORT_TMPLWORLD_H

#include "libcommon/lang/template/template.h"

/* An sl_tmpl_lookup_fn; `data` is not used. */
const struct sl_go_func *tmplworld_function(const void *data, struct sl_str name);

/*
 * Parse `text` as "main" and execute it with `data`. `out` gets what is written, and "\nerror: " and the
 * message if there is one.
 */
void tmplworld_render(struct sl_arena *a, enum sl_tmpl_missing missing, struct sl_str data,
		      struct sl_str text, const struct sl_tmpl_limits *limits,
		      struct sl_strbuf *out);

#endif
