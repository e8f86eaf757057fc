#include <stdlib.h>
#include <string.h>

#include "libcommon/lang/jsonschema/priv.h"

static void bad_count(struct sl_js_check *c, const char *what, size_t got, int64_t want)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1024);

	sl_js_count_text((int64_t)got, &text);
	sl_strbuf_addz(&text, ", want ");
	sl_js_count_text(want, &text);
	sl_js_addf(c, "%s: got %s", what, text.p);
}

/* Whether names are missing, and which: 'a', 'b' */
static size_t find_missing(struct sl_js_check *c, const struct sl_str *names, size_t n,
			   struct sl_strbuf *out)
{
	size_t missing = 0;

	for (size_t i = 0; i < n; i++) {
		if (sl_map_get(c->v, names[i]))
			continue;
		if (missing++)
			sl_strbuf_addz(out, ", ");
		sl_js_quote(names[i], out);
	}
	return missing;
}

static void check_required(struct sl_js_check *c)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(16 << 20);
	size_t n = find_missing(c, c->schema->required, c->schema->required_count, &text);

	if (n > 0)
		sl_js_addf(c, "missing propert%s %s", n == 1 ? "y" : "ies", text.p);
}

/* For each member that is there: names that must be there too, or a schema for the whole. */
static void check_dependents(struct sl_js_check *c, const struct sl_js_map *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct sl_js_named *d = &m->v[i];
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(16 << 20);

		if (!sl_map_get(c->v, d->name))
			continue;
		if (d->schema) {
			sl_js_add(c, sl_js_apply_self(c, d->schema, NULL, false));
			continue;
		}
		if (find_missing(c, d->needs, d->need_count, &text) == 0)
			continue;
		struct sl_str name = sl_js_quoted(c->run->a, d->name);

		sl_js_addf(c, "properties %s required, if %.*s exists", text.p, SL_STR_FMT(name));
	}
}

static const struct sl_js_schema *property_named(const struct sl_js_map *m, struct sl_str name)
{
	for (size_t i = 0; i < m->n; i++)
		if (sl_str_eq(m->v[i].name, name))
			return m->v[i].schema;
	return NULL;
}

static void check_member(struct sl_js_check *c, size_t i, struct sl_strbuf *additional)
{
	const struct sl_js_schema *s = c->schema, *own;
	const struct sl_member *m = &c->v->map.members[i];
	bool evaluated = false;

	own = property_named(&s->properties, m->key);
	if (own) {
		evaluated = true;
		sl_js_add(c, sl_js_apply_within(c, own, m->value, m->key));
	}
	for (size_t k = 0; k < s->pattern_properties.n; k++) {
		const struct sl_js_named *p = &s->pattern_properties.v[k];

		if (!sl_regex_match(p->regex, m->key))
			continue;
		evaluated = true;
		sl_js_add(c, sl_js_apply_within(c, p->schema, m->value, m->key));
	}
	if (!evaluated && s->additional_properties.given) {
		evaluated = true;
		if (s->additional_properties.schema) {
			sl_js_add(c, sl_js_apply_within(c, s->additional_properties.schema,
							m->value, m->key));
		} else if (!s->additional_properties.allowed) {
			sl_strbuf_addz(additional, additional->n ? ", " : "");
			sl_js_quote(m->key, additional);
		}
	}
	if (evaluated && c->rest.props && c->rest.props[i]) {
		c->rest.props[i] = false;
		c->rest.props_left--;
	}
}

static void check_property_names(struct sl_js_check *c)
{
	for (size_t i = 0; i < c->v->map.n; i++) {
		struct sl_value name = { .kind = SL_V_STRING };
		struct sl_js_error *e, *outer;

		name.s = c->v->map.members[i].key;
		const struct sl_js_schema *meta =
			c->schema->property_names == c->meta ? c->meta : NULL;

		e = sl_js_apply_top(c->run, c->schema->property_names, meta, &name);
		if (!e)
			continue;
		struct sl_str quoted = sl_js_quoted(c->run->a, name.s);

		outer = sl_js_error_new(c, sl_js_format(c->run->a, "invalid propertyName %.*s",
							SL_STR_FMT(quoted)));
		if (e->kind == SL_JS_GROUP) {
			outer->causes = e->causes;
			outer->cause_count = outer->cause_cap = e->cause_count;
		} else {
			sl_js_error_push(c->run->a, outer, e);
		}
		sl_js_add(c, outer);
	}
}

void sl_js_check_object(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;
	SL_AUTO(sl_strbuf) additional = SL_STRBUF_INIT(16 << 20);
	size_t n = sl_map_len(c->v);

	if (s->min_properties.given && (int64_t)n < s->min_properties.n)
		bad_count(c, "minProperties", n, s->min_properties.n);
	if (s->max_properties.given && (int64_t)n > s->max_properties.n)
		bad_count(c, "maxProperties", n, s->max_properties.n);
	check_required(c);
	if (c->only_verdict && c->errors.cause_count > 0)
		return;
	check_dependents(c, &s->dependencies);
	for (size_t i = 0; i < n; i++) {
		if (c->only_verdict && c->errors.cause_count > 0)
			return;
		check_member(c, i, &additional);
	}
	if (additional.n > 0)
		sl_js_addf(c, "additional properties %s not allowed", additional.p);
	if (s->property_names)
		check_property_names(c);
	check_dependents(c, &s->dependent_schemas);
	check_dependents(c, &s->dependent_required);
}

/* ---- lists ---- */

static void apply_item(struct sl_js_check *c, const struct sl_js_schema *s, size_t i)
{
	sl_js_add(c,
		  sl_js_apply_within(c, s, c->v->list.items[i], sl_js_format(c->run->a, "%zu", i)));
}

static void check_unique(struct sl_js_check *c)
{
	size_t n = c->v->list.n;
	struct sl_arena *a = c->run->a;
	uint64_t *hashes = sl_arena_array(a, n, sizeof(*hashes));

	for (size_t i = 0; i < n; i++) {
		hashes[i] = sl_js_value_hash(a, c->v->list.items[i]);
		c->run->steps += i / 1000;
		if (c->run->steps > SL_JSONSCHEMA_STEPS_MAX)
			return;
		for (size_t j = 0; j < i; j++) {
			SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1024);

			if (hashes[i] != hashes[j] ||
			    !sl_js_value_equal(a, c->v->list.items[i], c->v->list.items[j]))
				continue;
			sl_js_count_text((int64_t)j, &text);
			sl_strbuf_addz(&text, " and ");
			sl_js_count_text((int64_t)i, &text);
			sl_js_addf(c, "items at %s are equal", text.p);
			return;
		}
	}
}

static void check_items(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;
	const struct sl_js_list *first = s->draft >= 2020 ? &s->prefix_items : &s->items_list;
	size_t n = c->v->list.n, at = 0;

	for (; at < n && at < first->n; at++)
		apply_item(c, first->v[at], at);
	for (; at < n && s->items; at++)
		apply_item(c, s->items, at);
	if (!s->additional_items.given)
		return;
	if (s->additional_items.schema) {
		for (; at < n; at++)
			apply_item(c, s->additional_items.schema, at);
	} else if (!s->additional_items.allowed && at < n) {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(64);

		sl_js_count_text((int64_t)(n - at), &text);
		sl_js_addf(c, "last %s additionalItem(s) not allowed", text.p);
	}
}

/* What an error about `contains` is made from: which items match, and why the others do not. */
struct matches {
	struct sl_strbuf at;
	size_t n;
	struct sl_js_error others;
};

static void add_contains_error(struct sl_js_check *c, struct matches *m, struct sl_str text)
{
	struct sl_js_error *e = sl_js_error_new(c, sl_arena_str(c->run->a, text));

	e->causes = m->others.causes;
	e->cause_count = e->cause_cap = m->others.cause_count;
	sl_js_add(c, e);
}

static void check_matches(struct sl_js_check *c, struct matches *m)
{
	const struct sl_js_schema *s = c->schema;
	SL_AUTO(sl_strbuf) got = SL_STRBUF_INIT(16 << 20);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(16 << 20);

	sl_js_count_text((int64_t)m->n, &got);
	sl_strbuf_addf(&got, " items at %s", m->at.p);
	if (s->min_contains.given && (int64_t)m->n < s->min_contains.n) {
		sl_strbuf_addz(&text, "min ");
		sl_js_count_text(s->min_contains.n, &text);
		sl_strbuf_addf(&text, " items required to match contains schema, but %s%s",
			       m->n ? "matched " : "none matched", m->n ? got.p : "");
		add_contains_error(c, m, sl_strbuf_str(&text));
	} else if (!s->min_contains.given && m->n == 0) {
		add_contains_error(c, m, SL_STR("no items match contains schema"));
	}
	if (s->max_contains.given && (int64_t)m->n > s->max_contains.n) {
		SL_AUTO(sl_strbuf) most = SL_STRBUF_INIT(64);

		sl_js_count_text(s->max_contains.n, &most);
		sl_js_addf(c, "max %s items required to match contains schema, but matched %s",
			   most.p, got.p);
	}
}

static void check_contains(struct sl_js_check *c)
{
	struct matches m = { .at = SL_STRBUF_INIT(16 << 20) };

	for (size_t i = 0; i < c->v->list.n; i++) {
		struct sl_js_error *e =
			sl_js_apply_within(c, c->schema->contains, c->v->list.items[i],
					   sl_js_format(c->run->a, "%zu", i));

		if (e) {
			sl_js_error_push(c->run->a, &m.others, e);
			continue;
		}
		sl_strbuf_addf(&m.at, "%s%zu", m.n++ ? " " : "", i);
		if (c->schema->draft >= 2020 && c->rest.items && c->rest.items[i]) {
			c->rest.items[i] = false;
			c->rest.items_left--;
		}
	}
	check_matches(c, &m);
	sl_strbuf_release(&m.at);
}

void sl_js_check_array(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;
	size_t n = c->v->list.n;

	if (s->min_items.given && (int64_t)n < s->min_items.n)
		bad_count(c, "minItems", n, s->min_items.n);
	if (s->max_items.given && (int64_t)n > s->max_items.n)
		bad_count(c, "maxItems", n, s->max_items.n);
	if (s->unique_items && n > 1)
		check_unique(c);
	check_items(c);
	if (s->contains)
		check_contains(c);
}

/* ---- all, any, one, not, if ---- */

static void add_with(struct sl_js_check *c, const struct sl_js_error *causes, struct sl_str text)
{
	struct sl_js_error *e = sl_js_error_new(c, text);

	e->causes = causes->causes;
	e->cause_count = e->cause_cap = causes->cause_count;
	sl_js_add(c, e);
}

static void check_all_of(struct sl_js_check *c)
{
	struct sl_js_error causes = { .cause_count = 0 };

	for (size_t i = 0; i < c->schema->all_of.n; i++) {
		struct sl_js_error *e = sl_js_apply_self(c, c->schema->all_of.v[i], NULL, false);

		if (e)
			sl_js_error_push(c->run->a, &causes, e);
		if (e && c->only_verdict)
			break;
	}
	if (causes.cause_count > 0)
		add_with(c, &causes, SL_STR("'allOf' failed"));
}

static void check_any_of(struct sl_js_check *c)
{
	struct sl_js_error causes = { .cause_count = 0 };
	bool matched = false;

	for (size_t i = 0; i < c->schema->any_of.n; i++) {
		struct sl_js_error *e = sl_js_apply_self(c, c->schema->any_of.v[i], NULL, false);

		if (e) {
			sl_js_error_push(c->run->a, &causes, e);
			continue;
		}
		matched = true;
		/* The others only tell what else is evaluated. */
		if (c->rest.props_left + c->rest.items_left == 0)
			break;
	}
	if (!matched)
		add_with(c, &causes, SL_STR("'anyOf' failed"));
}

static void check_one_of(struct sl_js_check *c)
{
	struct sl_js_error causes = { .cause_count = 0 };
	ptrdiff_t matched = -1;

	for (size_t i = 0; i < c->schema->one_of.n; i++) {
		struct sl_js_error *e =
			sl_js_apply_self(c, c->schema->one_of.v[i], NULL, matched >= 0);

		if (e && matched < 0)
			sl_js_error_push(c->run->a, &causes, e);
		if (e)
			continue;
		if (matched >= 0) {
			sl_js_addf(c, "'oneOf' failed, subschemas %td, %zu matched", matched, i);
			break;
		}
		matched = (ptrdiff_t)i;
	}
	if (matched < 0)
		add_with(c, &causes, SL_STR("'oneOf' failed, none matched"));
}

void sl_js_check_conditions(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;

	if (s->not_ && !sl_js_apply_self(c, s->not_, NULL, true))
		sl_js_addf(c, "'not' failed");
	if (s->all_of.n)
		check_all_of(c);
	if (s->any_of.n)
		check_any_of(c);
	if (s->one_of.n)
		check_one_of(c);
	if (!s->if_)
		return;
	const struct sl_js_schema *next =
		sl_js_apply_self(c, s->if_, NULL, true) ? s->else_ : s->then_;

	if (next)
		sl_js_add(c, sl_js_apply_self(c, next, NULL, false));
}

void sl_js_check_unevaluated(struct sl_js_check *c)
{
	const struct sl_js_schema *s = c->schema;

	if (s->unevaluated_properties && sl_is_map(c->v)) {
		for (size_t i = 0; c->rest.props && i < c->v->map.n; i++)
			if (c->rest.props[i])
				sl_js_add(c, sl_js_apply_within(c, s->unevaluated_properties,
								c->v->map.members[i].value,
								c->v->map.members[i].key));
		c->rest.props = NULL;
		c->rest.props_left = 0;
	}
	if (s->unevaluated_items && sl_is_list(c->v)) {
		for (size_t i = 0; c->rest.items && i < c->v->list.n; i++)
			if (c->rest.items[i])
				apply_item(c, s->unevaluated_items, i);
		c->rest.items = NULL;
		c->rest.items_left = 0;
	}
}
