/*
 * What functions on lists share.
 *
 * Thread rule: a call belongs to one rendering.
 */
#ifndef LIBCOMMON_LANG_SPRIG_LIST_H
#define LIBCOMMON_LANG_SPRIG_LIST_H

#include "libcommon/lang/sprig/cast.h"

/*
 * 0 when `v` is a list of whatever type. Else SL_ERR_INVALID: what Go says of nil, or `text` with the kind
 * of `v` behind it ("Cannot push on type string").
 */
int sl_sprig_need_list(struct sl_goval v, const char *text, struct sl_err *err) SL_MUST_CHECK;
/* A []interface {} of items [from, to) of a list. */
struct sl_go_list *sl_sprig_items(struct sl_arena *a, struct sl_goval v, size_t from, size_t to);
/* Hand `l` back as a []interface {}. */
int sl_sprig_return(struct sl_go_call *call, struct sl_go_list *l, struct sl_goval *ret,
		    struct sl_err *err) SL_MUST_CHECK;

#endif
