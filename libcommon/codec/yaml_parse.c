#include "libcommon/codec/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "libcommon/codec/yaml_reader.h"

int sl_yaml_fail_at(struct sl_yaml_reader *y, enum sl_err_code code, size_t line, size_t column,
		    const char *fmt, ...)
{
	SL_AUTO_FREE char *what = NULL;
	va_list ap;

	if (!y->err)
		return code;
	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (y->o.go_messages)
		sl_err_set(y->err, code, "yaml: %s", what);
	else
		sl_err_set(y->err, code, "line %zu: %s", line, what);
	sl_err_at(y->err, y->o.file, (uint32_t)line, NULL);
	y->err->origin.column = (uint32_t)column;
	return code;
}

/* The line that go-yaml v2 names: the parser's lines count from 0 there; 0 is not named. */
static size_t go_line(const yaml_parser_t *p)
{
	if (p->error == YAML_READER_ERROR)
		return 0;
	if (p->problem_mark.line)
		return p->problem_mark.line + (p->error == YAML_SCANNER_ERROR);
	return p->context_mark.line;
}

/* The reader knows only an offset; the scanner and the parser know a mark. */
static int fail_syntax(struct sl_yaml_reader *y)
{
	const yaml_parser_t *p = &y->yaml;
	const char *problem = p->problem ? p->problem : "unknown problem";
	size_t line = sl_yaml_line(y, p->problem_mark), column = p->problem_mark.column + 1;

	y->syntax_failed = true;
	if (p->error == YAML_MEMORY_ERROR)
		return sl_yaml_fail_at(y, SL_ERR_TOO_LARGE, sl_yaml_line(y, p->mark),
				       p->mark.column + 1, "YAML needs more memory than allowed");
	if (p->error == YAML_READER_ERROR) {
		line = y->o.lines_before + 1;
		column = 1;
		for (size_t i = 0; i < p->problem_offset && i < y->text.n; i++) {
			column++;
			if (y->text.p[i] == '\n') {
				line++;
				column = 1;
			}
		}
	}
	if (y->o.go_messages && go_line(p) > 0)
		return sl_yaml_fail_at(y, SL_ERR_INVALID, line, column, "line %zu: %s", go_line(p),
				       problem);
	return sl_yaml_fail_at(y, SL_ERR_INVALID, line, column, "%s", problem);
}

static int next_event(struct sl_yaml_reader *y)
{
	if (y->is_plain) {
		sl_yaml_plain_next(y);
		return 0;
	}
	yaml_event_delete(&y->event);
	if (!yaml_parser_parse(&y->yaml, &y->event))
		return fail_syntax(y);
	return 0;
}

/* One more node: counted, capped, with its position. */
static int new_node(struct sl_yaml_reader *y, enum sl_value_kind kind, struct sl_value **ret_value)
{
	struct sl_value *v;

	if (++y->nodes > y->o.nodes)
		return sl_yaml_fail_here(y, SL_ERR_TOO_LARGE, "more than %zu nodes", y->o.nodes);
	if (sl_arena_full(y->a))
		return sl_yaml_fail_here(y, SL_ERR_TOO_LARGE,
					 "YAML needs more memory than allowed");
	v = sl_arena_new(y->a, struct sl_value);
	v->kind = kind;
	v->line = (uint32_t)sl_yaml_line(y, y->event.start_mark);
	v->file = y->o.file;
	*ret_value = v;
	return 0;
}

/* A tree of its own, but for the text of strings, which nobody writes to. */
static struct sl_value *expand(struct sl_yaml_reader *y, const struct sl_value *v)
{
	struct sl_value *to = sl_arena_new(y->a, struct sl_value);
	struct sl_member *members;
	size_t n;

	*to = *v;
	if (v->kind == SL_V_LIST && v->list.n) {
		n = to->list.cap = v->list.n;
		to->list.items = sl_arena_array(y->a, n, sizeof(to->list.items[0]));
		for (size_t i = 0; i < n; i++)
			to->list.items[i] = expand(y, v->list.items[i]);
	} else if (v->kind == SL_V_MAP && v->map.n) {
		n = v->map.n;
		members = sl_arena_array(y->a, n, sizeof(*members));
		for (size_t i = 0; i < n; i++) {
			members[i] = v->map.members[i];
			members[i].value = expand(y, members[i].value);
		}
		(void)sl_map_adopt(y->a, to, members, n);
	}
	return to;
}

static int parse_alias(struct sl_yaml_reader *y, struct sl_value **ret_value)
{
	struct sl_str name = sl_str((const char *)y->event.data.alias.anchor);
	const struct sl_yaml_anchor *anchor = sl_strmap_get(&y->anchors, name);

	y->syntax_failed = !anchor;
	if (!anchor)
		return sl_yaml_fail_here(y, SL_ERR_INVALID, "unknown anchor '%.*s' referenced",
					 SL_STR_FMT(name));
	if (!anchor->value)
		return sl_yaml_fail_here(y, SL_ERR_INVALID, "anchor '%.*s' value contains itself",
					 SL_STR_FMT(name));
	if (anchor->nodes > y->o.nodes - y->nodes || sl_arena_full(y->a))
		return sl_yaml_fail_here(y, SL_ERR_TOO_LARGE,
					 "document contains excessive aliasing");
	if (anchor->height > y->o.depth - y->depth)
		return sl_yaml_fail_here(y, SL_ERR_TOO_LARGE, "nested too deeply");
	if (y->depth + anchor->height > y->deepest)
		y->deepest = y->depth + anchor->height;
	y->nodes += anchor->nodes;
	*ret_value = expand(y, anchor->value);
	return next_event(y);
}

static int parse_scalar(struct sl_yaml_reader *y, struct sl_value **ret_value)
{
	struct sl_value *v = NULL;
	int r = new_node(y, SL_V_STRING, &v);

	if (r == 0)
		r = sl_yaml_read_scalar(y, v);
	if (r < 0)
		return r;
	*ret_value = v;
	return next_event(y);
}

static void add_anchor(struct sl_yaml_reader *y, const char *name, struct sl_yaml_anchor *anchor)
{
	sl_strmap_set(&y->anchors, sl_str(name), anchor);
}

static int parse_scalar_key(struct sl_yaml_reader *y, struct sl_yaml_pending *ret_key)
{
	const char *name = (const char *)y->event.data.scalar.anchor;
	struct sl_yaml_anchor *anchor;
	int r = sl_yaml_read_key(y, ret_key);

	if (r == 0 && name) {
		anchor = sl_arena_new(y->a, struct sl_yaml_anchor);
		anchor->nodes = 1;
		r = new_node(y, SL_V_STRING, &anchor->value);
		if (r == 0)
			r = sl_yaml_read_scalar(y, anchor->value);
		add_anchor(y, name, anchor);
	}
	return r < 0 ? r : next_event(y);
}

static int parse_node(struct sl_yaml_reader *y, struct sl_value **ret_value);

/* A list or a map as a key, as Go's %#v prints it: "{{ .Values.x }}" is read as a map with such a one. */
static int fail_key(struct sl_yaml_reader *y, const struct sl_value *key, yaml_mark_t mark)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_YAML_BYTES_MAX);
	size_t line = sl_yaml_line(y, mark), column = mark.column + 1;

	if (!y->o.go_messages)
		return sl_yaml_fail_at(y, SL_ERR_INVALID, line, column, "a %s cannot be a key",
				       sl_is_map(key) ? "map" : "list");
	sl_yaml_add_go_syntax(key, &b);
	return sl_yaml_fail_at(y, SL_ERR_INVALID, line, column, "invalid map key: %s", b.p);
}

static int parse_key(struct sl_yaml_reader *y, struct sl_yaml_pending *ret_key)
{
	yaml_mark_t mark = y->event.start_mark;
	struct sl_value *v = NULL;
	int r;

	*ret_key = (struct sl_yaml_pending){ .m.line = (uint32_t)sl_yaml_line(y, mark) };
	if (y->event.type == YAML_SCALAR_EVENT)
		return parse_scalar_key(y, ret_key);
	r = parse_node(y, &v);
	if (r < 0 || !v)
		return r;
	if (sl_is_map(v) || sl_is_list(v))
		return fail_key(y, v, mark);
	return sl_yaml_read_alias_key(y, v, mark, ret_key);
}

/* What sigs.k8s.io/yaml says of a key that JSON has no text for; `value` is of that key. */
static int fail_unsupported(struct sl_yaml_reader *y, const struct sl_yaml_pending *key)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_YAML_BYTES_MAX);
	const struct sl_value *value = key->m.value;
	int r;

	if (sl_is_null(value))
		sl_strbuf_addz(&b, "<nil>");
	else
		sl_yaml_add_go_syntax(value, &b);
	r = sl_err_set(y->err, SL_ERR_INVALID, "unsupported map key of type: %s, value: %s",
		       key->refused, b.p);
	sl_err_at(y->err, y->o.file, key->m.line, NULL);
	return r;
}

static void push(struct sl_yaml_reader *y, const struct sl_yaml_pending *item)
{
	y->stack = sl_grow(y->stack, y->n, &y->cap, sizeof(*y->stack));
	y->stack[y->n++] = *item;
}

static int parse_list(struct sl_yaml_reader *y, struct sl_value *list)
{
	size_t base = y->n, n;
	int r = next_event(y);

	while (r == 0 && y->event.type != YAML_SEQUENCE_END_EVENT) {
		struct sl_yaml_pending item = { .merge = false };

		r = parse_node(y, &item.m.value);
		if (r == 0)
			push(y, &item);
	}
	if (r < 0)
		return r;
	n = y->n - base;
	list->list.n = list->list.cap = n;
	list->list.items = sl_arena_array(y->a, n, sizeof(list->list.items[0]));
	for (size_t i = 0; i < n; i++)
		list->list.items[i] = y->stack[base + i].m.value;
	y->n = base;
	return next_event(y);
}

static int parse_map(struct sl_yaml_reader *y, struct sl_value *map)
{
	size_t base = y->n;
	int r = next_event(y);

	while (r == 0 && y->event.type != YAML_MAPPING_END_EVENT) {
		struct sl_yaml_pending item;

		r = parse_key(y, &item);
		if (r < 0)
			break;
		r = parse_node(y, &item.m.value);
		if (r == 0 && item.refused)
			r = fail_unsupported(y, &item);
		if (r == 0)
			push(y, &item);
	}
	if (r == 0)
		r = sl_yaml_read_map(y, map, base);
	return r < 0 ? r : next_event(y);
}

static bool is_flow(const yaml_event_t *e)
{
	return e->type == YAML_MAPPING_START_EVENT
		       ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
		       : e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
}

static int parse_container(struct sl_yaml_reader *y, bool is_map, struct sl_value **ret_value)
{
	bool flow = is_flow(&y->event);
	struct sl_value *v = NULL;
	int r;

	if (y->depth == y->o.depth)
		return sl_yaml_fail_here(y, SL_ERR_TOO_LARGE, "nested too deeply");
	r = new_node(y, is_map ? SL_V_MAP : SL_V_LIST, &v);
	if (!v)
		return r;
	y->depth++;
	v->flow = flow;
	if (y->depth > y->deepest)
		y->deepest = y->depth;
	r = is_map ? parse_map(y, v) : parse_list(y, v);
	y->depth--;
	if (r == 0)
		*ret_value = v;
	return r;
}

static int parse_plain_node(struct sl_yaml_reader *y, struct sl_value **ret_value)
{
	switch (y->event.type) {
	case YAML_SCALAR_EVENT:
		return parse_scalar(y, ret_value);
	case YAML_SEQUENCE_START_EVENT:
		return parse_container(y, false, ret_value);
	case YAML_MAPPING_START_EVENT:
		return parse_container(y, true, ret_value);
	case YAML_ALIAS_EVENT:
		return parse_alias(y, ret_value);
	default:
		return sl_yaml_fail_here(y, SL_ERR_INTERNAL, "unexpected event %d",
					 (int)y->event.type);
	}
}

static const char *event_anchor(const struct sl_yaml_reader *y)
{
	switch (y->event.type) {
	case YAML_SCALAR_EVENT:
		return (const char *)y->event.data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)y->event.data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return (const char *)y->event.data.mapping_start.anchor;
	default:
		return NULL;
	}
}

/* At the first event of a node; leaves the first one behind it current. */
static int parse_node(struct sl_yaml_reader *y, struct sl_value **ret_value)
{
	const char *name = event_anchor(y);
	size_t nodes = y->nodes, deepest = y->deepest;
	struct sl_yaml_anchor *anchor;
	int r;

	if (!name)
		return parse_plain_node(y, ret_value);
	anchor = sl_arena_new(y->a, struct sl_yaml_anchor);
	add_anchor(y, name, anchor);
	y->deepest = y->depth;
	r = parse_plain_node(y, ret_value);
	if (r < 0)
		return r;
	anchor->value = *ret_value;
	anchor->nodes = y->nodes - nodes;
	anchor->height = y->deepest - y->depth;
	if (deepest > y->deepest)
		y->deepest = deepest;
	return 0;
}

/*
 * Behind the first document, at DOCUMENT-END: go-yaml v3 has scanned two tokens more than it needed to
 * find that end, for the sake of comments, and fails at what is wrong with them. Only of the first it
 * has to know whether it begins a key, for which libyaml scans on: what fails there does not count.
 */
static int look_ahead(struct sl_yaml_reader *y)
{
	size_t n = y->event.data.document_end.implicit ? 3 : 2;
	bool end = y->o.rules != SL_YAML_GO3 || y->is_plain;

	for (size_t i = 0; i < n && !end; i++) {
		yaml_token_t token;

		if (!yaml_parser_scan(&y->yaml, &token)) {
			size_t queued = (size_t)(y->yaml.tokens.tail - y->yaml.tokens.head);

			return i > 0 && i + queued >= n ? 0 : fail_syntax(y);
		}
		end = token.type == YAML_STREAM_END_TOKEN;
		yaml_token_delete(&token);
	}
	return 0;
}

static int parse_document(struct sl_yaml_reader *y, struct sl_value **ret_doc)
{
	int r = next_event(y);

	y->deepest = 0;
	if (r == 0)
		r = parse_node(y, ret_doc);
	if (r == 0) /* past DOCUMENT-END, or not */
		r = y->o.first_document ? look_ahead(y) : next_event(y);
	sl_strmap_reset(&y->anchors);
	return r;
}

/*
 * Go looks at what a document means only when it has read the whole of it: what is wrong with the syntax
 * of the rest comes first.
 */
static int fail_later(struct sl_yaml_reader *y, int r)
{
	while (y->event.type != YAML_DOCUMENT_END_EVENT && y->event.type != YAML_NO_EVENT) {
		int again = next_event(y);

		if (again < 0)
			return again;
	}
	return r;
}

static int parse_stream(struct sl_yaml_reader *y, struct sl_value *docs)
{
	int r = next_event(y);

	if (r == 0)
		r = next_event(y); /* past STREAM-START */
	while (r == 0 && y->event.type == YAML_DOCUMENT_START_EVENT) {
		struct sl_value *doc = NULL;

		r = parse_document(y, &doc);
		if (r == 0)
			sl_list_push(y->a, docs, doc);
		if (y->o.first_document)
			break;
	}
	return r;
}

static void release(struct sl_yaml_reader *y)
{
	sl_strmap_release(&y->anchors);
	free(y->stack);
	sl_yaml_plain_release(&y->plain);
}

static int parse_with_libyaml(struct sl_yaml_reader *y, struct sl_value *docs)
{
	int r;

	if (!yaml_parser_initialize(&y->yaml))
		abort();
	yaml_parser_set_input_string(&y->yaml, (const unsigned char *)(y->text.n ? y->text.p : ""),
				     y->text.n);
	r = parse_stream(y, docs);
	if (r == SL_ERR_INVALID && y->o.go_messages && !y->syntax_failed)
		r = fail_later(y, r);
	yaml_event_delete(&y->event);
	yaml_parser_delete(&y->yaml);
	return r;
}

/* False: not plain, or in error, for which libyaml has the words and places. */
static bool parse_plain(const struct sl_yaml_reader *reader, struct sl_value *docs)
{
	struct sl_yaml_reader y = *reader;
	int r = SL_ERR_INVALID;

	y.is_plain = true;
	y.err = NULL;
	y.plain.text = (struct sl_strbuf)SL_STRBUF_INIT(y.text.n);
	if (sl_yaml_plain_read(&y.plain, y.text))
		r = parse_stream(&y, docs);
	release(&y);
	return r == 0;
}

int sl_yaml_parse_all(struct sl_arena *a, struct sl_str text, const struct sl_yaml_options *options,
		      struct sl_value **ret_docs, struct sl_err *err)
{
	struct sl_yaml_reader y = { .a = a, .text = text, .err = err };
	struct sl_value *docs = sl_value_list(a);
	int r = 0;

	if (options)
		y.o = *options;
	y.o.bytes = y.o.bytes ? y.o.bytes : SL_YAML_BYTES_MAX;
	y.o.depth = y.o.depth ? y.o.depth : SL_YAML_DEPTH_MAX;
	y.o.nodes = y.o.nodes ? y.o.nodes : SL_YAML_NODES_MAX;
	if (text.n > y.o.bytes)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "YAML is larger than %zu bytes",
				  y.o.bytes);
	if (!parse_plain(&y, docs))
		r = parse_with_libyaml(&y, docs);
	release(&y);
	if (r < 0)
		return r;
	*ret_docs = docs;
	return 0;
}

int sl_yaml_parse(struct sl_arena *a, struct sl_str text, const struct sl_yaml_options *options,
		  struct sl_value **ret_doc, struct sl_err *err)
{
	struct sl_value *docs = NULL, *second;
	int r = sl_yaml_parse_all(a, text, options, &docs, err);

	if (r < 0)
		return r;
	second = sl_list_get(docs, 1);
	if (second) {
		sl_err_set(err, SL_ERR_INVALID, "line %u: expected a single document",
			   second->line);
		sl_err_at(err, options ? options->file : NULL, second->line, NULL);
		return SL_ERR_INVALID;
	}
	*ret_doc = sl_list_len(docs) ? sl_list_get(docs, 0) : sl_value_null(a);
	return 0;
}
