#include "libcommon/render/kustomize/selector.h"

#include <string.h>

#include "libcommon/base/ascii.h"

enum requirement_op {
	REQ_EXISTS,
	REQ_NOT_EXISTS,
	REQ_IN,
	REQ_NOT_IN,
	REQ_GREATER,
	REQ_LESS,
};

struct sl_kz_requirement {
	struct sl_str key;
	enum requirement_op op;
	struct sl_kz_strs values;
};

struct lexer {
	struct sl_arena *a;
	struct sl_err *err;
	struct sl_str text;
	size_t at;
};

/* More requirements than this are no selector. */
#define REQUIREMENTS_MAX 256

static int malformed(struct lexer *l, const char *what)
{
	return sl_err_set(l->err, SL_ERR_INVALID, "unable to parse selector '%.*s': %s",
			  SL_STR_FMT(l->text), what);
}

static void skip_space(struct lexer *l)
{
	while (l->at < l->text.n && strchr(" \t\r\n", l->text.p[l->at]))
		l->at++;
}

static bool take(struct lexer *l, const char *token)
{
	skip_space(l);
	if (!sl_str_starts(sl_str_sub(l->text, l->at, l->text.n), sl_str(token)))
		return false;
	l->at += strlen(token);
	return true;
}

/* Keys and values: letters, digits, "-_./". */
static struct sl_str take_word(struct lexer *l)
{
	skip_space(l);
	size_t from = l->at;

	while (l->at < l->text.n && !strchr(" \t\r\n!=,()<>", l->text.p[l->at]))
		l->at++;
	return sl_str_sub(l->text, from, l->at);
}

/* At most 63 letters, digits, '-', '_' and '.', of which the first and last are alphanumeric. */
static bool is_label_name(struct sl_str s)
{
	if (s.n == 0 || s.n > 63 || !sl_is_alnum(s.p[0]) || !sl_is_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!sl_is_alnum(s.p[i]) && !strchr("-_.", s.p[i]))
			return false;
	return true;
}

/* A lower-case DNS name: no part of it empty, or with '-' at an end. */
static bool is_dns_name(struct sl_str s)
{
	struct sl_str part;

	if (s.n == 0 || s.n > 253 || s.p[s.n - 1] == '.')
		return false;
	while (sl_str_split(&s, '.', &part)) {
		if (part.n == 0 || part.p[0] == '-' || part.p[part.n - 1] == '-')
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (part.p[i] != '-' &&
			    (!sl_is_alnum(part.p[i]) || (part.p[i] >= 'A' && part.p[i] <= 'Z')))
				return false;
	}
	return true;
}

/* What the API server would take for a label's key and values, as kustomize asks for. */
static int check_words(struct lexer *l, const struct sl_kz_requirement *q)
{
	ptrdiff_t slash = sl_str_chr(q->key, '/');
	struct sl_str name = sl_str_sub(q->key, (size_t)(slash + 1), q->key.n);

	if (!is_label_name(name) ||
	    (slash >= 0 && !is_dns_name(sl_str_sub(q->key, 0, (size_t)slash))))
		return sl_err_set(l->err, SL_ERR_INVALID,
				  "unable to parse requirement: invalid label key \"%.*s\"",
				  SL_STR_FMT(q->key));
	for (size_t i = 0; i < q->values.n; i++)
		if (q->values.v[i].n > 0 && !is_label_name(q->values.v[i]))
			return sl_err_set(
				l->err, SL_ERR_INVALID,
				"unable to parse requirement: invalid label value \"%.*s\"",
				SL_STR_FMT(q->values.v[i]));
	return 0;
}

static int parse_values(struct lexer *l, struct sl_kz_requirement *q)
{
	if (!take(l, "("))
		return malformed(l, "expected '('");
	do {
		sl_kz_strs_add(l->a, &q->values, take_word(l));
	} while (take(l, ","));
	return take(l, ")") ? 0 : malformed(l, "expected ')'");
}

static int parse_number(struct lexer *l, struct sl_kz_requirement *q)
{
	struct sl_str word = take_word(l);
	int64_t ignored;

	if (!sl_str_to_i64(word, INT64_MIN, INT64_MAX, &ignored))
		return malformed(l, "for 'Gt', 'Lt' operators, the value must be an integer");
	sl_kz_strs_add(l->a, &q->values, word);
	return 0;
}

static int parse_requirement(struct lexer *l, struct sl_kz_requirement *q)
{
	bool negated = take(l, "!");

	q->key = take_word(l);
	if (q->key.n == 0)
		return malformed(l, "expected a key");
	q->op = negated ? REQ_NOT_EXISTS : REQ_EXISTS;
	skip_space(l);
	if (negated || l->at == l->text.n || l->text.p[l->at] == ',')
		return 0;
	if (take(l, "!=")) {
		q->op = REQ_NOT_IN;
		sl_kz_strs_add(l->a, &q->values, take_word(l));
		return 0;
	}
	if (take(l, "==") || take(l, "=")) {
		q->op = REQ_IN;
		sl_kz_strs_add(l->a, &q->values, take_word(l));
		return 0;
	}
	if (take(l, ">")) {
		q->op = REQ_GREATER;
		return parse_number(l, q);
	}
	if (take(l, "<")) {
		q->op = REQ_LESS;
		return parse_number(l, q);
	}
	struct sl_str word = take_word(l);

	q->op = sl_str_eqz(word, "in") ? REQ_IN : REQ_NOT_IN;
	if (q->op == REQ_NOT_IN && !sl_str_eqz(word, "notin"))
		return malformed(l, "expected an operator");
	return parse_values(l, q);
}

int sl_kz_label_selector_parse(struct sl_arena *a, struct sl_str text,
			       struct sl_kz_label_selector *ret, struct sl_err *err)
{
	struct lexer l = { .a = a, .err = err, .text = text };
	struct sl_kz_requirement *list;

	*ret = (struct sl_kz_label_selector){ 0 };
	skip_space(&l);
	if (l.at == text.n)
		return 0;
	list = sl_arena_array(a, REQUIREMENTS_MAX, sizeof(*list));
	do {
		if (ret->n == REQUIREMENTS_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "more than %d requirements in a selector",
					  REQUIREMENTS_MAX);
		int r = parse_requirement(&l, &list[ret->n]);

		if (r == 0)
			r = check_words(&l, &list[ret->n]);
		if (r < 0)
			return r;
		ret->n++;
	} while (take(&l, ","));
	skip_space(&l);
	ret->v = list;
	return l.at == text.n ? 0 : malformed(&l, "expected ',' or the end");
}

static bool has_value(const struct sl_kz_requirement *q, struct sl_str value)
{
	for (size_t i = 0; i < q->values.n; i++)
		if (sl_str_eq(q->values.v[i], value))
			return true;
	return false;
}

static bool requirement_holds(struct sl_arena *a, const struct sl_kz_requirement *q,
			      const struct sl_value *labels)
{
	const struct sl_value *label = sl_map_get(labels, q->key);
	struct sl_str text = sl_kz_text(a, label);
	int64_t number, limit;

	switch (q->op) {
	case REQ_EXISTS:
		return label != NULL;
	case REQ_NOT_EXISTS:
		return label == NULL;
	case REQ_IN:
		return label && has_value(q, text);
	case REQ_NOT_IN:
		return !label || !has_value(q, text);
	case REQ_GREATER:
	case REQ_LESS:
		if (!label || !sl_str_to_i64(text, INT64_MIN, INT64_MAX, &number) ||
		    !sl_str_to_i64(q->values.v[0], INT64_MIN, INT64_MAX, &limit))
			return false;
		return q->op == REQ_GREATER ? number > limit : number < limit;
	}
	return false;
}

bool sl_kz_label_selector_matches(struct sl_arena *a, const struct sl_kz_label_selector *s,
				  const struct sl_value *labels)
{
	for (size_t i = 0; i < s->n; i++)
		if (!requirement_holds(a, &s->v[i], labels))
			return false;
	return true;
}

/* As kustomize has it: the parentheses keep a bar inside, so that both ends hold for each side. */
static int parse_part(struct sl_kz *kz, const struct sl_value *target, const char *part,
		      const struct sl_regex **ret, struct sl_err *err)
{
	const struct sl_value *v = sl_get(target, part);
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(2 * SL_REGEX_PATTERN_MAX);

	*ret = NULL;
	if (sl_as_str(v).n == 0)
		return 0;
	sl_strbuf_addz(&b, "^(?:");
	sl_strbuf_adds(&b, sl_as_str(v));
	sl_strbuf_addz(&b, ")$");
	int r = sl_strbuf_check(&b, "a pattern of a selector", err);

	if (r == 0)
		r = sl_regex_compile(kz->a, sl_strbuf_str(&b), ret, err);

	if (r < 0)
		sl_value_err_at(v, part, err);
	return r;
}

static int parse_selector(struct sl_kz *kz, const struct sl_value *target, const char *part,
			  struct sl_kz_label_selector *ret, struct sl_err *err)
{
	const struct sl_value *v = sl_get(target, part);
	int r = sl_kz_label_selector_parse(kz->a, sl_as_str(v), ret, err);

	if (r < 0)
		sl_value_err_at(v, part, err);
	return r;
}

int sl_kz_target_parse(struct sl_kz *kz, const struct sl_value *v, struct sl_kz_target *ret,
		       struct sl_err *err)
{
	const struct {
		const char *name;
		const struct sl_regex **pattern;
	} parts[] = {
		{ "group", &ret->group }, { "version", &ret->version }, { "kind", &ret->kind },
		{ "name", &ret->name },	  { "namespace", &ret->ns },
	};
	int r = 0;

	for (size_t i = 0; i < SL_ARRAY_LEN(parts) && r == 0; i++)
		r = parse_part(kz, v, parts[i].name, parts[i].pattern, err);
	if (r == 0)
		r = parse_selector(kz, v, "labelSelector", &ret->labels, err);
	if (r == 0)
		r = parse_selector(kz, v, "annotationSelector", &ret->annotations, err);
	return r;
}

static bool part_matches(const struct sl_regex *p, struct sl_str s)
{
	return !p || sl_regex_match(p, s);
}

bool sl_kz_target_matches_id(const struct sl_kz_target *t, const struct sl_kz_id *id)
{
	return part_matches(t->ns, id->ns) && part_matches(t->name, id->name) &&
	       part_matches(t->group, id->group) && part_matches(t->version, id->version) &&
	       part_matches(t->kind, id->kind);
}

bool sl_kz_target_matches_labels(const struct sl_kz *kz, const struct sl_kz_target *t,
				 const struct sl_value *obj)
{
	return sl_kz_label_selector_matches(kz->a, &t->labels, sl_get(obj, "metadata", "labels")) &&
	       sl_kz_label_selector_matches(kz->a, &t->annotations,
					    sl_get(obj, "metadata", "annotations"));
}

/* Name and namespace may be the original or the current ones; the kind is the current one. */
bool sl_kz_target_matches(const struct sl_kz *kz, const struct sl_kz_target *t,
			  const struct sl_kz_resource *r)
{
	struct sl_kz_id now = sl_kz_current_id(kz, r), first = sl_kz_original_id(kz, r);

	return (part_matches(t->ns, sl_kz_effective_ns(&first)) ||
		part_matches(t->ns, sl_kz_effective_ns(&now))) &&
	       (part_matches(t->name, first.name) || part_matches(t->name, now.name)) &&
	       part_matches(t->group, now.group) && part_matches(t->version, now.version) &&
	       part_matches(t->kind, now.kind) && sl_kz_target_matches_labels(kz, t, r->obj);
}
