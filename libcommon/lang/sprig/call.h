/*
 * What the files of functions share: how a function hands back what it made.
 *
 * Thread rule: a call belongs to one rendering.
 */
#ifndef LIBCOMMON_LANG_SPRIG_CALL_H
#define LIBCOMMON_LANG_SPRIG_CALL_H

#include "libcommon/base/strbuf.h"
#include "libcommon/lang/sprig/define.h"
#include "libcommon/lang/sprig/sprig.h"

/* Room for what a function makes. */
#define SL_SPRIG_BUF(name) SL_STRBUF_ON_STACK(name, SL_SPRIG_TEXT_MAX)

/* The text as the result. SL_ERR_TOO_LARGE when it did not fit, or the rendering's memory is used up. */
int sl_sprig_text(struct sl_go_call *call, const struct sl_strbuf *text, struct sl_goval *ret,
		  struct sl_err *err) SL_MUST_CHECK;
/* 0, or SL_ERR_TOO_LARGE when the rendering's memory is used up. */
int sl_sprig_check(struct sl_go_call *call, struct sl_err *err) SL_MUST_CHECK;
/* 0, or SL_ERR_TOO_LARGE when a list of so many items would pass SL_SPRIG_ITEMS_MAX. */
int sl_sprig_check_items(uint64_t count, struct sl_err *err) SL_MUST_CHECK;

/* A list of that type. */
struct sl_goval sl_sprig_list(const struct sl_go_type *type, struct sl_go_list *l);
void sl_sprig_push_text(struct sl_arena *a, struct sl_go_list *l, struct sl_str s);

/* What Go says when nil is looked into. */
int sl_sprig_nil_panic(struct sl_err *err);

#endif
