#include "libcommon/kube/watch_stream.h"

#include "libcommon/codec/json.h"
#include "libcommon/codec/json_skim.h"

#define KEEP_BYTES 65536 /* of memory, for the next part of a line */

void sl_lines_release(struct sl_lines *l)
{
	sl_strbuf_release(&l->part);
}

void sl_lines_reset(struct sl_lines *l)
{
	if (l->part.cap > KEEP_BYTES)
		sl_strbuf_release(&l->part);
	else
		sl_strbuf_reset(&l->part);
}

static bool deliver(struct sl_lines *l, struct sl_str line)
{
	sl_str_cut_suffix(&line, SL_STR("\r"));
	return !line.n || l->on_line(l, line);
}

/* `end` completes the line whose part is kept, if there is one. */
static bool deliver_with_part(struct sl_lines *l, struct sl_str end)
{
	bool go_on;

	if (!l->part.n)
		return deliver(l, end);
	sl_strbuf_adds(&l->part, end);
	if (l->part.failed)
		return true; /* reported by the caller */
	go_on = deliver(l, sl_strbuf_str(&l->part));
	sl_lines_reset(l);
	return go_on;
}

int sl_lines_feed(struct sl_lines *l, struct sl_str bytes, struct sl_err *err)
{
	ptrdiff_t end;

	while (!l->part.failed && (end = sl_str_chr(bytes, '\n')) >= 0) {
		if (!deliver_with_part(l, sl_str_sub(bytes, 0, (size_t)end)))
			return sl_err_set(err, SL_ERR_CANCELED, "the watch was given up");
		bytes = sl_str_sub(bytes, (size_t)end + 1, bytes.n);
	}
	sl_strbuf_adds(&l->part, bytes);
	return sl_strbuf_check(&l->part, "an event of the watch", err);
}

static const struct {
	struct sl_str name;
	enum sl_watch_line line;
	enum sl_watch_event event;
} types[] = {
	{ SL_STR("ADDED"), SL_WATCH_LINE_OBJECT, SL_WATCH_ADDED },
	{ SL_STR("MODIFIED"), SL_WATCH_LINE_OBJECT, SL_WATCH_MODIFIED },
	{ SL_STR("DELETED"), SL_WATCH_LINE_OBJECT, SL_WATCH_DELETED },
	{ SL_STR("BOOKMARK"), SL_WATCH_LINE_BOOKMARK, SL_WATCH_ADDED },
	{ SL_STR("ERROR"), SL_WATCH_LINE_ERROR, SL_WATCH_ADDED },
};

int sl_watch_parse(struct sl_arena *a, struct sl_str line, bool managed_fields,
		   enum sl_watch_line *ret_line, enum sl_watch_event *ret_event,
		   struct sl_value **ret_object, struct sl_err *err)
{
	static const char *const path[] = { "object", "metadata", "managedFields", NULL };
	const struct sl_json_limits limits = { .bytes = SL_WATCH_LINE_MAX,
					       .allow_duplicates = true,
					       .skip = managed_fields ? NULL : path };
	struct sl_value *v, *object;
	struct sl_str type;
	int r = sl_json_parse(a, line, &limits, &v, err);

	if (r < 0) {
		sl_err_wrap(err, "an event of the watch");
		return r;
	}
	type = sl_get_str(v, "type");
	object = sl_get(v, "object");
	if (!sl_is_map(object))
		return sl_err_set(err, SL_ERR_INVALID, "an event of the watch has no object");
	for (size_t i = 0; i < SL_ARRAY_LEN(types); i++) {
		if (!sl_str_eq(types[i].name, type))
			continue;
		*ret_line = types[i].line;
		*ret_event = types[i].event;
		*ret_object = object;
		return 0;
	}
	return sl_err_set(err, SL_ERR_INVALID, "an event of the watch has an unknown type");
}

/* At the metadata: what is wanted of it. */
static bool skim_metadata(struct sl_json_skim *s, struct sl_watch_state *ret)
{
	const struct {
		struct sl_str key, *ret_text;
	} wanted[] = {
		{ SL_STR("namespace"), &ret->namespace_ },
		{ SL_STR("name"), &ret->name },
		{ SL_STR("resourceVersion"), &ret->resource_version },
	};
	enum sl_skim next;
	struct sl_str key;
	bool ok = sl_json_skim_enter(s);

	while (ok && (next = sl_json_skim_next(s, &key)) == SL_SKIM_MEMBER) {
		size_t i = 0;

		while (i < SL_ARRAY_LEN(wanted) && !sl_str_eq(key, wanted[i].key))
			i++;
		ok = i < SL_ARRAY_LEN(wanted) ? sl_json_skim_string(s, wanted[i].ret_text)
					      : sl_json_skim_pass(s);
	}
	return ok && next == SL_SKIM_END && ret->name.n && ret->resource_version.n;
}

/* To the value of this member of the object at hand. */
static bool skim_to(struct sl_json_skim *s, struct sl_str wanted)
{
	struct sl_str key;
	bool ok = sl_json_skim_enter(s);

	while (ok && sl_json_skim_next(s, &key) == SL_SKIM_MEMBER) {
		if (sl_str_eq(key, wanted))
			return true;
		ok = sl_json_skim_pass(s);
	}
	return false;
}

bool sl_watch_skim(struct sl_str line, struct sl_watch_state *ret_state)
{
	struct sl_json_skim s = SL_JSON_SKIM_INIT(line);
	struct sl_str key, type;

	*ret_state = (struct sl_watch_state){ 0 };
	/* The type comes first: what comes behind the metadata is not looked at. */
	return skim_to(&s, SL_STR("type")) && sl_json_skim_string(&s, &type) &&
	       sl_str_eq(type, SL_STR("MODIFIED")) &&
	       sl_json_skim_next(&s, &key) == SL_SKIM_MEMBER && sl_str_eq(key, SL_STR("object")) &&
	       skim_to(&s, SL_STR("metadata")) && skim_metadata(&s, ret_state);
}
