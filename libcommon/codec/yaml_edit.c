#include "libcommon/codec/yaml_edit.h"

#include <string.h>
#include <yaml.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"

struct editor {
	yaml_parser_t parser;
	struct sl_str text;
	size_t chars, bytes; /* of the text, that have been copied */
	size_t flow;	     /* depth of {} and [] */
	struct sl_strbuf *out;
};

/* libyaml counts characters. */
static void copy_until(struct editor *e, size_t chars)
{
	size_t from = e->bytes;

	while (e->chars < chars && e->bytes < e->text.n) {
		e->bytes++;
		while (e->bytes < e->text.n && ((unsigned char)e->text.p[e->bytes] & 0xc0) == 0x80)
			e->bytes++;
		e->chars++;
	}
	sl_strbuf_add(e->out, e->text.p + from, e->bytes - from);
}

static void skip_until(struct editor *e, size_t chars)
{
	size_t n = e->out->n;

	copy_until(e, chars);
	sl_strbuf_truncate(e->out, n);
}

static bool has_break(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static void write_single(struct sl_str s, struct sl_strbuf *out)
{
	sl_strbuf_addc(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		sl_strbuf_addc(out, s.p[i]);
		if (s.p[i] == '\'')
			sl_strbuf_addc(out, '\'');
	}
	sl_strbuf_addc(out, '\'');
}

/* As go-yaml writes it, or in double quotes where braces around it forbid that. */
static int write_plain(const struct editor *e, const struct sl_value *v)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_YAML_BYTES_MAX);
	bool text = sl_is_str(v);

	if (!text && v->kind != SL_V_NUMBER && v->written.n > 0) {
		sl_strbuf_adds(e->out, v->written);
		return 0;
	}
	sl_yaml_write(v, SL_YAML_PLAIN, &b);
	if (b.n > 0 && b.p[b.n - 1] == '\n')
		sl_strbuf_truncate(&b, b.n - 1);
	if (memchr(b.p, '\n', b.n))
		return SL_ERR_UNSUPPORTED;
	if (text && e->flow > 0 && strpbrk(b.p, ",[]{}"))
		sl_json_quote(v->s, e->out);
	else
		sl_strbuf_adds(e->out, sl_strbuf_str(&b));
	return 0;
}

static int write_scalar(const struct editor *e, const struct sl_value *v, yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		if (!sl_is_str(v) || has_break(v->s))
			return SL_ERR_UNSUPPORTED;
		write_single(v->s, e->out);
		return 0;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		if (!sl_is_str(v))
			return SL_ERR_UNSUPPORTED;
		sl_json_quote(v->s, e->out);
		return 0;
	case YAML_PLAIN_SCALAR_STYLE:
		return write_plain(e, v);
	case YAML_ANY_SCALAR_STYLE:
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE:
		break;
	}
	return SL_ERR_UNSUPPORTED;
}

static bool is_scalar(const struct sl_value *v)
{
	return v && !sl_is_map(v) && !sl_is_list(v);
}

static int edit_scalar(struct editor *e, const yaml_event_t *event, const struct sl_value *before,
		       const struct sl_value *after)
{
	if (event->data.scalar.anchor || event->data.scalar.tag || !is_scalar(before) ||
	    !is_scalar(after))
		return SL_ERR_UNSUPPORTED;
	if (before->kind == after->kind && sl_value_equal(before, after))
		return 0;
	/* A value that was left out has no place of its own. */
	if (event->start_mark.index == event->end_mark.index)
		return SL_ERR_UNSUPPORTED;
	copy_until(e, event->start_mark.index);
	skip_until(e, event->end_mark.index);
	return write_scalar(e, after, event->data.scalar.style);
}

static int edit_node(struct editor *e, const struct sl_value *before, const struct sl_value *after);

/* Read an event that must be of this type, and forget it. */
static int expect(struct editor *e, yaml_event_type_t type)
{
	yaml_event_t event;

	if (!yaml_parser_parse(&e->parser, &event))
		return SL_ERR_UNSUPPORTED;
	bool is = event.type == type && !(type == YAML_SCALAR_EVENT && event.data.scalar.anchor);

	yaml_event_delete(&event);
	return is ? 0 : SL_ERR_UNSUPPORTED;
}

static int edit_list(struct editor *e, const struct sl_value *before, const struct sl_value *after)
{
	int r = sl_is_list(before) && sl_is_list(after) && before->list.n == after->list.n
			? 0
			: SL_ERR_UNSUPPORTED;

	for (size_t i = 0; r == 0 && i < before->list.n; i++)
		r = edit_node(e, before->list.items[i], after->list.items[i]);
	return r == 0 ? expect(e, YAML_SEQUENCE_END_EVENT) : r;
}

static int edit_map(struct editor *e, const struct sl_value *before, const struct sl_value *after)
{
	int r = sl_is_map(before) && sl_is_map(after) && before->map.n == after->map.n
			? 0
			: SL_ERR_UNSUPPORTED;

	for (size_t i = 0; r == 0 && i < before->map.n; i++) {
		if (!sl_str_eq(before->map.members[i].key, after->map.members[i].key))
			return SL_ERR_UNSUPPORTED;
		r = expect(e, YAML_SCALAR_EVENT);
		if (r == 0)
			r = edit_node(e, before->map.members[i].value, after->map.members[i].value);
	}
	return r == 0 ? expect(e, YAML_MAPPING_END_EVENT) : r;
}

static int edit_node(struct editor *e, const struct sl_value *before, const struct sl_value *after)
{
	yaml_event_t event;
	int r = SL_ERR_UNSUPPORTED;
	bool flow = false;

	if (!yaml_parser_parse(&e->parser, &event))
		return r;
	if (event.type == YAML_SCALAR_EVENT) {
		r = edit_scalar(e, &event, before, after);
	} else if (event.type == YAML_SEQUENCE_START_EVENT && !event.data.sequence_start.anchor) {
		flow = event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
		e->flow += flow;
		r = edit_list(e, before, after);
	} else if (event.type == YAML_MAPPING_START_EVENT && !event.data.mapping_start.anchor) {
		flow = event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
		e->flow += flow;
		r = edit_map(e, before, after);
	}
	e->flow -= flow;
	yaml_event_delete(&event);
	return r;
}

int sl_yaml_edit(struct sl_str text, const struct sl_value *before, const struct sl_value *after,
		 struct sl_strbuf *out)
{
	struct editor e = { .text = text, .out = out };
	size_t n = out->n;

	if (!yaml_parser_initialize(&e.parser))
		return SL_ERR_UNSUPPORTED;
	yaml_parser_set_encoding(&e.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&e.parser, (const unsigned char *)text.p, text.n);
	int r = expect(&e, YAML_STREAM_START_EVENT);

	if (r == 0)
		r = expect(&e, YAML_DOCUMENT_START_EVENT);
	if (r == 0)
		r = edit_node(&e, before, after);
	if (r == 0)
		copy_until(&e, text.n);
	yaml_parser_delete(&e.parser);
	if (r < 0)
		sl_strbuf_truncate(out, n);
	return r;
}
