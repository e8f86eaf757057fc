#include "libcommon/render/helm/set.h"

#include "libcommon/codec/json.h"
#include "libcommon/codec/unicode.h"
#include "libcommon/lang/template/fmt.h"
#include "libcommon/render/helm/set_scan.h"

/* What a step returns when the text ends where a name could begin: no error, and nothing more to do. */
#define AT_END 1

struct parser {
	struct sl_arena *a;
	enum sl_helm_set_form form;
	const struct sl_helm_set_files *files;
	struct sl_str rest;
	unsigned lists; /* of which one stands in the other, here */
};

static int parse_key(struct parser *p, struct sl_go_map *data, unsigned nesting,
		     struct sl_err *err);
static int parse_item(struct parser *p, struct sl_go_list *list, int64_t index, unsigned nesting,
		      struct sl_err *err);

static void set(struct parser *p, struct sl_go_map *data, struct sl_str key, struct sl_goval v)
{
	if (key.n > 0)
		sl_go_map_set(p->a, data, key, v);
}

static int quote_error(struct sl_err *err, const char *before, struct sl_str key, const char *after)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(2 * SL_HELM_SET_BYTES_MAX);

	sl_go_quote(&text, key);
	return sl_err_set(err, SL_ERR_INVALID, "%s %s %s", before, text.p, after);
}

/* Go would panic here; its parser of names turns that into an error. */
static int wrong_type(struct sl_goval v, const struct sl_go_type *want, struct sl_err *err)
{
	const char *have = v.type && v.type != &sl_go_any ? sl_goval_type_name(v) : "nil";

	return sl_err_set(err, SL_ERR_INVALID,
			  "unable to parse key: interface conversion: interface {} is %s, not %s",
			  have, want->name);
}

static int need_list(struct parser *p, const struct sl_goval *v, struct sl_go_list **ret,
		     struct sl_err *err)
{
	if (v && v->type != &sl_go_slice)
		return wrong_type(*v, &sl_go_slice, err);
	*ret = v && v->list ? v->list : sl_go_list_new(p->a, 0);
	return 0;
}

static int set_index(struct parser *p, struct sl_go_list *list, int64_t index, struct sl_goval v,
		     struct sl_err *err)
{
	if (index > SL_HELM_SET_INDEX_MAX)
		return sl_err_set(err, SL_ERR_INVALID,
				  "index of %lld is greater than maximum supported index of %d",
				  (long long)index, SL_HELM_SET_INDEX_MAX);
	while ((int64_t)list->n <= index)
		sl_go_list_push(p->a, list, SL_GO_NIL);
	list->items[index] = v;
	return 0;
}

/* "12]" */
static int parse_index(struct parser *p, int64_t *ret, struct sl_err *err)
{
	struct sl_str text;
	char last;

	if (!sl_helm_set_until(p->a, &p->rest, "]", p->form != SL_HELM_SET_LITERAL, &text, &last))
		return sl_err_set(err, SL_ERR_INVALID, "error parsing index: EOF");
	if (sl_helm_set_integer(text, ret))
		return 0;
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(2 * SL_HELM_SET_BYTES_MAX);

	sl_go_quote(&quoted, text);
	return sl_err_set(
		err, SL_ERR_INVALID, "error parsing index: strconv.Atoi: parsing %s: %s", quoted.p,
		sl_helm_set_looks_integer(text) ? "value out of range" : "invalid syntax");
}

/* ---- values ---- */

static bool equals_fold(struct sl_str text, const char *word)
{
	uint32_t rune;

	for (; *word && text.n > 0; word++) {
		size_t n = sl_rune_decode(text, &rune);

		if (sl_rune_to_upper(rune) != (uint32_t)(*word - 'a' + 'A'))
			return false;
		text = sl_str_sub(text, n, text.n);
	}
	return !*word && text.n == 0;
}

static struct sl_goval typed(struct sl_str text)
{
	int64_t i;

	if (equals_fold(text, "true"))
		return sl_goval_bool(true);
	if (equals_fold(text, "false"))
		return sl_goval_bool(false);
	if (equals_fold(text, "null"))
		return SL_GO_NIL;
	if (sl_str_eqz(text, "0"))
		return sl_goval_int64(0);
	if (text.n > 0 && text.p[0] != '0' && sl_helm_set_integer(text, &i))
		return sl_goval_int64(i);
	return sl_goval_str(text);
}

static int convert(struct parser *p, struct sl_str text, struct sl_goval *ret, struct sl_err *err)
{
	struct sl_str bytes;
	int r;

	switch (p->form) {
	case SL_HELM_SET_PLAIN:
		*ret = typed(text);
		return 0;
	case SL_HELM_SET_FILE:
		r = p->files->read(p->files->ctx, text, p->a, &bytes, err);
		if (r < 0)
			return r;
		*ret = sl_goval_str(bytes);
		return 0;
	case SL_HELM_SET_STRING:
	case SL_HELM_SET_JSON:
	case SL_HELM_SET_LITERAL:
		break;
	}
	*ret = sl_goval_str(text);
	return 0;
}

/* Behind the opening brace: "a,b}", and a comma that may follow. */
static int parse_braces(struct parser *p, struct sl_goval *ret, struct sl_err *err)
{
	struct sl_go_list *list = sl_go_list_new(p->a, 0);
	struct sl_goval item = SL_GO_NIL;
	struct sl_str text;
	char last;

	do {
		if (!sl_helm_set_until(p->a, &p->rest, ",}", true, &text, &last))
			return sl_err_set(err, SL_ERR_INVALID, "list must terminate with '}'");
		int r = convert(p, text, &item, err);

		if (r < 0)
			return r;
		sl_go_list_push(p->a, list, item);
	} while (last != '}');
	sl_str_cut_prefix(&p->rest, SL_STR(","));
	*ret = sl_goval_list(list);
	return 0;
}

/* AT_END, with the empty string, when nothing stands behind the '='. */
static int parse_text(struct parser *p, struct sl_goval *ret, struct sl_err *err)
{
	struct sl_str text;
	char last;

	if (p->form == SL_HELM_SET_LITERAL) {
		(void)sl_helm_set_until(p->a, &p->rest, "", false, &text, &last);
		*ret = sl_goval_str(text);
		return 0;
	}
	if (p->rest.n == 0) {
		*ret = sl_goval_str(SL_STR_NULL);
		return AT_END;
	}
	if (sl_str_cut_prefix(&p->rest, SL_STR("{")))
		return parse_braces(p, ret, err);
	(void)sl_helm_set_until(p->a, &p->rest, ",", true, &text, &last);
	return convert(p, text, ret, err);
}

/* A number that no float64 holds is an error where Go decodes it. */
static int check_numbers(const struct sl_value *v, struct sl_err *err)
{
	double f;
	int r = 0;

	if (v->kind == SL_V_NUMBER && !sl_str_to_double(v->s, &f))
		return sl_err_set(err, SL_ERR_INVALID,
				  "json: cannot unmarshal number %.*s into Go value of type "
				  "float64",
				  SL_STR_FMT(v->s));
	for (size_t i = 0; i < sl_list_len(v) && r == 0; i++)
		r = check_numbers(v->list.items[i], err);
	for (size_t i = 0; i < sl_map_len(v) && r == 0; i++)
		r = check_numbers(v->map.members[i].value, err);
	return r;
}

/* What comes up to a comma or the end is no value: null. */
static int parse_json(struct parser *p, struct sl_goval *ret, struct sl_err *err)
{
	struct sl_json_limits limits = { .allow_duplicates = true };
	struct sl_value *v = NULL;

	*ret = SL_GO_NIL;
	if (sl_helm_set_blank(&p->rest))
		return 0;
	size_t n = sl_helm_set_json_extent(p->rest);
	int r = sl_json_parse(p->a, sl_str_sub(p->rest, 0, n), &limits, &v, err);

	if (r == 0)
		r = check_numbers(v, err);
	if (r < 0)
		return r;
	*ret = sl_goval_from_value(p->a, v, SL_GO_NUMBERS_FLOAT);
	p->rest = sl_str_sub(p->rest, n, p->rest.n);
	(void)sl_helm_set_blank(&p->rest);
	return 0;
}

static int parse_value(struct parser *p, struct sl_goval *ret, struct sl_err *err)
{
	return p->form == SL_HELM_SET_JSON ? parse_json(p, ret, err) : parse_text(p, ret, err);
}

/* ---- names ---- */

/* The item of a list, whose index has been read: "=value", ".name=value", "[1]=value". */
static int parse_item_list(struct parser *p, struct sl_go_list *list, int64_t index,
			   unsigned nesting, struct sl_err *err)
{
	const struct sl_goval *here = NULL;
	struct sl_go_list *inner = NULL;
	int64_t next = 0;
	int r = parse_index(p, &next, err);

	if (r < 0)
		return r;
	if (index < (int64_t)list->n && !sl_goval_is_nil(list->items[index]))
		here = &list->items[index];
	r = need_list(p, here, &inner, err);
	if (r < 0)
		return r;
	r = parse_item(p, inner, next, nesting, err);
	return r ? r : set_index(p, list, index, sl_goval_list(inner), err);
}

static int parse_item_map(struct parser *p, struct sl_go_list *list, int64_t index,
			  unsigned nesting, struct sl_err *err)
{
	struct sl_go_map *inner = NULL;

	if (index < (int64_t)list->n && list->items[index].type == &sl_go_map)
		inner = list->items[index].map;
	if (!inner) {
		inner = sl_go_map_new(p->a);
		if (index < (int64_t)list->n)
			list->items[index] = sl_goval_map(inner);
	}
	int r = parse_key(p, inner, nesting, err);

	return r ? r : set_index(p, list, index, sl_goval_map(inner), err);
}

static int parse_item(struct parser *p, struct sl_go_list *list, int64_t index, unsigned nesting,
		      struct sl_err *err)
{
	struct sl_goval v = SL_GO_NIL;
	struct sl_str text;
	char last;
	int r;

	if (index < 0)
		return sl_err_set(err, SL_ERR_INVALID, "negative %lld index not allowed",
				  (long long)index);
	bool more = sl_helm_set_until(p->a, &p->rest, "[.=", p->form != SL_HELM_SET_LITERAL, &text,
				      &last);

	if (text.n > 0) {
		SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(16 * SL_HELM_SET_BYTES_MAX);

		sl_helm_set_quote_runes(text, &quoted);
		return sl_err_set(err, SL_ERR_INVALID, "unexpected data at end of array index: %s",
				  quoted.p);
	}
	if (!more)
		return AT_END;
	if (last == '=') {
		r = parse_value(p, &v, err);
		return r < 0 ? r : set_index(p, list, index, v, err);
	}
	if (last == '.')
		return parse_item_map(p, list, index, nesting, err);
	if (++p->lists > SL_HELM_SET_LISTS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d lists in lists",
				  SL_HELM_SET_LISTS_MAX);
	r = parse_item_list(p, list, index, nesting, err);
	p->lists--;
	return r;
}

static int parse_key_list(struct parser *p, struct sl_go_map *data, struct sl_str key,
			  unsigned nesting, struct sl_err *err)
{
	struct sl_go_list *list = NULL;
	int64_t index = 0;
	int r = parse_index(p, &index, err);

	if (r == 0)
		r = need_list(p, sl_go_map_get(data, key), &list, err);
	if (r < 0)
		return r;
	r = parse_item(p, list, index, nesting, err);
	set(p, data, key, sl_goval_list(list));
	return r;
}

static int parse_key_map(struct parser *p, struct sl_go_map *data, struct sl_str key,
			 unsigned nesting, struct sl_err *err)
{
	const struct sl_goval *here = sl_go_map_get(data, key);
	struct sl_go_map *inner = NULL;

	if (++nesting > SL_HELM_SET_NESTING_MAX)
		return sl_err_set(err, SL_ERR_INVALID,
				  "value name nested level is greater than maximum supported "
				  "nested level of %d",
				  SL_HELM_SET_NESTING_MAX);
	if (here && here->type != &sl_go_map)
		return wrong_type(*here, &sl_go_map, err);
	inner = here && here->map ? here->map : sl_go_map_new(p->a);
	int r = parse_key(p, inner, nesting, err);

	if (r == 0 && sl_go_map_len(inner) == 0)
		return quote_error(err, "key map", key, "has no value");
	if (sl_go_map_len(inner) > 0)
		set(p, data, key, sl_goval_map(inner));
	return r;
}

/* One pair, or AT_END. */
static int parse_key(struct parser *p, struct sl_go_map *data, unsigned nesting, struct sl_err *err)
{
	bool literal = p->form == SL_HELM_SET_LITERAL;
	struct sl_goval v = SL_GO_NIL;
	struct sl_str key;
	char last;

	if (sl_arena_full(p->a))
		return sl_err_set(err, SL_ERR_TOO_LARGE, "values take too much memory");
	if (!sl_helm_set_until(p->a, &p->rest, literal ? "=[." : "=[.,", !literal, &key, &last))
		return key.n > 0 ? quote_error(err, "key", key, "has no value") : AT_END;
	if (last == '[')
		return parse_key_list(p, data, key, nesting, err);
	if (last == '.')
		return parse_key_map(p, data, key, nesting, err);
	if (last == ',')
		return quote_error(err, "key", key, "has no value (cannot end with ,)");
	int r = parse_value(p, &v, err);

	if (r >= 0)
		set(p, data, key, v);
	return r;
}

int sl_helm_set(struct sl_arena *a, enum sl_helm_set_form form, struct sl_str text,
		const struct sl_helm_set_files *files, struct sl_go_map *values, struct sl_err *err)
{
	struct parser p = { .a = a, .form = form, .files = files };
	int r;

	if (text.n > SL_HELM_SET_BYTES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "a value is longer than %zu bytes",
				  SL_HELM_SET_BYTES_MAX);
	p.rest = sl_arena_str(a, text);
	do
		r = parse_key(&p, values, 0, err);
	while (r == 0);
	return r == AT_END ? 0 : r;
}
