#include "libcommon/render/helm/skim.h"

#include <math.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "libcommon/codec/yaml_resolve.h"
#include "libcommon/codec/yaml_skim.h"

/* What the value of a key is to Helm. */
enum role {
	ROLE_NONE,
	ROLE_API_VERSION,
	ROLE_KIND,
	ROLE_METADATA,
	ROLE_NAME,
	ROLE_ANNOTATIONS,
	ROLE_ANNOTATION,
	ROLE_COUNT,
};

struct skim {
	struct sl_str doc;
	size_t depth;	      /* of open maps and lists */
	enum role role;	      /* of the last key, while it has no value */
	enum role parents[2]; /* roles of the keys whose maps are open at levels 2 and 3 */
	bool seen[ROLE_COUNT];
	struct sl_str api_version, kind;
};

static enum role role_of(const struct skim *s, struct sl_str key)
{
	static const struct {
		struct sl_str name;
		enum role role, parent;
		size_t depth;
	} known[] = {
		{ { "apiVersion", 10 }, ROLE_API_VERSION, ROLE_NONE, 1 },
		{ { "kind", 4 }, ROLE_KIND, ROLE_NONE, 1 },
		{ { "metadata", 8 }, ROLE_METADATA, ROLE_NONE, 1 },
		{ { "name", 4 }, ROLE_NAME, ROLE_METADATA, 2 },
		{ { "annotations", 11 }, ROLE_ANNOTATIONS, ROLE_METADATA, 2 },
	};

	if (s->depth > 3 || (s->depth > 1 && s->parents[0] != ROLE_METADATA))
		return ROLE_NONE;
	if (s->depth == 3)
		return s->parents[1] == ROLE_ANNOTATIONS ? ROLE_ANNOTATION : ROLE_NONE;
	for (size_t i = 0; i < SL_ARRAY_LEN(known); i++)
		if (s->depth == known[i].depth && key.n == known[i].name.n &&
		    sl_str_ieq(key, known[i].name))
			return known[i].role;
	return ROLE_NONE;
}

/* False for hooks, fields given twice or in another case. */
static bool take_key(struct skim *s, struct sl_str key)
{
	s->role = role_of(s, key);
	if (s->role == ROLE_ANNOTATION)
		return !sl_str_starts(key, SL_STR("helm.sh/hook"));
	if (s->role == ROLE_NONE)
		return true;
	/* The fields of Helm's struct are told apart by their first letter, which no case changes. */
	if (s->seen[s->role] || key.p[0] < 'a' ||
	    (s->role == ROLE_API_VERSION && !sl_str_eqz(key, "apiVersion")) ||
	    (s->role == ROLE_KIND && !sl_str_eqz(key, "kind")) ||
	    (s->role == ROLE_METADATA && !sl_str_eqz(key, "metadata")))
		return false;
	s->seen[s->role] = true;
	return true;
}

/* A list or map where Helm wants text, or the other way round, is left to the parser. */
static bool take_container(struct skim *s, bool is_list)
{
	if (s->role != ROLE_NONE &&
	    (is_list || (s->role != ROLE_METADATA && s->role != ROLE_ANNOTATIONS)))
		return false;
	if (s->depth == 1 || s->depth == 2)
		s->parents[s->depth - 1] = s->role;
	s->depth++;
	s->role = ROLE_NONE;
	return true;
}

static bool is_string(struct sl_str text)
{
	struct sl_yaml_scalar scalar;

	sl_yaml_resolve(text, SL_YAML_KUBERNETES, &scalar);
	return scalar.type == SL_YAML_STR;
}

/* Helm turns all of it into JSON, which has no infinity. */
static bool is_infinite(struct sl_str text)
{
	struct sl_yaml_scalar scalar;

	if (text.n < 4 || text.n > 5 || (*text.p != '+' && *text.p != '-' && *text.p != '.'))
		return false;
	sl_yaml_resolve(text, SL_YAML_KUBERNETES, &scalar);
	return scalar.type == SL_YAML_FLOAT && !isfinite(scalar.f);
}

static bool take_scalar(struct skim *s, const struct sl_yaml_skimmed *e, struct sl_str text)
{
	enum role role = s->role;

	if (e->style == SL_YAML_SKIM_PLAIN && is_infinite(text))
		return false;
	if (role == ROLE_NONE)
		return true;
	s->role = ROLE_NONE;
	switch (role) {
	case ROLE_METADATA:
	case ROLE_ANNOTATIONS:
		return !text.n && e->style == SL_YAML_SKIM_PLAIN;
	case ROLE_API_VERSION:
	case ROLE_KIND:
		if (!text.n || !e->as_is || (e->style == SL_YAML_SKIM_PLAIN && !is_string(text)))
			return false;
		*(role == ROLE_KIND ? &s->kind : &s->api_version) = text;
		return true;
	default:
		return true;
	}
}

static bool take(void *ctx, const struct sl_yaml_skimmed *e)
{
	struct skim *s = ctx;
	struct sl_str text = { s->doc.p + e->from, e->n };

	switch ((enum sl_yaml_skim_kind)e->kind) {
	case SL_YAML_SKIM_MAP:
	case SL_YAML_SKIM_LIST:
		return take_container(s, e->kind == SL_YAML_SKIM_LIST);
	case SL_YAML_SKIM_END:
		s->depth--;
		return true;
	case SL_YAML_SKIM_KEY:
		return take_key(s, text);
	case SL_YAML_SKIM_SCALAR:
		break;
	}
	return take_scalar(s, e, text);
}

bool sl_helm_skim(struct sl_str doc, struct sl_str *ret_api_version, struct sl_str *ret_kind)
{
	struct skim s = { .doc = doc };

	if (!sl_yaml_skim(doc, take, &s) || !s.kind.n || !s.api_version.n)
		return false;
	*ret_api_version = s.api_version;
	*ret_kind = s.kind;
	return true;
}
