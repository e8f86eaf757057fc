#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/codec/json_go.h"
#include "libcommon/codec/jsonpointer.h"
#include "libcommon/lang/jsonschema/priv.h"

/* Where schemas stand in a schema: below a keyword, in the map or in the list there. */
enum shape { PROP = 1, MAP = 2, LIST = 4 };
static const struct {
	const char *keyword;
	unsigned shape;
	int since; /* draft */
} places[] = {
	{ "definitions", MAP, 4 },
	{ "not", PROP, 4 },
	{ "allOf", LIST, 4 },
	{ "anyOf", LIST, 4 },
	{ "oneOf", LIST, 4 },
	{ "properties", MAP, 4 },
	{ "additionalProperties", PROP, 4 },
	{ "patternProperties", MAP, 4 },
	{ "items", PROP | LIST, 4 },
	{ "additionalItems", PROP, 4 },
	{ "dependencies", MAP, 4 },
	{ "propertyNames", PROP, 6 },
	{ "contains", PROP, 6 },
	{ "if", PROP, 7 },
	{ "then", PROP, 7 },
	{ "else", PROP, 7 },
	{ "$defs", MAP, 2019 },
	{ "dependentSchemas", MAP, 2019 },
	{ "unevaluatedProperties", PROP, 2019 },
	{ "unevaluatedItems", PROP, 2019 },
	{ "contentSchema", PROP, 2019 },
	{ "prefixItems", LIST, 2020 },
};

struct collector {
	struct sl_js_compiler *c;
	struct sl_js_root *root;
};

static int collect(struct collector *k, const struct sl_value *v, struct sl_str base,
		   struct sl_str pointer, const struct sl_js_dialect *fallback, struct sl_err *err);

int sl_js_draft_of(struct sl_str url)
{
	static const struct {
		const char *name;
		int draft;
	} drafts[] = {
		{ "schema", 2020 },
		{ "draft/2020-12/schema", 2020 },
		{ "draft/2019-09/schema", 2019 },
		{ "draft-07/schema", 7 },
		{ "draft-06/schema", 6 },
		{ "draft-04/schema", 4 },
	};
	struct sl_str fragment;

	sl_js_url_split(url, &url, &fragment);
	if (fragment.n > 0)
		return 0;
	if (!sl_str_cut_prefix(&url, SL_STR("http://")))
		sl_str_cut_prefix(&url, SL_STR("https://"));
	if (!sl_str_cut_prefix(&url, SL_STR("json-schema.org/")))
		return 0;
	for (size_t i = 0; i < SL_ARRAY_LEN(drafts); i++)
		if (sl_str_eqz(url, drafts[i].name))
			return drafts[i].draft;
	return 0;
}

static unsigned default_vocabs(int draft)
{
	return SL_JS_CORE | SL_JS_APPLICATOR | SL_JS_VALIDATION |
	       (draft >= 2020 ? SL_JS_UNEVALUATED : 0);
}

bool sl_js_has_vocab(const struct sl_js_dialect *d, enum sl_js_vocab v)
{
	if (v == SL_JS_CORE || d->draft < 2019)
		return true;
	return (d->vocabs ? d->vocabs : default_vocabs(d->draft)) & v;
}

int sl_js_parse(struct sl_arena *a, struct sl_str text, struct sl_value **ret, struct sl_err *err)
{
	const struct sl_json_limits limits = { .bytes = SL_JSONSCHEMA_BYTES_MAX,
					       .as_go = true,
					       .verbatim_numbers = true };
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	SL_AUTO(sl_err) go = SL_ERR_INIT;
	int r = sl_json_parse(a, text, &limits, ret, &own);
	struct sl_value *unused;

	if (r == 0 || r == SL_ERR_TOO_LARGE || sl_json_go_parse(a, text, &unused, &go) == 0)
		return r ? sl_err_move(err, &own) : 0;
	/* Go's decoder of streams has words of its own for the end and what is behind it. */
	if (strstr(go.message, "unexpected end of JSON input"))
		return sl_err_set(err, r, "%s", sl_str_trim(text).n ? "unexpected EOF" : "EOF");
	if (strstr(go.message, "after top-level value"))
		return sl_err_set(err, r, "invalid character after top-level value");
	return sl_err_move(err, &go);
}

/* ---- look-up ---- */

struct sl_js_resource *sl_js_root_resource(const struct sl_js_root *r, struct sl_str pointer)
{
	for (;;) {
		for (size_t i = 0; i < r->resource_count; i++)
			if (sl_str_eq(r->resources[i]->pointer, pointer))
				return r->resources[i];
		ptrdiff_t slash = sl_str_rchr(pointer, '/');

		if (slash < 0)
			return r->resources[0];
		pointer = sl_str_sub(pointer, 0, (size_t)slash);
	}
}

static struct sl_js_resource *resource_named(const struct sl_js_root *r, struct sl_str id)
{
	for (size_t i = 0; i < r->resource_count; i++)
		if (sl_str_eq(r->resources[i]->id, id))
			return r->resources[i];
	return NULL;
}

static struct sl_str location_of(struct sl_arena *a, struct sl_str url, struct sl_str fragment)
{
	struct sl_str encoded = sl_js_url_encode(a, fragment);

	return sl_js_format(a, "%.*s#%.*s", SL_STR_FMT(url), SL_STR_FMT(encoded));
}

/* "BEFORE "A" AFTER" with A as Go quotes it. */
static int say(struct sl_err *err, const char *before, struct sl_str quoted, const char *after)
{
	SL_AUTO(sl_strbuf) q = SL_STRBUF_INIT(64 << 20);

	sl_strbuf_add_goquoted(&q, quoted);
	return sl_err_set(err, SL_ERR_INVALID, "%s%s%s", before, q.p, after);
}

int sl_js_root_lookup(const struct sl_js_root *r, struct sl_arena *a, struct sl_str pointer,
		      const struct sl_value **ret, struct sl_err *err)
{
	const struct sl_value *v = r->doc;
	struct sl_jsonpointer p;
	int code = sl_jsonpointer_parse(a, pointer, &p, err);

	if (code < 0)
		return code;
	for (size_t i = 0; i < p.n && v; i++)
		v = sl_jsonpointer_step(v, p.tokens[i]);
	if (!v)
		return say(err, "json-pointer in ", location_of(a, r->url, pointer), " not found");
	*ret = v;
	return 0;
}

/* ---- loading ---- */

static int refuse_url(struct sl_str url, const char *why, struct sl_err *err)
{
	SL_AUTO_FREE char *after = sl_xasprintf(": %s", why);

	return say(err, "failing loading ", url, after);
}

static int load(struct sl_js_compiler *c, struct sl_str url, const struct sl_value **ret,
		struct sl_err *err)
{
	struct sl_str text = sl_js_meta_text(url);
	struct sl_value *doc;
	int r;

	if (sl_str_starts(url, SL_STR("urn:")))
		text = SL_STR("true");
	if (text.n > 0) {
		r = sl_js_parse(c->a, text, &doc, err);
		*ret = doc;
		return r;
	}
	if (sl_str_starts(url, SL_STR("file:"))) {
		SL_AUTO_FREE char *why = NULL;
		struct sl_str path = sl_js_url_path(url);

		why = sl_xasprintf("open %.*s: no such file or directory", SL_STR_FMT(path));
		return refuse_url(url, why, err);
	}
	if (sl_str_starts(url, SL_STR("http:")) || sl_str_starts(url, SL_STR("https:")))
		return refuse_url(url, "schemas are not loaded from the network", err);
	SL_AUTO(sl_strbuf) why = SL_STRBUF_INIT(1 << 20);

	sl_strbuf_addz(&why, "no URLLoader registered for ");
	sl_strbuf_add_goquoted(&why, url);
	return refuse_url(url, why.p, err);
}

/* ---- dialects ---- */

static unsigned vocab_named(struct sl_str url, int draft)
{
	static const struct {
		const char *name;
		unsigned vocab;
	} vocabs[] = {
		{ "core", SL_JS_CORE },
		{ "applicator", SL_JS_APPLICATOR },
		{ "unevaluated", SL_JS_UNEVALUATED },
		{ "validation", SL_JS_VALIDATION },
		{ "meta-data", SL_JS_META_DATA },
		{ "format", SL_JS_FORMAT },
		{ "format-annotation", SL_JS_FORMAT_ANNOTATION },
		{ "format-assertion", SL_JS_FORMAT_ASSERTION },
		{ "content", SL_JS_CONTENT },
	};
	struct sl_str prefix = draft == 2019
				       ? SL_STR("https://json-schema.org/draft/2019-09/vocab/")
				       : SL_STR("https://json-schema.org/draft/2020-12/vocab/");

	if (!sl_str_cut_prefix(&url, prefix))
		return 0;
	for (size_t i = 0; i < SL_ARRAY_LEN(vocabs); i++)
		if (sl_str_eqz(url, vocabs[i].name))
			return vocabs[i].vocab;
	return 0;
}

/* The dialect that "$schema" names: a draft, or a meta-schema's own draft and vocabularies. */
static int dialect_of(struct sl_js_compiler *c, struct sl_str url, const struct sl_js_root *r,
		      struct sl_str pointer, struct sl_js_dialect *ret, struct sl_err *err)
{
	const struct sl_value *meta = NULL, *vocabs;
	struct sl_str own, fragment;

	ret->vocabs = 0;
	ret->draft = sl_js_draft_of(url);
	if (ret->draft)
		return 0;
	sl_js_url_split(url, &own, &fragment);
	if (pointer.n == 0 && sl_str_eq(own, r->url))
		return say(err, "draft ", own, " is not supported");
	int code = load(c, own, &meta, err);

	if (code < 0)
		return code;
	ret->draft = sl_js_draft_of(sl_get_str(meta, "$schema"));
	if (!ret->draft)
		ret->draft = 2020;
	vocabs = sl_get(meta, "$vocabulary");
	if (ret->draft < 2019 || !sl_is_map(vocabs))
		return 0;
	ret->vocabs = SL_JS_CORE;
	for (size_t i = 0; i < vocabs->map.n; i++)
		if (sl_as_bool(vocabs->map.members[i].value, false))
			ret->vocabs |= vocab_named(vocabs->map.members[i].key, ret->draft);
	return 0;
}

static struct sl_str id_of(const struct sl_value *v, int draft)
{
	struct sl_str id, fragment;

	if (draft < 2019 && sl_map_get(v, SL_STR("$ref")))
		return SL_STR_NULL;
	sl_js_url_split(sl_as_str(sl_map_get(v, draft == 4 ? SL_STR("id") : SL_STR("$id"))), &id,
			&fragment);
	return id;
}

/* ---- ids and anchors ---- */

static int add_anchor(struct collector *k, struct sl_js_resource *res, struct sl_str name,
		      struct sl_str pointer, bool dynamic, struct sl_err *err)
{
	for (size_t i = 0; i < res->anchor_count; i++) {
		struct sl_js_anchor *known = &res->anchors[i];

		if (!sl_str_eq(known->name, name))
			continue;
		known->dynamic |= dynamic;
		if (sl_str_eq(known->pointer, pointer))
			return 0;
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);

		sl_strbuf_addz(&text, "duplicate anchor ");
		sl_strbuf_add_goquoted(&text, name);
		sl_strbuf_addz(&text, " in ");
		sl_strbuf_add_goquoted(&text, k->root->url);
		sl_strbuf_addz(&text, " at ");
		sl_strbuf_add_goquoted(&text, known->pointer);
		sl_strbuf_addz(&text, " and ");
		sl_strbuf_add_goquoted(&text, pointer);
		return sl_err_set(err, SL_ERR_INVALID, "%s", text.p);
	}
	res->anchors = sl_arena_grow(k->c->a, res->anchors, res->anchor_count, &res->anchor_cap,
				     sizeof(*res->anchors));
	res->anchors[res->anchor_count++] = (struct sl_js_anchor){ name, pointer, dynamic };
	return 0;
}

/* Up to draft 7 an anchor is the fragment of an id. */
static int collect_old_anchor(struct collector *k, const struct sl_value *v, struct sl_str pointer,
			      struct sl_js_resource *res, struct sl_err *err)
{
	struct sl_str id, fragment, name;

	if (sl_map_get(v, SL_STR("$ref")))
		return 0;
	id = sl_as_str(sl_map_get(v, res->dialect.draft == 4 ? SL_STR("id") : SL_STR("$id")));
	sl_js_url_split(id, &id, &fragment);
	if (!sl_js_url_decode(k->c->a, fragment, &name))
		return say(err, "error in parsing anchor at ",
			   location_of(k->c->a, k->root->url, pointer), "");
	if (name.n == 0 || name.p[0] == '/')
		return 0;
	return add_anchor(k, res, name, pointer, false, err);
}

static int collect_anchors(struct collector *k, const struct sl_value *v, struct sl_str pointer,
			   struct sl_js_resource *res, struct sl_err *err)
{
	const struct sl_value *anchor = sl_map_get(v, SL_STR("$anchor"));
	const struct sl_value *dynamic = sl_map_get(v, SL_STR("$dynamicAnchor"));
	int r = 0;

	if (res->dialect.draft < 2019)
		return collect_old_anchor(k, v, pointer, res, err);
	if (sl_is_str(anchor))
		r = add_anchor(k, res, anchor->s, pointer, false, err);
	if (r == 0 && sl_is_str(dynamic) && res->dialect.draft >= 2020)
		r = add_anchor(k, res, dynamic->s, pointer, true, err);
	return r;
}

static int add_resource(struct collector *k, struct sl_str pointer, struct sl_str id,
			const struct sl_js_dialect *d, struct sl_err *err)
{
	struct sl_js_root *r = k->root;
	struct sl_js_resource *known = resource_named(r, id);

	if (known && !sl_str_eq(known->pointer, pointer)) {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);

		sl_strbuf_addz(&text, "duplicate id ");
		sl_strbuf_add_goquoted(&text, id);
		sl_strbuf_addz(&text, " in ");
		sl_strbuf_add_goquoted(&text, r->url);
		sl_strbuf_addz(&text, " at ");
		sl_strbuf_add_goquoted(&text, pointer);
		sl_strbuf_addz(&text, " and ");
		sl_strbuf_add_goquoted(&text, known->pointer);
		return sl_err_set(err, SL_ERR_INVALID, "%s", text.p);
	}
	if (known)
		return 0;
	r->resources = sl_arena_grow(k->c->a, r->resources, r->resource_count, &r->resource_cap,
				     sizeof(*r->resources));
	known = sl_arena_new(k->c->a, struct sl_js_resource);
	*known = (struct sl_js_resource){ .pointer = pointer, .id = id, .dialect = *d };
	r->resources[r->resource_count++] = known;
	return 0;
}

static int collect_below(struct collector *k, const struct sl_value *v, struct sl_str base,
			 struct sl_str pointer, const struct sl_js_resource *res, int draft,
			 struct sl_err *err)
{
	struct sl_arena *a = k->c->a;
	int r = 0;

	for (size_t i = 0; i < SL_ARRAY_LEN(places) && r == 0; i++) {
		struct sl_str keyword = sl_str(places[i].keyword);
		const struct sl_value *below = sl_map_get(v, keyword);

		if (!below || places[i].since > draft)
			continue;
		struct sl_str at = sl_js_pointer(a, pointer, keyword);

		if (places[i].shape & PROP)
			r = collect(k, below, base, at, &res->dialect, err);
		if (places[i].shape & LIST)
			for (size_t n = 0; n < sl_list_len(below) && r == 0; n++)
				r = collect(k, below->list.items[n], base,
					    sl_js_pointer_index(a, at, n), &res->dialect, err);
		if (places[i].shape & MAP)
			for (size_t n = 0; n < sl_map_len(below) && r == 0; n++)
				r = collect(k, below->map.members[n].value, base,
					    sl_js_pointer(a, at, below->map.members[n].key),
					    &res->dialect, err);
	}
	return r;
}

static int collect_schema(struct collector *k, const struct sl_value *v, struct sl_str base,
			  struct sl_str pointer, const struct sl_js_dialect *fallback,
			  struct sl_err *err)
{
	const struct sl_value *named = sl_map_get(v, SL_STR("$schema"));
	struct sl_js_dialect own = *fallback;
	struct sl_str id;
	int r = 0;

	if (sl_is_str(named))
		r = dialect_of(k->c, named->s, k->root, pointer, &own, err);
	if (r < 0)
		return r;
	id = id_of(v, own.draft);
	/* Without an id of its own a part is of the dialect that it stands in. */
	if (id.n == 0 && pointer.n > 0) {
		own = *fallback;
		id = id_of(v, own.draft);
	}
	if (id.n > 0) {
		SL_AUTO(sl_strbuf) why = SL_STRBUF_INIT(1 << 20);

		if (!sl_js_url_check(id, &why))
			return say(err, "error in parsing id at ",
				   location_of(k->c->a, k->root->url, pointer), "");
		base = sl_js_url_join(k->c->a, base, id);
	}
	if (id.n > 0 || pointer.n == 0)
		r = add_resource(k, pointer, base, &own, err);
	if (r < 0)
		return r;
	struct sl_js_resource *res = resource_named(k->root, base);

	if (!res)
		res = sl_js_root_resource(k->root, pointer);
	r = collect_anchors(k, v, pointer, res, err);
	return r < 0 ? r : collect_below(k, v, base, pointer, res, own.draft, err);
}

static int collect(struct collector *k, const struct sl_value *v, struct sl_str base,
		   struct sl_str pointer, const struct sl_js_dialect *fallback, struct sl_err *err)
{
	if (sl_strmap_has(&k->root->seen, pointer))
		return 0;
	if (k->root->seen.n > SL_JSONSCHEMA_SCHEMAS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d schemas in one",
				  SL_JSONSCHEMA_SCHEMAS_MAX);
	sl_strmap_set(&k->root->seen, pointer, k->root);
	if (sl_is_map(v))
		return collect_schema(k, v, base, pointer, fallback, err);
	return pointer.n == 0 ? add_resource(k, pointer, base, fallback, err) : 0;
}

int sl_js_root_add(struct sl_js_compiler *c, struct sl_str url, const struct sl_value *doc,
		   struct sl_js_root **ret, struct sl_err *err)
{
	static const struct sl_js_dialect latest = { .draft = 2020 };
	struct sl_js_root *r = sl_arena_new(c->a, struct sl_js_root);
	struct collector k = { c, r };

	r->url = url;
	r->doc = doc;
	c->roots = sl_grow(c->roots, c->root_count, &c->root_cap, sizeof(*c->roots));
	c->roots[c->root_count++] = r;
	int code = collect(&k, doc, url, SL_STR(""), &latest, err);

	if (code == 0 && c->metas)
		code = sl_js_check_meta(c, r, doc, SL_STR(""), err);
	*ret = r;
	return code;
}

int sl_js_root_get(struct sl_js_compiler *c, struct sl_str url, struct sl_js_root **ret,
		   struct sl_err *err)
{
	const struct sl_value *doc;

	for (size_t i = 0; i < c->root_count; i++)
		if (sl_str_eq(c->roots[i]->url, url)) {
			*ret = c->roots[i];
			return 0;
		}
	int r = load(c, url, &doc, err);

	return r < 0 ? r : sl_js_root_add(c, sl_arena_str(c->a, url), doc, ret, err);
}

int sl_js_root_ensure(struct sl_js_compiler *c, struct sl_js_root *r, struct sl_str pointer,
		      struct sl_err *err)
{
	const struct sl_js_resource *base = sl_js_root_resource(r, pointer);
	struct collector k = { c, r };
	const struct sl_value *v;
	int code;

	if (sl_strmap_has(&r->seen, pointer))
		return 0;
	code = sl_js_root_lookup(r, c->a, pointer, &v, err);
	if (code == 0)
		code = collect(&k, v, base->id, pointer, &base->dialect, err);
	if (code == 0 && c->metas)
		code = sl_js_check_meta(c, r, v, pointer, err);
	return code;
}

int sl_js_resolve(struct sl_js_compiler *c, struct sl_js_root *r,
		  const struct sl_js_resource *resource, struct sl_str reference,
		  struct sl_js_root **ret_root, struct sl_str *ret_pointer, struct sl_err *err)
{
	struct sl_str url, fragment, name;
	struct sl_js_resource *in;
	int code;

	sl_js_url_split(reference, &url, &fragment);
	SL_AUTO(sl_strbuf) why = SL_STRBUF_INIT(1 << 20);

	if (!sl_js_url_check(url, &why) || !sl_js_url_decode(c->a, fragment, &name)) {
		SL_AUTO_FREE char *after = sl_xasprintf(": %s", why.p);

		return say(err, "error in parsing ", reference, after);
	}
	url = sl_js_url_join(c->a, resource->id, url);
	*ret_root = r;
	in = sl_str_eq(url, r->url) ? r->resources[0] : resource_named(r, url);
	if (!in) {
		code = sl_js_root_get(c, url, ret_root, err);
		if (code < 0)
			return code;
		in = (*ret_root)->resources[0];
	}
	if (name.n == 0 || name.p[0] == '/') {
		*ret_pointer =
			sl_js_format(c->a, "%.*s%.*s", SL_STR_FMT(in->pointer), SL_STR_FMT(name));
		return 0;
	}
	for (size_t i = 0; i < in->anchor_count; i++)
		if (sl_str_eq(in->anchors[i].name, name)) {
			*ret_pointer = in->anchors[i].pointer;
			return 0;
		}
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);

	sl_strbuf_addz(&text, "anchor in ");
	sl_strbuf_add_goquoted(&text, location_of(c->a, in->id, name));
	sl_strbuf_addz(&text, " not found in schema ");
	sl_strbuf_add_goquoted(&text, (*ret_root)->url);
	return sl_err_set(err, SL_ERR_INVALID, "%s", text.p);
}
