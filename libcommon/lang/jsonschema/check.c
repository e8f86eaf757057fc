#include <stdarg.h>
#include <string.h>

#include "libcommon/lang/jsonschema/priv.h"

static const struct {
	unsigned type;
	const char *name;
} types[] = {
	{ SL_JS_NULL, "null" },	      { SL_JS_BOOLEAN, "boolean" }, { SL_JS_NUMBER, "number" },
	{ SL_JS_INTEGER, "integer" }, { SL_JS_STRING, "string" },   { SL_JS_ARRAY, "array" },
	{ SL_JS_OBJECT, "object" },
};

unsigned sl_js_type_of(const struct sl_value *v)
{
	switch (v->kind) {
	case SL_V_NULL:
		return SL_JS_NULL;
	case SL_V_BOOL:
		return SL_JS_BOOLEAN;
	case SL_V_INT:
	case SL_V_FLOAT:
	case SL_V_NUMBER:
		return SL_JS_NUMBER;
	case SL_V_STRING:
		return SL_JS_STRING;
	case SL_V_LIST:
		return SL_JS_ARRAY;
	case SL_V_MAP:
		return SL_JS_OBJECT;
	}
	return 0;
}

unsigned sl_js_type_named(struct sl_str name)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(types); i++)
		if (sl_str_eqz(name, types[i].name))
			return types[i].type;
	return 0;
}

const char *sl_js_type_name(unsigned type)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return "";
}

/* ---- errors ---- */

static struct sl_str place_text(struct sl_arena *a, const struct sl_js_place *p)
{
	if (!p->up)
		return SL_STR("");
	return sl_js_pointer(a, place_text(a, p->up), p->token);
}

struct sl_js_error *sl_js_error_new(struct sl_js_check *c, struct sl_str text)
{
	struct sl_js_error *e = sl_arena_new(c->run->a, struct sl_js_error);

	if (!c->only_verdict)
		e->place = place_text(c->run->a, c->place);
	e->text = text;
	return e;
}

void sl_js_add(struct sl_js_check *c, struct sl_js_error *e)
{
	if (e)
		sl_js_error_push(c->run->a, &c->errors, e);
}

void sl_js_addf(struct sl_js_check *c, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(16 << 20);
	va_list ap;

	if (!c->only_verdict) {
		va_start(ap, fmt);
		sl_strbuf_vaddf(&text, fmt, ap);
		va_end(ap);
	}
	sl_js_add(c, sl_js_error_new(c, sl_arena_str(c->run->a, sl_strbuf_str(&text))));
}

/* A value as messages have it; lists and maps are not shown. */
static void display(const struct sl_value *v, struct sl_strbuf *out)
{
	if (v->kind == SL_V_STRING)
		sl_js_quote(v->s, out);
	else if (v->kind == SL_V_NULL)
		sl_strbuf_addz(out, "<nil>");
	else if (v->kind == SL_V_NUMBER)
		sl_strbuf_adds(out, v->s);
	else
		sl_strbuf_addz(out, v->kind == SL_V_BOOL && v->b ? "true" : "false");
}

static bool is_primitive(const struct sl_value *v)
{
	return !sl_is_list(v) && !sl_is_map(v);
}

/* ---- what holds for all types ---- */

static struct sl_js_error *wrong_type(struct sl_js_check *c, unsigned type)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1024);
	bool first = true;

	sl_strbuf_addf(&text, "got %s, want ", sl_js_type_name(type));
	for (size_t i = 0; i < SL_ARRAY_LEN(types); i++) {
		if (!(c->schema->types & types[i].type))
			continue;
		sl_strbuf_addf(&text, "%s%s", first ? "" : " or ", types[i].name);
		first = false;
	}
	return sl_js_error_new(c, sl_arena_str(c->run->a, sl_strbuf_str(&text)));
}

static struct sl_js_error *check_type(struct sl_js_check *c)
{
	unsigned type = sl_js_type_of(c->v), wanted = c->schema->types;
	struct sl_js_number n;

	if (!wanted || (wanted & type))
		return NULL;
	if ((wanted & SL_JS_INTEGER) && type == SL_JS_NUMBER && sl_js_number(c->run->a, c->v, &n) &&
	    sl_js_number_is_integer(&n))
		return NULL;
	return wrong_type(c, type);
}

static struct sl_js_error *check_constant(struct sl_js_check *c)
{
	const struct sl_value *want = c->schema->constant;

	if (!want || sl_js_value_equal(c->run->a, c->v, want))
		return NULL;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(16 << 20);

	if (is_primitive(want)) {
		sl_strbuf_addz(&text, "value must be ");
		display(want, &text);
	} else {
		sl_strbuf_addz(&text, "'const' failed");
	}
	return sl_js_error_new(c, sl_arena_str(c->run->a, sl_strbuf_str(&text)));
}

static struct sl_js_error *check_enum(struct sl_js_check *c)
{
	const struct sl_value *want = c->schema->enumeration;
	bool primitive = true;

	if (!want)
		return NULL;
	for (size_t i = 0; i < want->list.n; i++) {
		if (sl_js_value_equal(c->run->a, c->v, want->list.items[i]))
			return NULL;
		primitive = primitive && is_primitive(want->list.items[i]);
	}
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(16 << 20);

	sl_strbuf_addz(&text, !primitive	  ? "'enum' failed"
			      : want->list.n == 1 ? "value must be "
						  : "value must be one of ");
	for (size_t i = 0; i < want->list.n && primitive; i++) {
		if (i > 0)
			sl_strbuf_addz(&text, ", ");
		display(want->list.items[i], &text);
	}
	return sl_js_error_new(c, sl_arena_str(c->run->a, sl_strbuf_str(&text)));
}

static bool is_regex(struct sl_js_check *c, struct sl_str s, struct sl_strbuf *why)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_regex *unused;

	if (sl_regex_compile(c->run->a, s, &unused, &err) == 0)
		return true;
	sl_strbuf_addz(why, err.message);
	return false;
}

static struct sl_js_error *check_format(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;
	SL_AUTO(sl_strbuf) why = SL_STRBUF_INIT(16 << 20);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(32 << 20);

	if (!sl_is_str(c->v) || (!s->format && !s->format_regex))
		return NULL;
	if (s->format ? s->format->check(c->v->s, &why) : is_regex(c, c->v->s, &why))
		return NULL;
	sl_js_quote(c->v->s, &text);
	sl_strbuf_addf(&text, " is not valid %s: %s", s->format ? s->format->name : "regex", why.p);
	return sl_js_error_new(c, sl_arena_str(c->run->a, sl_strbuf_str(&text)));
}

/* ---- strings and numbers ---- */

static void bad_count(struct sl_js_check *c, const char *what, int64_t got, int64_t want)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1024);

	sl_js_count_text(got, &text);
	sl_strbuf_addz(&text, ", want ");
	sl_js_count_text(want, &text);
	sl_js_addf(c, "%s: got %s", what, text.p);
}

static void check_string(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;
	int64_t length = 0;

	if (s->min_length.given || s->max_length.given)
		for (size_t i = 0; i < c->v->s.n; i++)
			length += ((unsigned char)c->v->s.p[i] & 0xc0) != 0x80;
	if (s->min_length.given && length < s->min_length.n)
		bad_count(c, "minLength", length, s->min_length.n);
	if (s->max_length.given && length > s->max_length.n)
		bad_count(c, "maxLength", length, s->max_length.n);
	if (!s->pattern || sl_regex_match(s->pattern, c->v->s))
		return;
	struct sl_str got = sl_js_quoted(c->run->a, c->v->s);
	struct sl_str want = sl_js_quoted(c->run->a, s->pattern_text);

	sl_js_addf(c, "%.*s does not match pattern %.*s", SL_STR_FMT(got), SL_STR_FMT(want));
}

static void bad_bound(struct sl_js_check *c, const char *what, const struct sl_js_number *got,
		      const struct sl_js_bound *want)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);

	sl_js_number_text(got, &text);
	sl_strbuf_addz(&text, ", want ");
	sl_js_number_text(&want->n, &text);
	sl_js_addf(c, "%s: got %s", what, text.p);
}

static void check_number(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;
	struct sl_js_number n;

	if (!sl_js_number(c->run->a, c->v, &n))
		return;
	if (s->minimum.given && sl_js_number_cmp(&n, &s->minimum.n) < 0)
		bad_bound(c, "minimum", &n, &s->minimum);
	if (s->maximum.given && sl_js_number_cmp(&n, &s->maximum.n) > 0)
		bad_bound(c, "maximum", &n, &s->maximum);
	if (s->exclusive_minimum.given && sl_js_number_cmp(&n, &s->exclusive_minimum.n) <= 0)
		bad_bound(c, "exclusiveMinimum", &n, &s->exclusive_minimum);
	if (s->exclusive_maximum.given && sl_js_number_cmp(&n, &s->exclusive_maximum.n) >= 0)
		bad_bound(c, "exclusiveMaximum", &n, &s->exclusive_maximum);
	if (s->multiple_of.given && s->multiple_of.n.digits.n > 0 &&
	    !sl_js_number_divides(&n, &s->multiple_of.n))
		bad_bound(c, "multipleOf", &n, &s->multiple_of);
}

/* ---- references ---- */

static void check_ref(struct sl_js_check *c, const struct sl_js_schema *to, const char *keyword)
{
	struct sl_js_error *e = sl_js_apply_self(c, to, keyword, false), *ref;

	if (!e)
		return;
	ref = sl_js_error_new(c, SL_STR("validation failed"));
	ref->kind = SL_JS_REFERENCE;
	if (e->kind == SL_JS_GROUP) {
		ref->causes = e->causes;
		ref->cause_count = ref->cause_cap = e->cause_count;
	} else {
		sl_js_error_push(c->run->a, ref, e);
	}
	sl_js_add(c, ref);
}

/* The outermost of the schemas that led here whose resource has a recursive anchor. */
static const struct sl_js_schema *find_recursive(struct sl_js_check *c,
						 const struct sl_js_schema *otherwise)
{
	for (const struct sl_js_scope *at = &c->scope; at; at = at->parent)
		if (at->schema->resource->recursive_anchor)
			otherwise = at->schema;
	return otherwise;
}

static const struct sl_js_schema *find_dynamic(struct sl_js_check *c, struct sl_str name,
					       const struct sl_js_schema *otherwise)
{
	for (const struct sl_js_scope *at = &c->scope; at; at = at->parent) {
		const struct sl_js_map *m = &at->schema->resource->dynamic_anchors;

		for (size_t i = 0; i < m->n; i++)
			if (sl_str_eq(m->v[i].name, name))
				otherwise = m->v[i].schema;
	}
	return otherwise;
}

static void check_moving_refs(struct sl_js_check *c)
{
	const struct sl_js_schema *to = c->schema->recursive_ref;

	if (to)
		check_ref(c, to->recursive_anchor ? find_recursive(c, to) : to, "$recursiveRef");
	to = c->schema->dynamic_ref;
	if (!to)
		return;
	struct sl_str anchor = c->schema->dynamic_ref_anchor;

	if (anchor.n > 0 && sl_str_eq(to->dynamic_anchor, anchor))
		to = find_dynamic(c, anchor, to);
	check_ref(c, to, "$dynamicRef");
}

/* ---- application ---- */

/* Where a scope stands, seen from the outermost one: the keywords that led there. */
static struct sl_str keyword_location(struct sl_arena *a, const struct sl_js_scope *s)
{
	struct sl_str tail = SL_STR("");

	for (; s->parent; s = s->parent) {
		struct sl_str cur = s->schema->location, up = s->parent->schema->location;

		if (s->ref_keyword)
			tail = sl_js_format(a, "/%s%.*s", s->ref_keyword, SL_STR_FMT(tail));
		else if (cur.n >= up.n)
			tail = sl_js_format(a, "%.*s%.*s", SL_STR_FMT(sl_str_sub(cur, up.n, cur.n)),
					    SL_STR_FMT(tail));
	}
	return tail;
}

static struct sl_js_error *check_cycle(struct sl_js_check *c)
{
	const struct sl_js_scope *at = c->scope.parent;

	while (at && at->value == c->scope.value && at->schema != c->schema)
		at = at->parent;
	if (!at || at->value != c->scope.value)
		return NULL;
	struct sl_arena *a = c->run->a;
	struct sl_str here = keyword_location(a, &c->scope), there = keyword_location(a, at);

	return sl_js_error_new(
		c,
		sl_js_format(a, "both %.*s and %.*s resolve to \"%.*s\" causing reference cycle",
			     SL_STR_FMT(here), SL_STR_FMT(there), SL_STR_FMT(c->schema->location)));
}

static void check_by_type(struct sl_js_check *c)
{
	switch (sl_js_type_of(c->v)) {
	case SL_JS_OBJECT:
		sl_js_check_object(c);
		break;
	case SL_JS_ARRAY:
		sl_js_check_array(c);
		break;
	case SL_JS_STRING:
		check_string(c);
		break;
	case SL_JS_NUMBER:
		check_number(c);
		break;
	default:
		break;
	}
}

static struct sl_js_error *result_of(struct sl_js_check *c)
{
	struct sl_js_error *group;

	if (c->errors.cause_count < 2)
		return c->errors.cause_count ? c->errors.causes[0] : NULL;
	group = sl_js_error_new(c, SL_STR("validation failed"));
	group->kind = SL_JS_GROUP;
	group->causes = c->errors.causes;
	group->cause_count = group->cause_cap = c->errors.cause_count;
	return group;
}

static struct sl_js_error *check_all(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;
	struct sl_js_error *e;

	if (s->constant_bool >= 0)
		return s->constant_bool ? NULL : sl_js_error_new(c, SL_STR("false schema"));
	e = check_cycle(c);
	if (!e)
		e = check_type(c);
	if (!e)
		e = check_constant(c);
	if (!e)
		e = check_enum(c);
	if (!e)
		e = check_format(c);
	if (e)
		return e;
	if (s->ref)
		check_ref(c, s->ref, "$ref");
	if (s->ref && s->draft < 2019)
		return result_of(c);
	check_by_type(c);
	if (c->errors.cause_count == 0 || !c->only_verdict) {
		if (s->draft >= 2019)
			check_moving_refs(c);
		sl_js_check_conditions(c);
		if (s->draft >= 2019)
			sl_js_check_unevaluated(c);
	}
	return result_of(c);
}

static struct sl_js_rest rest_of(struct sl_js_run *run, const struct sl_value *v,
				 const struct sl_js_schema *s, bool caller_needs)
{
	struct sl_js_rest rest = { .props = NULL };

	if (sl_is_map(v) && !s->all_props_evaluated &&
	    (caller_needs || s->unevaluated_properties)) {
		rest.props_left = sl_map_len(v);
		rest.props = sl_arena_alloc(run->a, rest.props_left + 1);
		memset(rest.props, 1, rest.props_left);
	}
	if (sl_is_list(v) && !s->all_items_evaluated && (caller_needs || s->unevaluated_items) &&
	    s->items_evaluated < sl_list_len(v)) {
		rest.items = sl_arena_alloc(run->a, sl_list_len(v) + 1);
		for (size_t i = s->items_evaluated; i < sl_list_len(v); i++)
			rest.items[i] = true;
		rest.items_left = sl_list_len(v) - s->items_evaluated;
	}
	return rest;
}

/* Within the limits, or an error that stands for the whole run. */
static struct sl_js_error *apply(struct sl_js_check *c)
{
	struct sl_js_run *run = c->run;
	struct sl_js_error *e;

	if (++run->steps > SL_JSONSCHEMA_STEPS_MAX)
		run->limit = "a schema takes too many steps";
	if (run->depth >= SL_JSONSCHEMA_DEPTH_MAX)
		run->limit = "a schema is applied within itself too deeply";
	if (sl_arena_full(run->a))
		run->limit = "a schema takes too much memory";
	if (run->limit)
		return sl_js_error_new(c, SL_STR(""));
	run->depth++;
	c->schema = sl_js_meta_at(c);
	e = check_all(c);
	run->depth--;
	return e;
}

static void merge(struct sl_js_rest *into, const struct sl_js_rest *from, const struct sl_value *v)
{
	for (size_t i = 0; into->props_left > 0 && i < sl_map_len(v); i++)
		if (into->props[i] && !(from->props && from->props[i])) {
			into->props[i] = false;
			into->props_left--;
		}
	for (size_t i = 0; into->items_left > 0 && i < sl_list_len(v); i++)
		if (into->items[i] && !(from->items && from->items[i])) {
			into->items[i] = false;
			into->items_left--;
		}
}

struct sl_js_error *sl_js_apply_self(struct sl_js_check *c, const struct sl_js_schema *schema,
				     const char *ref_keyword, bool only_verdict)
{
	struct sl_js_check sub = {
		.run = c->run,
		.v = c->v,
		.place = c->place,
		.schema = schema,
		.meta = c->meta,
		.scope = { schema, ref_keyword, c->scope.value, &c->scope },
		.only_verdict = c->only_verdict || only_verdict,
	};

	sub.rest = rest_of(c->run, c->v, schema, c->rest.props_left + c->rest.items_left > 0);
	struct sl_js_error *e = apply(&sub);

	if (!e)
		merge(&c->rest, &sub.rest, c->v);
	return e;
}

struct sl_js_error *sl_js_apply_within(struct sl_js_check *c, const struct sl_js_schema *schema,
				       const struct sl_value *v, struct sl_str token)
{
	struct sl_js_place place = { c->place, token };
	struct sl_js_check sub = {
		.run = c->run,
		.v = v,
		.place = &place,
		.schema = schema,
		.meta = c->meta,
		.scope = { schema, NULL, c->scope.value + 1, &c->scope },
		.only_verdict = c->only_verdict,
	};

	sub.rest = rest_of(c->run, v, schema, false);
	return apply(&sub);
}

struct sl_js_error *sl_js_apply_top(struct sl_js_run *run, const struct sl_js_schema *schema,
				    const struct sl_js_schema *meta, const struct sl_value *v)
{
	static const struct sl_js_place top = { NULL, { NULL, 0 } };
	struct sl_js_check c = { .run = run,
				 .v = v,
				 .place = &top,
				 .schema = schema,
				 .meta = meta,
				 .scope = { schema, NULL, 0, NULL } };

	c.rest = rest_of(run, v, schema, false);
	return apply(&c);
}

/* A part of a schema with a dialect of its own is held against the meta-schema of that. */
struct sl_js_schema *sl_js_meta_at(struct sl_js_check *c)
{
	const struct sl_js_root *r = c->run->resources;
	struct sl_js_schema *schema = (struct sl_js_schema *)(uintptr_t)c->schema, *meta;

	if (!r || c->schema != c->meta || r->resource_count < 2)
		return schema;
	struct sl_str at = place_text(c->run->a, c->place);

	for (size_t i = 0; i < r->resource_count; i++)
		if (sl_str_eq(r->resources[i]->pointer, at) &&
		    sl_js_meta(c->run->compiler, &r->resources[i]->dialect, &meta, NULL) == 0) {
			c->meta = meta;
			return meta;
		}
	return schema;
}

int sl_jsonschema_check(struct sl_arena *a, const struct sl_jsonschema *schema,
			const struct sl_value *value, struct sl_err *err)
{
	struct sl_js_run run = { .a = a };
	struct sl_js_error *e = sl_js_apply_top(&run, schema->schema, NULL, value);

	if (run.limit)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s", run.limit);
	if (!e)
		return 0;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(16 << 20);

	sl_js_error_text(e, schema->schema->location, &text);
	return sl_err_set(err, SL_ERR_INVALID, "%s", text.p);
}
