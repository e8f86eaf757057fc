#include "libcommon/codec/yaml.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "libcommon/base/strmap.h"
#include "libcommon/codec/base64.h"
#include "libcommon/codec/number.h"
#include "libcommon/codec/yaml_resolve.h"

#define TAG_PREFIX "tag:yaml.org,2002:"

/* What an alias stands for, and what expanding it costs. */
struct anchor {
	struct sl_value *value; /* NULL while the node is still being read */
	size_t nodes, height;
};

/* Members and items of the containers still open, see json.c. */
struct pending {
	struct sl_member m;
	bool merge;
};

struct parser {
	struct sl_arena *a;
	yaml_parser_t yaml;
	yaml_event_t event; /* the current one */
	struct sl_str text;
	struct sl_yaml_options o;
	struct sl_strmap anchors;
	struct pending *stack;
	size_t n, cap;
	size_t depth, deepest, nodes;
	struct sl_err *err;
};

static int __attribute__((format(printf, 5, 6)))
fail_at(struct parser *y, enum sl_err_code code, size_t line, size_t column, const char *fmt, ...)
{
	SL_AUTO_FREE char *what = NULL;
	va_list ap;

	if (!y->err)
		return code;
	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	sl_err_set(y->err, code, "line %zu: %s", line, what);
	sl_err_at(y->err, y->o.file, (uint32_t)line, NULL);
	y->err->origin.column = (uint32_t)column;
	return code;
}

#define fail_here(y, code, ...) \
	fail_at((y), (code), (y)->event.start_mark.line + 1, (y)->event.start_mark.column + 1, \
		__VA_ARGS__)

/* The reader knows only an offset; the scanner and the parser know a mark. */
static int fail_syntax(struct parser *y)
{
	const yaml_parser_t *p = &y->yaml;
	const char *problem = p->problem ? p->problem : "unknown problem";
	size_t line = p->problem_mark.line + 1, column = p->problem_mark.column + 1;

	if (p->error == YAML_MEMORY_ERROR)
		return fail_at(y, SL_ERR_TOO_LARGE, p->mark.line + 1, p->mark.column + 1,
			       "YAML needs more memory than allowed");
	if (p->error == YAML_READER_ERROR) {
		line = column = 1;
		for (size_t i = 0; i < p->problem_offset && i < y->text.n; i++) {
			column++;
			if (y->text.p[i] == '\n') {
				line++;
				column = 1;
			}
		}
	}
	return fail_at(y, SL_ERR_INVALID, line, column, "%s", problem);
}

static int next_event(struct parser *y)
{
	yaml_event_delete(&y->event);
	if (!yaml_parser_parse(&y->yaml, &y->event))
		return fail_syntax(y);
	return 0;
}

/* One more node: counted, capped, with its position. */
static int new_node(struct parser *y, enum sl_value_kind kind, struct sl_value **ret_value)
{
	struct sl_value *v;

	if (++y->nodes > y->o.nodes)
		return fail_here(y, SL_ERR_TOO_LARGE, "more than %zu nodes", y->o.nodes);
	if (sl_arena_full(y->a))
		return fail_here(y, SL_ERR_TOO_LARGE, "YAML needs more memory than allowed");
	v = sl_arena_new(y->a, struct sl_value);
	v->kind = kind;
	v->line = (uint32_t)y->event.start_mark.line + 1;
	v->file = y->o.file;
	*ret_value = v;
	return 0;
}

/* A tree of its own, but for the text of strings, which nobody writes to. */
static struct sl_value *expand(struct parser *y, const struct sl_value *v)
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

static int parse_alias(struct parser *y, struct sl_value **ret_value)
{
	struct sl_str name = sl_str((const char *)y->event.data.alias.anchor);
	const struct anchor *anchor = sl_strmap_get(&y->anchors, name);

	if (!anchor)
		return fail_here(y, SL_ERR_INVALID, "unknown anchor '%.*s' referenced",
				 SL_STR_FMT(name));
	if (!anchor->value)
		return fail_here(y, SL_ERR_INVALID, "anchor '%.*s' value contains itself",
				 SL_STR_FMT(name));
	if (anchor->nodes > y->o.nodes - y->nodes || sl_arena_full(y->a))
		return fail_here(y, SL_ERR_TOO_LARGE, "document contains excessive aliasing");
	if (anchor->height > y->o.depth - y->depth)
		return fail_here(y, SL_ERR_TOO_LARGE, "nested too deeply");
	if (y->depth + anchor->height > y->deepest)
		y->deepest = y->depth + anchor->height;
	y->nodes += anchor->nodes;
	*ret_value = expand(y, anchor->value);
	return next_event(y);
}

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

static int decode_binary(struct parser *y, struct sl_str s, struct sl_str *ret_s)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(s.n);

	if (sl_base64_decode(s, &b, NULL) < 0)
		return fail_here(y, SL_ERR_INVALID, "!!binary value contains invalid base64 data");
	*ret_s = replace_invalid(y->a, sl_strbuf_str(&b));
	return 0;
}

/* The tag in its short form ("!!int"); empty without one. Foreign tags come back as they are. */
static struct sl_str event_tag(const struct parser *y, char buf[32])
{
	struct sl_str tag = sl_str((const char *)y->event.data.scalar.tag);

	if (!sl_str_cut_prefix(&tag, SL_STR(TAG_PREFIX)) || tag.n > 16)
		return tag;
	return (struct sl_str){ buf, (size_t)snprintf(buf, 32, "!!%.*s", SL_STR_FMT(tag)) };
}

static bool wants_resolving(const struct parser *y, struct sl_str tag)
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
static int resolve_scalar(struct parser *y, struct sl_str text, struct sl_yaml_scalar *ret)
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
	return fail_here(y, SL_ERR_INVALID, "cannot decode %s `%.*s` as a %.*s",
			 sl_yaml_tag_name(ret->type), SL_STR_FMT(text), SL_STR_FMT(tag));
}

static int scalar_text(struct parser *y, struct sl_str *ret_text)
{
	struct sl_str s = { (const char *)y->event.data.scalar.value, y->event.data.scalar.length };

	if (sl_str_eqz(sl_str((const char *)y->event.data.scalar.tag), TAG_PREFIX "binary"))
		return decode_binary(y, s, ret_text);
	*ret_text = sl_arena_str(y->a, s);
	return 0;
}

static int set_float(struct parser *y, struct sl_value *v, double f)
{
	char buf[SL_NUMBER_TEXT_MAX];

	if (!isfinite(f))
		return fail_here(y, SL_ERR_INVALID, "unsupported value: %.*s",
				 SL_STR_FMT(sl_float_text(f, SL_FLOAT_G, buf)));
	v->kind = SL_V_FLOAT;
	v->f = f;
	return 0;
}

static int parse_scalar(struct parser *y, struct sl_value **ret_value)
{
	struct sl_str text = { (const char *)y->event.data.scalar.value,
			       y->event.data.scalar.length };
	struct sl_yaml_scalar scalar;
	struct sl_value *v = NULL;
	int r = new_node(y, SL_V_STRING, &v);

	if (r == 0)
		r = resolve_scalar(y, text, &scalar);
	if (r < 0)
		return r;
	/* Before the payload, which shares the memory that a string would take. */
	if (scalar.type != SL_YAML_STR && text.n > 0)
		v->written = sl_arena_str(y->a, text);
	switch (scalar.type) {
	case SL_YAML_NULL:
		v->kind = SL_V_NULL;
		break;
	case SL_YAML_BOOL:
		v->kind = SL_V_BOOL;
		v->b = scalar.b;
		break;
	case SL_YAML_INT:
		v->kind = SL_V_INT;
		v->i = scalar.i;
		break;
	case SL_YAML_UINT:
		v->kind = SL_V_NUMBER;
		v->s = sl_str(sl_arena_printf(y->a, "%llu", (unsigned long long)scalar.u));
		break;
	case SL_YAML_FLOAT:
		r = set_float(y, v, scalar.f);
		break;
	case SL_YAML_TIMESTAMP:
		if (y->o.rules == SL_YAML_GO3)
			v->s = sl_arena_str(y->a, sl_str(scalar.time));
		else
			r = scalar_text(y, &v->s);
		break;
	case SL_YAML_STR:
		r = scalar_text(y, &v->s);
		break;
	}
	if (r < 0)
		return r;
	*ret_value = v;
	return next_event(y);
}

/* The text that a key of another type becomes. go-yaml v3 leaves it as it is written. */
static int key_text(struct parser *y, const struct sl_yaml_scalar *scalar, struct sl_str *ret_key)
{
	char buf[SL_NUMBER_TEXT_MAX];
	struct sl_str s;

	if (scalar->type == SL_YAML_NULL)
		return fail_here(y, SL_ERR_INVALID, "null cannot be a key");
	if (y->o.rules == SL_YAML_GO3)
		return scalar_text(y, ret_key);
	switch (scalar->type) {
	case SL_YAML_BOOL:
		*ret_key = scalar->b ? SL_STR("true") : SL_STR("false");
		return 0;
	case SL_YAML_INT:
		*ret_key = sl_str(sl_arena_printf(y->a, "%lld", (long long)scalar->i));
		return 0;
	case SL_YAML_UINT:
		*ret_key = sl_str(sl_arena_printf(y->a, "%llu", (unsigned long long)scalar->u));
		return 0;
	case SL_YAML_FLOAT:
		s = sl_float_text(scalar->f, SL_FLOAT_G32, buf);
		if (!isfinite(scalar->f))
			s = sl_str(isnan(scalar->f) ? ".nan" : scalar->f > 0 ? ".inf" : "-.inf");
		*ret_key = sl_arena_str(y->a, s);
		return 0;
	case SL_YAML_NULL:
	case SL_YAML_STR:
	case SL_YAML_TIMESTAMP:
		break;
	}
	return scalar_text(y, ret_key);
}

static bool is_merge(const struct parser *y, struct sl_str text)
{
	return sl_str_eq(text, SL_STR("<<")) &&
	       (y->event.data.scalar.plain_implicit ||
		sl_str_eqz(sl_str((const char *)y->event.data.scalar.tag), TAG_PREFIX "merge"));
}

/* Keys may be aliases to scalars, too. */
static int parse_alias_key(struct parser *y, struct sl_str *ret_key)
{
	yaml_mark_t mark = y->event.start_mark;
	struct sl_value *v = NULL;
	int r = parse_alias(y, &v);

	if (r < 0)
		return r;
	if (!sl_is_str(v))
		return fail_at(y, SL_ERR_INVALID, mark.line + 1, mark.column + 1,
			       "an alias as a key must stand for text");
	*ret_key = v->s;
	return 0;
}

static void add_anchor(struct parser *y, const char *name, struct anchor *anchor)
{
	sl_strmap_set(&y->anchors, sl_str(name), anchor);
}

static int parse_scalar_key(struct parser *y, struct pending *ret_key)
{
	struct sl_str text = { (const char *)y->event.data.scalar.value,
			       y->event.data.scalar.length };
	const char *name = (const char *)y->event.data.scalar.anchor;
	struct sl_yaml_scalar scalar;
	struct anchor *anchor;
	int r;

	ret_key->merge = is_merge(y, text);
	r = resolve_scalar(y, text, &scalar);
	if (r == 0)
		r = key_text(y, &scalar, &ret_key->m.key);
	if (r < 0)
		return r;
	if (name) {
		anchor = sl_arena_new(y->a, struct anchor);
		anchor->value = sl_value_str_borrow(y->a, ret_key->m.key);
		anchor->nodes = 1;
		add_anchor(y, name, anchor);
	}
	return next_event(y);
}

static int parse_key(struct parser *y, struct pending *ret_key)
{
	*ret_key = (struct pending){ .m.line = (uint32_t)y->event.start_mark.line + 1 };
	if (y->event.type == YAML_SCALAR_EVENT)
		return parse_scalar_key(y, ret_key);
	if (y->event.type == YAML_ALIAS_EVENT)
		return parse_alias_key(y, &ret_key->m.key);
	return fail_here(y, SL_ERR_INVALID, "a %s cannot be a key",
			 y->event.type == YAML_MAPPING_START_EVENT ? "map" : "list");
}

static int parse_node(struct parser *y, struct sl_value **ret_value);

static void push(struct parser *y, const struct pending *item)
{
	y->stack = sl_grow(y->stack, y->n, &y->cap, sizeof(*y->stack));
	y->stack[y->n++] = *item;
}

static int parse_list(struct parser *y, struct sl_value *list)
{
	size_t base = y->n, n;
	int r = next_event(y);

	while (r == 0 && y->event.type != YAML_SEQUENCE_END_EVENT) {
		struct pending item = { .merge = false };

		r = parse_node(y, &item.m.value);
		if (r == 0)
			push(y, &item);
	}
	if (r < 0)
		return r;
	n = y->n - base;
	list->list.n = list->list.cap = n;
	list->list.items = n ? sl_arena_array(y->a, n, sizeof(list->list.items[0])) : NULL;
	for (size_t i = 0; i < n; i++)
		list->list.items[i] = y->stack[base + i].m.value;
	y->n = base;
	return next_event(y);
}

static int fail_duplicate(struct parser *y, const struct sl_value *map,
			  const struct sl_member *again)
{
	const struct sl_member *first = map->map.members;

	while (!sl_str_eq(first->key, again->key))
		first++;
	return fail_at(y, SL_ERR_INVALID, again->line, 0,
		       "mapping key \"%.*s\" already defined at line %u", SL_STR_FMT(again->key),
		       first->line);
}

static void merge_one(struct parser *y, struct sl_value *map, const struct sl_value *from)
{
	for (size_t i = 0; i < from->map.n; i++) {
		const struct sl_member *m = &from->map.members[i];

		if (y->o.rules == SL_YAML_KUBERNETES || !sl_map_get(map, m->key))
			sl_map_set(y->a, map, m->key, m->value);
	}
}

/* Of several maps the first has precedence: it comes last where later ones override. */
static void merge_into(struct parser *y, struct sl_value *map, const struct sl_value *from)
{
	size_t n = sl_list_len(from);

	if (sl_is_map(from)) {
		merge_one(y, map, from);
		return;
	}
	for (size_t i = 0; i < n; i++)
		merge_one(y, map,
			  from->list.items[y->o.rules == SL_YAML_KUBERNETES ? n - 1 - i : i]);
}

static bool is_mergeable(const struct sl_value *v)
{
	if (!sl_is_list(v))
		return sl_is_map(v);
	for (size_t i = 0; i < v->list.n; i++)
		if (!sl_is_map(v->list.items[i]))
			return false;
	return true;
}

static int check_merges(struct parser *y, const struct pending *items, size_t n)
{
	const struct pending *seen = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!items[i].merge)
			continue;
		if (!is_mergeable(items[i].m.value))
			return fail_at(y, SL_ERR_INVALID, items[i].m.line, 0,
				       "map merge requires map or sequence of maps as the value");
		if (seen && y->o.rules == SL_YAML_GO3 && !y->o.allow_duplicates)
			return fail_at(y, SL_ERR_INVALID, items[i].m.line, 0,
				       "mapping key \"<<\" already defined at line %u",
				       seen->m.line);
		seen = &items[i];
	}
	return 0;
}

/* A map with merges, or with duplicates that are allowed: filled member by member. */
static int fill_map(struct parser *y, struct sl_value *map, const struct pending *items, size_t n)
{
	int r = check_merges(y, items, n);

	if (r < 0)
		return r;
	*map = (struct sl_value){ .kind = SL_V_MAP, .line = map->line, .file = map->file };
	for (size_t i = 0; i < n; i++) {
		if (!items[i].merge) {
			sl_map_set(y->a, map, items[i].m.key, items[i].m.value);
			sl_map_member(map, items[i].m.key)->line = items[i].m.line;
		} else if (y->o.rules == SL_YAML_KUBERNETES) {
			merge_into(y, map, items[i].m.value);
		}
	}
	for (size_t i = 0; i < n && y->o.rules == SL_YAML_GO3; i++)
		if (items[i].merge)
			merge_into(y, map, items[i].m.value);
	return 0;
}

static int close_map(struct parser *y, struct sl_value *map, size_t base)
{
	size_t n = y->n - base, own = 0;
	struct sl_member *members = n ? sl_arena_array(y->a, n, sizeof(*members)) : NULL;
	const struct sl_member *again;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (!y->stack[base + i].merge)
			members[own++] = y->stack[base + i].m;
	again = sl_map_adopt(y->a, map, members, own);
	if (again && !y->o.allow_duplicates)
		return fail_duplicate(y, map, again);
	if (again || own < n)
		r = fill_map(y, map, y->stack + base, n);
	y->n = base;
	return r;
}

static int parse_map(struct parser *y, struct sl_value *map)
{
	size_t base = y->n;
	int r = next_event(y);

	while (r == 0 && y->event.type != YAML_MAPPING_END_EVENT) {
		struct pending item;

		r = parse_key(y, &item);
		if (r == 0)
			r = parse_node(y, &item.m.value);
		if (r == 0)
			push(y, &item);
	}
	if (r == 0)
		r = close_map(y, map, base);
	return r < 0 ? r : next_event(y);
}

static int parse_container(struct parser *y, bool is_map, struct sl_value **ret_value)
{
	struct sl_value *v = NULL;
	int r;

	if (y->depth == y->o.depth)
		return fail_here(y, SL_ERR_TOO_LARGE, "nested too deeply");
	r = new_node(y, is_map ? SL_V_MAP : SL_V_LIST, &v);
	if (r < 0)
		return r;
	y->depth++;
	if (y->depth > y->deepest)
		y->deepest = y->depth;
	r = is_map ? parse_map(y, v) : parse_list(y, v);
	y->depth--;
	if (r == 0)
		*ret_value = v;
	return r;
}

static int parse_plain_node(struct parser *y, struct sl_value **ret_value)
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
		return fail_here(y, SL_ERR_INTERNAL, "unexpected event %d", (int)y->event.type);
	}
}

static const char *event_anchor(const struct parser *y)
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
static int parse_node(struct parser *y, struct sl_value **ret_value)
{
	const char *name = event_anchor(y);
	size_t nodes = y->nodes, deepest = y->deepest;
	struct anchor *anchor;
	int r;

	if (!name)
		return parse_plain_node(y, ret_value);
	anchor = sl_arena_new(y->a, struct anchor);
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

static int parse_document(struct parser *y, struct sl_value **ret_doc)
{
	int r = next_event(y);

	y->deepest = 0;
	if (r == 0)
		r = parse_node(y, ret_doc);
	if (r == 0)
		r = next_event(y); /* past DOCUMENT-END */
	sl_strmap_reset(&y->anchors);
	return r;
}

static int parse_stream(struct parser *y, struct sl_value *docs)
{
	int r = next_event(y);

	if (r == 0)
		r = next_event(y); /* past STREAM-START */
	while (r == 0 && y->event.type == YAML_DOCUMENT_START_EVENT) {
		struct sl_value *doc = NULL;

		r = parse_document(y, &doc);
		if (r == 0)
			sl_list_push(y->a, docs, doc);
	}
	return r;
}

int sl_yaml_parse_all(struct sl_arena *a, struct sl_str text, const struct sl_yaml_options *options,
		      struct sl_value **ret_docs, struct sl_err *err)
{
	struct parser y = { .a = a, .text = text, .err = err };
	struct sl_value *docs = sl_value_list(a);
	int r;

	if (options)
		y.o = *options;
	y.o.bytes = y.o.bytes ? y.o.bytes : SL_YAML_BYTES_MAX;
	y.o.depth = y.o.depth ? y.o.depth : SL_YAML_DEPTH_MAX;
	y.o.nodes = y.o.nodes ? y.o.nodes : SL_YAML_NODES_MAX;
	if (text.n > y.o.bytes)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "YAML is larger than %zu bytes",
				  y.o.bytes);
	if (!yaml_parser_initialize(&y.yaml))
		abort();
	yaml_parser_set_input_string(&y.yaml, (const unsigned char *)(text.n ? text.p : ""),
				     text.n);
	r = parse_stream(&y, docs);
	yaml_event_delete(&y.event);
	yaml_parser_delete(&y.yaml);
	sl_strmap_release(&y.anchors);
	free(y.stack);
	if (r < 0)
		return r;
	*ret_docs = docs;
	return 0;
}

int sl_yaml_parse(struct sl_arena *a, struct sl_str text, const struct sl_yaml_options *options,
		  struct sl_value **ret_doc, struct sl_err *err)
{
	struct sl_value *docs, *second;
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
