#include "libcommon/codec/yaml_reader.h"

#include <math.h>
#include <stdio.h>

#include "libcommon/codec/base64.h"
#include "libcommon/codec/number.h"
#include "libcommon/codec/yaml_resolve.h"

#define TAG_PREFIX "tag:yaml.org,2002:"

/* Each byte that is not UTF-8 becomes U+FFFD, as Go's encoding/json writes it. */
static struct sl_str replace_invalid(struct sl_arena *a, struct sl_str s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(s.n * 3);

	if (sl_str_is_utf8(s))
		return sl_arena_str(a, s);
	for (size_t i = 0, len; i < s.n; i += len) {
		for (len = 1; len < 4 && i + len < s.n; len++)
			if (sl_str_is_utf8(sl_str_sub(s, i, i + len)))
				break;
		if (sl_str_is_utf8(sl_str_sub(s, i, i + len))) {
			sl_strbuf_adds(&b, sl_str_sub(s, i, i + len));
		} else {
			sl_strbuf_addz(&b, "\xef\xbf\xbd");
			len = 1;
		}
	}
	return sl_arena_str(a, sl_strbuf_str(&b));
}

static int decode_binary(struct sl_yaml_reader *y, struct sl_str s, struct sl_str *ret_s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(s.n);

	if (sl_base64_decode(s, &b, NULL) < 0)
		return sl_yaml_fail_here(y, SL_ERR_INVALID,
					 "!!binary value contains invalid base64 data");
	*ret_s = replace_invalid(y->a, sl_strbuf_str(&b));
	return 0;
}

/* The tag in its short form ("!!int"); empty without one. Foreign tags come back as they are. */
static struct sl_str event_tag(const struct sl_yaml_reader *y, char buf[32])
{
	struct sl_str tag = sl_str((const char *)y->event.data.scalar.tag);

	if (!sl_str_cut_prefix(&tag, SL_STR(TAG_PREFIX)) || tag.n > 16)
		return tag;
	return (struct sl_str){ buf, (size_t)snprintf(buf, 32, "!!%.*s", SL_STR_FMT(tag)) };
}

static bool wants_resolving(const struct sl_yaml_reader *y, struct sl_str tag)
{
	static const char *const typed[] = { "!!bool", "!!int", "!!float", "!!null",
					     "!!timestamp" };

	for (size_t i = 0; i < SL_ARRAY_LEN(typed); i++)
		if (sl_str_eqz(tag, typed[i]))
			return true;
	if (y->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	/* The non-specific tag "!" means text to go-yaml v2 and nothing to v3. */
	return !tag.n || (sl_str_eqz(tag, "!") && y->o.rules == SL_YAML_GO3);
}

/* Resolve the current scalar and hold the outcome against its tag. */
static int resolve_scalar(struct sl_yaml_reader *y, struct sl_str text, struct sl_yaml_scalar *ret)
{
	char buf[32];
	struct sl_str tag = event_tag(y, buf);

	ret->type = SL_YAML_STR;
	if (!wants_resolving(y, tag))
		return 0;
	sl_yaml_resolve(text, y->o.rules, ret);
	if (!tag.n || sl_str_eqz(tag, "!") || sl_str_eqz(tag, sl_yaml_tag_name(ret->type)))
		return 0;
	if (sl_str_eqz(tag, "!!float") && ret->type == SL_YAML_INT) {
		ret->type = SL_YAML_FLOAT;
		ret->f = (double)ret->i;
		return 0;
	}
	return sl_yaml_fail_here(y, SL_ERR_INVALID, "cannot decode %s `%.*s` as a %.*s",
				 sl_yaml_tag_name(ret->type), SL_STR_FMT(text), SL_STR_FMT(tag));
}

static int scalar_text(struct sl_yaml_reader *y, struct sl_str *ret_text)
{
	struct sl_str s = { (const char *)y->event.data.scalar.value, y->event.data.scalar.length };

	if (sl_str_eqz(sl_str((const char *)y->event.data.scalar.tag), TAG_PREFIX "binary"))
		return decode_binary(y, s, ret_text);
	*ret_text = sl_arena_str(y->a, s);
	return 0;
}

static int check_finite(struct sl_yaml_reader *y, double f)
{
	char buf[SL_NUMBER_TEXT_MAX];

	if (!isfinite(f) && y->o.go_messages)
		return sl_err_set(y->err, SL_ERR_INVALID, "json: unsupported value: %.*s",
				  SL_STR_FMT(sl_float_text(f, SL_FLOAT_G, buf)));
	if (!isfinite(f))
		return sl_yaml_fail_here(y, SL_ERR_INVALID, "unsupported value: %.*s",
					 SL_STR_FMT(sl_float_text(f, SL_FLOAT_G, buf)));
	return 0;
}

int sl_yaml_read_scalar(struct sl_yaml_reader *y, struct sl_value *v)
{
	struct sl_str text = { (const char *)y->event.data.scalar.value,
			       y->event.data.scalar.length };
	struct sl_yaml_scalar scalar;
	int r = resolve_scalar(y, text, &scalar);

	if (r < 0)
		return r;
	/* Before the payload, which shares the memory that a string would take. */
	if (scalar.type != SL_YAML_STR && text.n > 0)
		v->written = sl_arena_str(y->a, text);
	switch (scalar.type) {
	case SL_YAML_FLOAT:
		r = check_finite(y, scalar.f);
		sl_yaml_resolved_value(y->a, &scalar, v);
		break;
	case SL_YAML_NULL:
	case SL_YAML_BOOL:
	case SL_YAML_INT:
	case SL_YAML_UINT:
		sl_yaml_resolved_value(y->a, &scalar, v);
		break;
	case SL_YAML_TIMESTAMP:
		if (y->o.rules == SL_YAML_GO3 && !y->o.keep_marks)
			v->s = sl_arena_str(y->a, sl_str(scalar.time));
		else
			r = scalar_text(y, &v->s);
		v->quoted = v->folded = v->untyped = false;
		v->timestamp = y->o.keep_marks;
		break;
	case SL_YAML_STR:
		r = scalar_text(y, &v->s);
		v->quoted = y->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
		v->folded =
			y->o.keep_marks && y->event.data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
		v->timestamp = v->untyped = false;
		break;
	}
	return r;
}

/*
 * The text that a key of another type becomes. go-yaml v3 leaves it as it is written. What has no text in
 * JSON is refused once its value is known, which the message has.
 */
static int key_text(struct sl_yaml_reader *y, const struct sl_yaml_scalar *scalar,
		    struct sl_str written, yaml_mark_t mark, struct sl_yaml_pending *ret)
{
	char buf[SL_NUMBER_TEXT_MAX];
	struct sl_str s;

	ret->m.key = written;
	if (scalar->type == SL_YAML_NULL && !y->o.go_messages)
		return sl_yaml_fail_at(y, SL_ERR_INVALID, sl_yaml_line(y, mark), mark.column + 1,
				       "null cannot be a key");
	if (y->o.rules == SL_YAML_GO3)
		return 0;
	switch (scalar->type) {
	case SL_YAML_NULL:
		ret->refused = "%!s(<nil>), key: <nil>";
		break;
	case SL_YAML_BOOL:
		ret->m.key = scalar->b ? SL_STR("true") : SL_STR("false");
		break;
	case SL_YAML_INT:
		ret->m.key = sl_str(sl_arena_printf(y->a, "%lld", (long long)scalar->i));
		break;
	case SL_YAML_UINT:
		ret->m.key = sl_str(sl_arena_printf(y->a, "%llu", (unsigned long long)scalar->u));
		if (y->o.go_messages)
			ret->refused = sl_arena_printf(y->a, "uint64, key: 0x%llx",
						       (unsigned long long)scalar->u);
		break;
	case SL_YAML_FLOAT:
		s = sl_float_text(scalar->f, SL_FLOAT_G32, buf);
		if (!isfinite(scalar->f))
			s = sl_str(isnan(scalar->f) ? ".nan" : scalar->f > 0 ? ".inf" : "-.inf");
		ret->m.key = sl_arena_str(y->a, s);
		break;
	case SL_YAML_STR:
	case SL_YAML_TIMESTAMP:
		break;
	}
	return 0;
}

static bool is_merge(const struct sl_yaml_reader *y, struct sl_str text)
{
	return sl_str_eq(text, SL_STR("<<")) &&
	       (y->event.data.scalar.plain_implicit ||
		sl_str_eqz(sl_str((const char *)y->event.data.scalar.tag), TAG_PREFIX "merge"));
}

int sl_yaml_read_key(struct sl_yaml_reader *y, struct sl_yaml_pending *ret)
{
	struct sl_str text = { (const char *)y->event.data.scalar.value,
			       y->event.data.scalar.length };
	struct sl_yaml_scalar scalar;
	struct sl_str written;
	int r = resolve_scalar(y, text, &scalar);

	if (r == 0)
		r = scalar_text(y, &written);
	if (r == 0)
		r = key_text(y, &scalar, written, y->event.start_mark, ret);
	if (r == 0)
		ret->merge = is_merge(y, text);
	return r;
}

int sl_yaml_read_alias_key(struct sl_yaml_reader *y, const struct sl_value *v, yaml_mark_t mark,
			   struct sl_yaml_pending *ret)
{
	struct sl_str written = sl_is_str(v) || v->kind == SL_V_NUMBER ? v->s : v->written;
	struct sl_yaml_scalar scalar = { .type = SL_YAML_STR };

	if (!sl_is_str(v))
		sl_yaml_resolve(written, y->o.rules, &scalar);
	return key_text(y, &scalar, written, mark, ret);
}
