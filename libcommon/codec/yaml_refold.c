#include "libcommon/codec/yaml_refold.h"

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/codec/yaml_resolve.h"
#include "libcommon/codec/yaml_scalar.h"

static bool is_blank(struct sl_str s, size_t at)
{
	return at < s.n && (s.p[at] == ' ' || s.p[at] == '\t');
}

/* How many line breaks stand at `at`. */
static size_t break_run(struct sl_str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && s.p[at + n] == '\n')
		n++;
	return n;
}

/* The emitter's question, meant for what follows a break but asked of the start of the text. */
static bool doubles_breaks(struct sl_str s)
{
	size_t n = break_run(s, 0);

	return n < s.n && !is_blank(s, n);
}

/* `n` breaks behind a line, as they are written: how many does the reader see? */
static size_t read_back(struct sl_str s, size_t at, size_t n, bool line_is_blank, bool doubles)
{
	bool last = at + n == s.n;
	size_t written = n + (!line_is_blank && doubles);

	if (last)
		return n == 1 ? 1 : written; /* one is clipped, more are kept */
	if (line_is_blank || is_blank(s, at + n))
		return written;
	return written - 1; /* the first one folds */
}

/* Text that the emitter cannot fold it puts into quotes, which change nothing. */
static bool stays_folded(struct sl_str s)
{
	size_t len;

	if (break_run(s, 0) == s.n || s.p[s.n - 1] == ' ')
		return false;
	for (size_t at = 0; at < s.n; at += len) {
		unsigned char c = (unsigned char)s.p[at];

		len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		if (c != '\t' && !sl_yaml_break_len(s, at) && !sl_yaml_is_printable(s, at))
			return false;
		if (c == ' ' && s.p[at + 1] == '\n')
			return false;
	}
	return true;
}

struct sl_str sl_yaml_refold(struct sl_arena *a, struct sl_str s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(2 * s.n + 1);
	bool doubles = doubles_breaks(s);
	size_t at = break_run(s, 0), n;

	if (!stays_folded(s))
		return s;
	sl_strbuf_addn(&b, '\n', at);
	while (at < s.n) {
		bool blank = is_blank(s, at);
		size_t from = at;

		while (at < s.n && s.p[at] != '\n')
			at++;
		sl_strbuf_adds(&b, sl_str_sub(s, from, at));
		n = break_run(s, at);
		if (n == 0)
			break;
		size_t breaks = read_back(s, at, n, blank, doubles);

		if (breaks > 0)
			sl_strbuf_addn(&b, '\n', breaks);
		else
			sl_strbuf_addc(&b, ' ');
		at += n;
	}
	return sl_arena_str(a, sl_strbuf_str(&b));
}

static void read_back_string(struct sl_arena *a, struct sl_value *v, bool flow)
{
	struct sl_yaml_scalar scalar;

	/* In brackets it is written in quotes, which change nothing. */
	if (v->folded && !flow)
		v->s = sl_yaml_refold(a, v->s);
	if (v->timestamp) {
		sl_yaml_resolve(v->s, SL_YAML_GO3, &scalar);
		if (scalar.type == SL_YAML_TIMESTAMP)
			v->s = sl_arena_str(a, sl_str(scalar.time));
	}
	v->folded = v->timestamp = false;
}

struct sl_value sl_yaml_plain_value(struct sl_arena *a, struct sl_str text)
{
	struct sl_yaml_scalar scalar;
	struct sl_value v = { .kind = SL_V_STRING };

	sl_yaml_resolve(text, SL_YAML_GO3, &scalar);
	sl_yaml_resolved_value(a, &scalar, &v);
	if (v.kind == SL_V_STRING) {
		v.s = sl_arena_str(a, text);
		v.timestamp = scalar.type == SL_YAML_TIMESTAMP;
	} else if (v.kind != SL_V_NUMBER) {
		v.written = sl_arena_str(a, text);
	}
	return v;
}

static void read_back_untyped(struct sl_arena *a, struct sl_value *v)
{
	struct sl_value read = sl_yaml_plain_value(a, v->s);

	read.file = v->file;
	read.line = v->line;
	v->untyped = false;
	if (!v->quoted)
		*v = read;
}

/* In brackets, no text at all is written as ''. */
static void read_back_null(struct sl_value *v, bool flow)
{
	if (!flow || v->written.n > 0)
		return;
	*v = (struct sl_value){ .kind = SL_V_STRING, .line = v->line, .file = v->file };
	v->s = SL_STR_NULL;
	v->quoted = true;
}

static void read_back_value(struct sl_arena *a, struct sl_value *v, bool flow)
{
	flow = flow || v->flow;
	if (v->kind == SL_V_STRING && v->untyped)
		read_back_untyped(a, v);
	if (v->kind == SL_V_NULL)
		read_back_null(v, flow);
	else if (v->kind == SL_V_STRING && (v->folded || v->timestamp))
		read_back_string(a, v, flow);
	for (size_t i = 0; i < sl_list_len(v); i++)
		read_back_value(a, v->list.items[i], flow);
	for (size_t i = 0; i < sl_map_len(v); i++)
		read_back_value(a, v->map.members[i].value, flow);
}

void sl_yaml_read_back(struct sl_arena *a, struct sl_value *v)
{
	read_back_value(a, v, false);
}
