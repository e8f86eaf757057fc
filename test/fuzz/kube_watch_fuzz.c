/*
 * A watch's bytes, cut at places that the first byte decides: the same lines as in one piece, and
 * every line an event or an error; what is skimmed is what is read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/json.h"
#include "libcommon/kube/watch_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct recorder {
	struct sl_lines lines;
	struct sl_strbuf text;
};

/* What is seen at a glance is what reading shows, in all that is JSON without duplicate keys. */
static void check_skim(struct sl_str line)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_watch_state state;
	struct sl_value *v;
	const struct sl_value *object;

	if (!sl_watch_skim(line, &state) || sl_json_parse(&a, line, NULL, &v, NULL) < 0)
		return;
	object = sl_get(v, "object");
	if (!sl_str_eqz(sl_get_str(v, "type"), "MODIFIED") ||
	    !sl_str_eq(state.name, sl_obj_name(object)) ||
	    !sl_str_eq(state.namespace_, sl_obj_namespace(object)) ||
	    !sl_str_eq(state.resource_version, sl_obj_resource_version(object)))
		abort();
}

static bool on_line(struct sl_lines *l, struct sl_str line)
{
	struct recorder *r = SL_CONTAINER_OF(l, struct recorder, lines);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	enum sl_watch_line what;
	enum sl_watch_event event;
	struct sl_value *object;

	if (!line.n || memchr(line.p, '\n', line.n))
		abort();
	if (sl_watch_parse(&a, line, false, &what, &event, &object, &err) == 0 &&
	    !sl_is_map(object))
		abort();
	check_skim(line);
	sl_strbuf_adds(&r->text, line);
	sl_strbuf_addc(&r->text, '\n');
	return true;
}

static void feed(struct recorder *r, struct sl_str bytes, size_t step)
{
	for (size_t i = 0; i < bytes.n; i += step)
		if (sl_lines_feed(&r->lines, sl_str_sub(bytes, i, i + step), NULL) < 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recorder whole = { SL_LINES_INIT(on_line), SL_STRBUF_INIT((size_t)1 << 26) };
	struct recorder cut = { SL_LINES_INIT(on_line), SL_STRBUF_INIT((size_t)1 << 26) };

	if (!size || size > 1 << 20)
		return 0;
	feed(&whole, (struct sl_str){ (const char *)data + 1, size - 1 }, size);
	feed(&cut, (struct sl_str){ (const char *)data + 1, size - 1 }, (size_t)data[0] + 1);
	if (!sl_str_eq(sl_strbuf_str(&whole.text), sl_strbuf_str(&cut.text)))
		abort();
	sl_lines_release(&whole.lines);
	sl_lines_release(&cut.lines);
	sl_strbuf_release(&whole.text);
	sl_strbuf_release(&cut.text);
	return 0;
}
