/* Answers of a Git server; the first byte chooses which: advertisement, ls-refs, fetch in v2 or v0. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/net/git_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count_bytes(void *ctx, const void *p, size_t size, struct sl_err *err)
{
	size_t *total = ctx;

	(void)p;
	(void)err;
	*total += size;
	return 0;
}

static int parse(struct sl_str text, struct sl_pktline_sink *sink)
{
	SL_AUTO(sl_pktline) p = SL_PKTLINE_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int r = sl_pktline_feed(&p, text, sink, &err);

	if (r < 0 && (!err.message || strpbrk(err.message, "\r\n\033")))
		abort();
	return r;
}

static void check_refs(const struct sl_git_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++)
		if (!sl_git_ref_name_ok(sl_str(refs->items[i].name)) || !refs->items[i].oid.hex[0])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_git_remote remote = { .version = -1 };
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	struct sl_git_advertisement advertisement = sl_git_advertisement(&remote);
	struct sl_git_ref_lines lines = sl_git_ref_lines(&refs);
	size_t total = 0;
	struct sl_git_fetch_answer answer;
	struct sl_str text;

	if (!size)
		return 0;
	text = (struct sl_str){ (const char *)data + 1, size - 1 };
	answer = sl_git_fetch_answer(data[0] & 4, (struct sl_sink){ count_bytes, &total });
	if ((data[0] & 3) == 0)
		parse(text, &advertisement.sink);
	else if ((data[0] & 3) == 1)
		parse(text, &lines.sink);
	else if (parse(text, &answer.sink) == 0 && sl_git_fetch_answer_check(&answer, NULL) == 0 &&
		 total > size)
		abort();
	check_refs(&remote.v0_refs);
	check_refs(&refs);
	sl_git_refs_release(&remote.v0_refs);
	return 0;
}
