#include <stdlib.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/lang/jsonschema/priv.h"

/* One schema object being compiled. */
struct keywords {
	struct sl_js_compiler *c;
	struct sl_js_root *root;
	struct sl_js_resource *resource;
	const struct sl_value *v;
	struct sl_js_schema *s;
};

/* The schema at a place of a document, compiled now or when its turn comes. */
static struct sl_js_schema *enqueue(struct sl_js_compiler *c, struct sl_js_root *r,
				    struct sl_str pointer)
{
	struct sl_str encoded = sl_js_url_encode(c->a, pointer);
	struct sl_str location =
		sl_js_format(c->a, "%.*s#%.*s", SL_STR_FMT(r->url), SL_STR_FMT(encoded));
	struct sl_js_schema *s = sl_strmap_get(&c->schemas, location);

	if (s)
		return s;
	s = sl_arena_new(c->a, struct sl_js_schema);
	*s = (struct sl_js_schema){
		.root = r, .pointer = pointer, .location = location, .constant_bool = -1
	};
	sl_strmap_set(&c->schemas, location, s);
	c->queue = sl_grow(c->queue, c->queue_count, &c->queue_cap, sizeof(struct sl_js_schema *));
	c->queue[c->queue_count++] = s;
	return s;
}

static struct sl_str below(struct keywords *k, const char *keyword)
{
	return sl_js_pointer(k->c->a, k->s->pointer, sl_str(keyword));
}

static struct sl_js_schema *one(struct keywords *k, const char *keyword)
{
	if (!sl_map_get(k->v, sl_str(keyword)))
		return NULL;
	return enqueue(k->c, k->root, below(k, keyword));
}

static struct sl_js_list list(struct keywords *k, const char *keyword)
{
	const struct sl_value *v = sl_map_get(k->v, sl_str(keyword));
	struct sl_js_list l = { .given = sl_is_list(v) };
	struct sl_str at = below(k, keyword);

	l.n = sl_list_len(v);
	if (l.n)
		l.v = sl_arena_array(k->c->a, l.n, sizeof(struct sl_js_schema *));
	for (size_t i = 0; i < l.n; i++)
		l.v[i] = enqueue(k->c, k->root, sl_js_pointer_index(k->c->a, at, i));
	return l;
}

static struct sl_js_more more(struct keywords *k, const char *keyword)
{
	const struct sl_value *v = sl_map_get(k->v, sl_str(keyword));
	struct sl_js_more m = { .given = v != NULL };

	if (v && v->kind == SL_V_BOOL)
		m.allowed = v->b;
	else if (v)
		m.schema = one(k, keyword);
	return m;
}

static struct sl_str *strings(struct keywords *k, const struct sl_value *v, size_t *ret_n)
{
	struct sl_str *names = sl_arena_array(k->c->a, sl_list_len(v) + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < sl_list_len(v); i++)
		if (sl_is_str(v->list.items[i]))
			names[n++] = v->list.items[i]->s;
	*ret_n = n;
	return names;
}

/* A map from names to schemas, or to lists of names. `schemas`: that alone. */
static struct sl_js_map map(struct keywords *k, const char *keyword, bool schemas, bool lists)
{
	const struct sl_value *v = sl_map_get(k->v, sl_str(keyword));
	struct sl_js_map m = { .n = 0 };
	struct sl_str at = below(k, keyword);

	m.v = sl_arena_array(k->c->a, sl_map_len(v) + 1, sizeof(*m.v));
	for (size_t i = 0; i < sl_map_len(v); i++) {
		const struct sl_member *member = &v->map.members[i];
		struct sl_js_named *named = &m.v[m.n];

		*named = (struct sl_js_named){ .name = member->key };
		if (lists && sl_is_list(member->value))
			named->needs = strings(k, member->value, &named->need_count);
		else if (schemas)
			named->schema =
				enqueue(k->c, k->root, sl_js_pointer(k->c->a, at, member->key));
		else
			continue;
		m.n++;
	}
	return m;
}

static struct sl_js_bound bound(struct keywords *k, const char *keyword)
{
	struct sl_js_bound b;

	b.given = sl_js_number(k->c->a, sl_map_get(k->v, sl_str(keyword)), &b.n);
	return b;
}

static struct sl_js_count count(struct keywords *k, const char *keyword)
{
	struct sl_js_bound b = bound(k, keyword);
	struct sl_js_count c = { .given = b.given && sl_js_number_is_integer(&b.n) };

	if (c.given)
		c.n = sl_js_number_int(&b.n);
	return c;
}

static bool flag(struct keywords *k, const char *keyword)
{
	const struct sl_value *v = sl_map_get(k->v, sl_str(keyword));

	return v && v->kind == SL_V_BOOL && v->b;
}

static struct sl_str text(struct keywords *k, const char *keyword)
{
	return sl_as_str(sl_map_get(k->v, sl_str(keyword)));
}

static int regex(struct keywords *k, struct sl_str pattern, const char *keyword,
		 const struct sl_regex **ret, struct sl_err *err)
{
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	int r = sl_regex_compile(k->c->a, pattern, ret, &why);

	if (r == 0)
		return 0;
	SL_AUTO(sl_strbuf) message = SL_STRBUF_INIT(1 << 20);
	struct sl_str at = sl_js_format(k->c->a, "%.*s/%s", SL_STR_FMT(k->s->location), keyword);

	sl_strbuf_addz(&message, "invalid regex ");
	sl_strbuf_add_goquoted(&message, pattern);
	sl_strbuf_addz(&message, " at ");
	sl_strbuf_add_goquoted(&message, at);
	return sl_err_set(err, r, "%s: %s", message.p, why.message);
}

static int reference(struct keywords *k, const char *keyword, struct sl_js_schema **ret,
		     struct sl_err *err)
{
	const struct sl_value *v = sl_map_get(k->v, sl_str(keyword));
	struct sl_str pointer;
	struct sl_js_root *root;

	if (!sl_is_str(v))
		return 0;
	int r = sl_js_resolve(k->c, k->root, k->resource, v->s, &root, &pointer, err);

	if (r == 0)
		*ret = enqueue(k->c, root, pointer);
	return r;
}

static int compile_properties(struct keywords *k, struct sl_err *err)
{
	struct sl_js_schema *s = k->s;
	int r = 0;

	s->properties = map(k, "properties", true, false);
	s->pattern_properties = map(k, "patternProperties", true, false);
	for (size_t i = 0; i < s->pattern_properties.n && r == 0; i++) {
		struct sl_js_named *named = &s->pattern_properties.v[i];

		r = regex(k, named->name, "patternProperties", &named->regex, err);
	}
	s->additional_properties = more(k, "additionalProperties");
	s->dependencies = map(k, "dependencies", true, true);
	return r;
}

static int compile_applicators(struct keywords *k, struct sl_err *err)
{
	struct sl_js_schema *s = k->s;

	s->all_of = list(k, "allOf");
	s->any_of = list(k, "anyOf");
	s->one_of = list(k, "oneOf");
	s->not_ = one(k, "not");
	if (s->draft >= 2020) {
		s->prefix_items = list(k, "prefixItems");
		s->items = one(k, "items");
	} else if (sl_is_list(sl_map_get(k->v, SL_STR("items")))) {
		s->items_list = list(k, "items");
		s->additional_items = more(k, "additionalItems");
	} else {
		s->items = one(k, "items");
	}
	if (s->draft >= 6) {
		s->contains = one(k, "contains");
		s->property_names = one(k, "propertyNames");
	}
	if (s->draft >= 7)
		s->if_ = one(k, "if");
	if (s->if_) {
		const struct sl_value *v = sl_map_get(k->v, SL_STR("if"));

		s->then_ = v->kind != SL_V_BOOL || v->b ? one(k, "then") : NULL;
		s->else_ = v->kind != SL_V_BOOL || !v->b ? one(k, "else") : NULL;
	}
	if (s->draft >= 2019)
		s->dependent_schemas = map(k, "dependentSchemas", true, false);
	return compile_properties(k, err);
}

/* In draft 4 "exclusiveMaximum" is a boolean beside "maximum". */
static void compile_limits(struct keywords *k)
{
	struct sl_js_schema *s = k->s;

	s->multiple_of = bound(k, "multipleOf");
	s->maximum = bound(k, "maximum");
	s->exclusive_maximum = bound(k, "exclusiveMaximum");
	if (flag(k, "exclusiveMaximum")) {
		s->exclusive_maximum = s->maximum;
		s->maximum.given = false;
	}
	s->minimum = bound(k, "minimum");
	s->exclusive_minimum = bound(k, "exclusiveMinimum");
	if (flag(k, "exclusiveMinimum")) {
		s->exclusive_minimum = s->minimum;
		s->minimum.given = false;
	}
	s->min_length = count(k, "minLength");
	s->max_length = count(k, "maxLength");
	s->min_items = count(k, "minItems");
	s->max_items = count(k, "maxItems");
	s->min_properties = count(k, "minProperties");
	s->max_properties = count(k, "maxProperties");
	s->unique_items = flag(k, "uniqueItems");
}

static void compile_types(struct keywords *k)
{
	const struct sl_value *type = sl_map_get(k->v, SL_STR("type"));
	struct sl_js_schema *s = k->s;

	s->types = sl_js_type_named(sl_as_str(type));
	for (size_t i = 0; i < sl_list_len(type); i++)
		s->types |= sl_js_type_named(sl_as_str(type->list.items[i]));
	s->enumeration = sl_map_get(k->v, SL_STR("enum"));
	if (!sl_is_list(s->enumeration))
		s->enumeration = NULL;
	for (size_t i = 0; s->enumeration && i < s->enumeration->list.n; i++)
		s->enum_types |= sl_js_type_of(s->enumeration->list.items[i]);
	if (s->draft >= 6)
		s->constant = sl_map_get(k->v, SL_STR("const"));
}

static int compile_validation(struct keywords *k, struct sl_err *err)
{
	struct sl_js_schema *s = k->s;
	int r = 0;

	compile_types(k);
	compile_limits(k);
	s->required = strings(k, sl_map_get(k->v, SL_STR("required")), &s->required_count);
	if (sl_is_str(sl_map_get(k->v, SL_STR("pattern")))) {
		s->pattern_text = text(k, "pattern");
		r = regex(k, s->pattern_text, "pattern", &s->pattern, err);
	}
	if (s->draft < 2019)
		return r;
	if (s->contains) {
		s->min_contains = count(k, "minContains");
		s->max_contains = count(k, "maxContains");
	}
	s->dependent_required = map(k, "dependentRequired", false, true);
	return r;
}

static bool asserts_format(struct keywords *k)
{
	if (k->c->assert_format || k->s->draft < 2019)
		return true;
	return sl_js_has_vocab(&k->resource->dialect,
			       k->s->draft == 2019 ? SL_JS_FORMAT : SL_JS_FORMAT_ASSERTION);
}

static int compile_references(struct keywords *k, struct sl_err *err)
{
	struct sl_js_schema *s = k->s;
	int r = 0;

	if (s->draft >= 2019) {
		r = reference(k, "$recursiveRef", &s->recursive_ref, err);
		s->recursive_anchor = flag(k, "$recursiveAnchor");
	}
	if (s->draft < 2020 || r < 0)
		return r;
	s->dynamic_anchor = text(k, "$dynamicAnchor");
	r = reference(k, "$dynamicRef", &s->dynamic_ref, err);
	if (r == 0 && s->dynamic_ref) {
		struct sl_str url, fragment;

		sl_js_url_split(text(k, "$dynamicRef"), &url, &fragment);
		if (fragment.n > 0 && fragment.p[0] != '/')
			(void)sl_js_url_decode(k->c->a, fragment, &s->dynamic_ref_anchor);
	}
	return r;
}

static int compile_object(struct keywords *k, struct sl_err *err)
{
	const struct sl_js_dialect *d = &k->resource->dialect;
	struct sl_js_schema *s = k->s;
	int r = reference(k, "$ref", &s->ref, err);

	/* Up to draft 7 nothing beside a reference counts. */
	if (r == 0 && !(s->ref && s->draft < 2019)) {
		if (sl_js_has_vocab(d, SL_JS_APPLICATOR))
			r = compile_applicators(k, err);
		if (r == 0 && sl_js_has_vocab(d, SL_JS_VALIDATION))
			r = compile_validation(k, err);
		if (asserts_format(k)) {
			s->format_regex = sl_str_eqz(text(k, "format"), "regex");
			s->format = sl_js_format_find(text(k, "format"));
		}
	}
	if (r == 0)
		r = compile_references(k, err);
	if (s->draft >= 2019 &&
	    sl_js_has_vocab(d, s->draft == 2019 ? SL_JS_APPLICATOR : SL_JS_UNEVALUATED)) {
		s->unevaluated_items = one(k, "unevaluatedItems");
		s->unevaluated_properties = one(k, "unevaluatedProperties");
	}
	return r;
}

static void collect_dynamic_anchors(struct sl_js_compiler *c, struct sl_js_schema *s,
				    const struct sl_js_resource *res)
{
	struct sl_js_map *m = &s->dynamic_anchors;

	if (res->anchor_count)
		m->v = sl_arena_array(c->a, res->anchor_count, sizeof(*m->v));
	for (size_t i = 0; i < res->anchor_count; i++) {
		const struct sl_js_anchor *anchor = &res->anchors[i];

		if (anchor->dynamic)
			m->v[m->n++] = (struct sl_js_named){
				.name = anchor->name, .schema = enqueue(c, s->root, anchor->pointer)
			};
	}
}

static int compile_one(struct sl_js_compiler *c, struct sl_js_schema *s, struct sl_err *err)
{
	const struct sl_value *v = NULL;
	int r = sl_js_root_ensure(c, s->root, s->pointer, err);

	if (r == 0)
		r = sl_js_root_lookup(s->root, c->a, s->pointer, &v, err);
	if (r < 0 || !v)
		return r;
	struct sl_js_resource *res = sl_js_root_resource(s->root, s->pointer);
	struct keywords k = { c, s->root, res, v, s };

	s->draft = res->dialect.draft;
	s->resource = enqueue(c, s->root, res->pointer);
	if (s->draft >= 2020 && s == s->resource)
		collect_dynamic_anchors(c, s, res);
	if (v->kind == SL_V_BOOL)
		s->constant_bool = v->b;
	else if (sl_is_map(v) && sl_map_len(v) == 0)
		s->constant_bool = 1;
	else if (sl_is_map(v))
		r = compile_object(&k, err);
	s->all_props_evaluated = s->additional_properties.given;
	s->all_items_evaluated = s->items || s->additional_items.given;
	s->items_evaluated = s->draft >= 2020 ? s->prefix_items.n : s->items_list.n;
	return r;
}

int sl_js_compile(struct sl_js_compiler *c, struct sl_js_root *r, struct sl_str pointer,
		  struct sl_js_schema **ret, struct sl_err *err)
{
	size_t at = c->queue_count;
	int code = 0;

	*ret = enqueue(c, r, pointer);
	for (; at < c->queue_count && code == 0; at++) {
		if (at > SL_JSONSCHEMA_SCHEMAS_MAX || sl_arena_full(c->a))
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "a schema refers to more than %d others",
					  SL_JSONSCHEMA_SCHEMAS_MAX);
		code = compile_one(c, c->queue[at], err);
	}
	return code;
}

/* ---- meta-schemas ---- */

int sl_js_meta(struct sl_js_compiler *c, const struct sl_js_dialect *d, struct sl_js_schema **ret,
	       struct sl_err *err)
{
	static const struct {
		int draft;
		struct sl_str url;
	} metas[] = {
		{ 4, SL_STR("http://json-schema.org/draft-04/schema") },
		{ 6, SL_STR("http://json-schema.org/draft-06/schema") },
		{ 7, SL_STR("http://json-schema.org/draft-07/schema") },
		{ 2019, SL_STR("https://json-schema.org/draft/2019-09/schema") },
		{ 2020, SL_STR("https://json-schema.org/draft/2020-12/schema") },
	};
	struct sl_js_root *root;
	size_t i = 0;

	while (metas[i].draft != d->draft)
		i++;
	int r = sl_js_root_get(c->metas, metas[i].url, &root, err);

	return r < 0 ? r : sl_js_compile(c->metas, root, SL_STR(""), ret, err);
}

int sl_js_check_meta(struct sl_js_compiler *c, struct sl_js_root *r, const struct sl_value *v,
		     struct sl_str pointer, struct sl_err *err)
{
	struct sl_js_run run = { .a = c->a, .compiler = c, .resources = r };
	struct sl_js_schema *meta;
	struct sl_js_error *e;
	int code = sl_js_meta(c, &sl_js_root_resource(r, pointer)->dialect, &meta, err);

	if (code < 0)
		return code;
	e = sl_js_apply_top(&run, meta, meta, v);
	if (run.limit)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s", run.limit);
	if (!e)
		return 0;
	SL_AUTO(sl_strbuf) message = SL_STRBUF_INIT(16 << 20);
	struct sl_str encoded = sl_js_url_encode(c->a, pointer);

	sl_strbuf_add_goquoted(
		&message, sl_js_format(c->a, "%.*s#%.*s", SL_STR_FMT(r->url), SL_STR_FMT(encoded)));
	sl_strbuf_addz(&message, " is not valid against metaschema: ");
	sl_js_error_text(e, meta->location, &message);
	return sl_err_set(err, SL_ERR_INVALID, "%s", message.p);
}

static void release(struct sl_js_compiler *c)
{
	for (size_t i = 0; i < c->root_count; i++)
		sl_strmap_release(&c->roots[i]->seen);
	free(c->roots);
	free(c->queue);
	sl_strmap_release(&c->schemas);
}

int sl_jsonschema_compile(struct sl_arena *a, const char *url, struct sl_str text_,
			  const struct sl_jsonschema **ret, struct sl_err *err)
{
	struct sl_js_compiler metas = { .a = a, .assert_format = true };
	struct sl_js_compiler c = { .a = a, .metas = &metas };
	struct sl_jsonschema *schema = sl_arena_new(a, struct sl_jsonschema);
	struct sl_str where = sl_str(sl_arena_strdup(a, url));
	struct sl_js_root *root;
	struct sl_value *doc;
	int r = sl_js_parse(a, text_, &doc, err);

	if (r == 0)
		r = sl_js_root_add(&c, where, doc, &root, err);
	if (r == 0)
		r = sl_js_compile(&c, root, SL_STR(""), &schema->schema, err);
	release(&c);
	release(&metas);
	if (r == 0)
		*ret = schema;
	return r;
}
