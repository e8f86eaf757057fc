#include <stdarg.h>
#include <string.h>

#include "libcommon/lang/jsonschema/priv.h"
#include "libcommon/codec/goquote.h"

#define TEXT_MAX_BYTES ((size_t)64 << 20)

/* Go's %q with the quotes turned. */
void sl_js_quote(struct sl_str s, struct sl_strbuf *out)
{
	SL_AUTO(sl_strbuf) q = SL_STRBUF_INIT(TEXT_MAX_BYTES);

	sl_strbuf_add_goquoted(&q, s);
	sl_strbuf_addc(out, '\'');
	for (size_t i = 1; i + 1 < q.n; i++) {
		if (q.p[i] == '\\' && q.p[i + 1] == '"')
			continue;
		if (q.p[i] == '\'')
			sl_strbuf_addc(out, '\\');
		sl_strbuf_addc(out, q.p[i]);
		/* The second of two backslashes begins nothing. */
		if (q.p[i] == '\\' && q.p[i + 1] == '\\')
			sl_strbuf_addc(out, q.p[++i]);
	}
	sl_strbuf_addc(out, '\'');
}

struct sl_str sl_js_quoted(struct sl_arena *a, struct sl_str s)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TEXT_MAX_BYTES);

	sl_js_quote(s, &text);
	return sl_arena_str(a, sl_strbuf_str(&text));
}

struct sl_str sl_js_format(struct sl_arena *a, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TEXT_MAX_BYTES);
	va_list ap;

	va_start(ap, fmt);
	sl_strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	return sl_arena_str(a, sl_strbuf_str(&text));
}

struct sl_str sl_js_pointer(struct sl_arena *a, struct sl_str pointer, struct sl_str token)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TEXT_MAX_BYTES);

	sl_strbuf_adds(&text, pointer);
	sl_strbuf_addc(&text, '/');
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] == '~')
			sl_strbuf_addz(&text, "~0");
		else if (token.p[i] == '/')
			sl_strbuf_addz(&text, "~1");
		else
			sl_strbuf_addc(&text, token.p[i]);
	}
	return sl_arena_str(a, sl_strbuf_str(&text));
}

struct sl_str sl_js_pointer_index(struct sl_arena *a, struct sl_str pointer, size_t index)
{
	return sl_js_format(a, "%.*s/%zu", SL_STR_FMT(pointer), index);
}

void sl_js_error_push(struct sl_arena *a, struct sl_js_error *to, struct sl_js_error *cause)
{
	to->causes =
		sl_arena_grow(a, to->causes, to->cause_count, &to->cause_cap, sizeof(*to->causes));
	to->causes[to->cause_count++] = cause;
}

static void add_error(const struct sl_js_error *e, size_t indent, struct sl_strbuf *out)
{
	/* A reference with one cause says nothing more than it. */
	if (e->kind != SL_JS_REFERENCE || e->cause_count != 1) {
		sl_strbuf_addc(out, '\n');
		sl_strbuf_addn(out, ' ', 2 * indent);
		sl_strbuf_addz(out, "- at ");
		sl_js_quote(e->place, out);
		sl_strbuf_addz(out, ": ");
		sl_strbuf_adds(out, e->text);
		indent++;
	}
	for (size_t i = 0; i < e->cause_count && !out->failed; i++)
		add_error(e->causes[i], indent, out);
}

void sl_js_error_text(const struct sl_js_error *e, struct sl_str location, struct sl_strbuf *out)
{
	sl_strbuf_addz(out, "jsonschema validation failed with ");
	sl_js_quote(location, out);
	if (e->kind != SL_JS_GROUP) {
		add_error(e, 0, out);
		return;
	}
	for (size_t i = 0; i < e->cause_count && !out->failed; i++)
		add_error(e->causes[i], 0, out);
}
