#include <string.h>

#include "libcommon/base/strvec.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/helm/lint.h"

#define LABEL "[-a-z0-9]*[a-z0-9]"

enum shape { SUBDOMAIN, LABEL_1035, LABEL_1123, SEGMENT, ANY };

/* Kinds whose names are of another shape than most. */
static const struct {
	const char *kind;
	enum shape shape;
} shapes[] = {
	{ "service", LABEL_1035 },
	{ "namespace", LABEL_1123 },
	{ "certificatesigningrequest", ANY },
	{ "role", SEGMENT },
	{ "clusterrole", SEGMENT },
	{ "rolebinding", SEGMENT },
	{ "clusterrolebinding", SEGMENT },
};

static enum shape shape_of(struct sl_str kind)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(shapes); i++)
		if (sl_str_ieq(kind, sl_str(shapes[i].kind)))
			return shapes[i].shape;
	return SUBDOMAIN;
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_end(char c)
{
	return is_small(c) || (c >= '0' && c <= '9');
}

static bool is_label(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_end(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && is_end(s.p[0]) && is_end(s.p[s.n - 1]);
}

static bool is_subdomain(struct sl_str s)
{
	struct sl_str label;

	if (s.n == 0)
		return false;
	while (sl_str_split(&s, '.', &label))
		if (!is_label(label))
			return false;
	return true;
}

/* What Kubernetes says of a name, line by line. */
static void check_shape(enum shape shape, struct sl_str name, struct sl_strvec *ret)
{
	size_t max = shape == SUBDOMAIN ? 253 : 63;

	if (shape == SEGMENT) {
		if (sl_str_eqz(name, ".") || sl_str_eqz(name, ".."))
			sl_strvec_pushf(ret, "may not be '%.*s'", SL_STR_FMT(name));
		if (sl_str_chr(name, '/') >= 0)
			sl_strvec_push(ret, "may not contain '/'");
		if (sl_str_chr(name, '%') >= 0)
			sl_strvec_push(ret, "may not contain '%'");
	}
	if (shape == SEGMENT || shape == ANY)
		return;
	if (name.n > max)
		sl_strvec_pushf(ret, "must be no more than %zu characters", max);
	if (shape == SUBDOMAIN && !is_subdomain(name))
		sl_strvec_push(
			ret, "a lowercase RFC 1123 subdomain must consist of lower case "
			     "alphanumeric characters, '-' or '.', and must start and end with an "
			     "alphanumeric character (e.g. 'example.com', regex used for "
			     "validation is '[a-z0-9](" LABEL ")?(\\.[a-z0-9](" LABEL ")?)*')");
	if (shape == LABEL_1035 && (!is_label(name) || !is_small(name.p[0])))
		sl_strvec_push(
			ret, "a DNS-1035 label must consist of lower case alphanumeric characters "
			     "or '-', start with an alphabetic character, and end with an "
			     "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used "
			     "for validation is '[a-z](" LABEL ")?')");
	if (shape == LABEL_1123 && !is_label(name) && is_subdomain(name))
		sl_strvec_push(ret, "must not contain dots");
	else if (shape == LABEL_1123 && !is_label(name))
		sl_strvec_push(
			ret, "a lowercase RFC 1123 label must consist of lower case alphanumeric "
			     "characters or '-', and must start and end with an alphanumeric "
			     "character (e.g. 'my-name',  or '123-abc', regex used for validation "
			     "is '[a-z0-9](" LABEL ")?')");
}

/* Where a string is asked for, Go's decoder makes one of what is a boolean or a number in YAML. */
static struct sl_str text_of(const struct sl_value *v)
{
	if (v && v->kind == SL_V_BOOL)
		return v->b ? SL_STR("true") : SL_STR("false");
	if (v && (v->kind == SL_V_INT || v->kind == SL_V_FLOAT))
		return v->written;
	return sl_as_str(v);
}

static void check_name(struct sl_arena *a, const char *path, struct sl_str kind, struct sl_str name,
		       struct sl_helm_lint *l)
{
	SL_AUTO(sl_strvec) wrong = SL_STRVEC_INIT;
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 22);

	check_shape(shape_of(kind), name, &wrong);
	if (wrong.n == 0)
		return;
	sl_strbuf_add_goquoted(&quoted, name);
	for (size_t i = 0; i < wrong.n; i++)
		sl_strbuf_addf(&text, "%smetadata.name: Invalid value: %s: %s", i ? ", " : "",
			       quoted.p, wrong.v[i]);
	sl_helm_lint_say(a, l, SL_HELM_WARNING, path,
			 wrong.n > 1 ? "object name does not conform to Kubernetes naming "
				       "requirements: %s: [%s]"
				     : "object name does not conform to Kubernetes naming "
				       "requirements: %s: %s",
			 quoted.p, text.p);
}

static void check_api(struct sl_arena *a, const char *path, const struct sl_value *doc,
		      struct sl_helm_lint *l)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 16);
	struct sl_str minor_text = l->kube_version.version.n ? l->kube_version.minor : SL_STR("20");
	int64_t minor;

	if (sl_str_to_i64(minor_text, 0, INT64_MAX, &minor) &&
	    sl_helm_is_deprecated(text_of(sl_get(doc, "apiVersion")), text_of(sl_get(doc, "kind")),
				  minor, &text))
		sl_helm_lint_say(a, l, SL_HELM_WARNING, path, "%s", text.p);
}

static void check_selector(struct sl_arena *a, const char *path, const struct sl_value *doc,
			   struct sl_str all, struct sl_helm_lint *l)
{
	static const char *const kinds[] = { "Deployment", "ReplicaSet", "DaemonSet",
					     "StatefulSet" };
	struct sl_str kind = text_of(sl_get(doc, "kind"));
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(1 << 20);
	bool one = false;

	for (size_t i = 0; i < SL_ARRAY_LEN(kinds); i++)
		one |= sl_str_eqz(kind, kinds[i]);
	if (!one || sl_str_find(all, SL_STR("matchLabels")) >= 0 ||
	    sl_str_find(all, SL_STR("matchExpressions")) >= 0)
		return;
	sl_strbuf_add_goquoted(&quoted, text_of(sl_get(doc, "metadata", "name")));
	sl_helm_lint_say(a, l, SL_HELM_ERROR, path,
			 "a %.*s must contain matchLabels or matchExpressions, and %s does not",
			 SL_STR_FMT(kind), quoted.p);
}

static void check_list(struct sl_arena *a, const char *path, const struct sl_value *doc,
		       struct sl_helm_lint *l)
{
	const struct sl_value *items = sl_get(doc, "items");

	if (!sl_str_eqz(text_of(sl_get(doc, "kind")), "List"))
		return;
	for (size_t i = 0; i < sl_list_len(items); i++) {
		const struct sl_value *notes =
			sl_get(items->list.items[i], "metadata", "annotations");

		if (!sl_map_get(notes, SL_STR("helm.sh/resource-policy")))
			continue;
		sl_helm_lint_say(a, l, SL_HELM_ERROR, path,
				 "Annotation 'helm.sh/resource-policy' within List objects are "
				 "ignored");
		return;
	}
}

static void check_indent(struct sl_arena *a, const char *path, struct sl_str text,
			 struct sl_helm_lint *l)
{
	struct sl_str line;

	while (sl_str_split(&text, '\n', &line)) {
		SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(1 << 22);

		if (sl_str_trim(line).n == 0)
			continue;
		if (line.p[0] != ' ' && line.p[0] != '\t')
			return;
		sl_strbuf_add_goquoted(&quoted, line);
		sl_helm_lint_say(a, l, SL_HELM_WARNING, path,
				 "document starts with an illegal indent: %s, which may cause "
				 "parsing problems",
				 quoted.p);
		return;
	}
}

/* The document before the next line "---", which is taken off as well. */
static struct sl_str next_document(struct sl_str *rest)
{
	struct sl_str doc = *rest;
	ptrdiff_t at = sl_str_find(doc, SL_STR("\n---"));

	if (at < 0) {
		*rest = SL_STR_NULL;
		return doc;
	}
	ptrdiff_t end = sl_str_chr(sl_str_sub(doc, (size_t)at + 1, doc.n), '\n');

	*rest = end < 0 ? SL_STR_NULL : sl_str_sub(doc, (size_t)(at + 1 + end + 1), doc.n);
	return sl_str_sub(doc, 0, (size_t)at + 1);
}

bool sl_helm_lint_manifest(struct sl_arena *a, const char *path, struct sl_str rendered,
			   struct sl_helm_lint *l)
{
	const struct sl_yaml_options options = { .allow_duplicates = true, .go_messages = true };
	struct sl_str rest = rendered;

	check_indent(a, path, rendered, l);
	while (rest.n > 0) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str text = next_document(&rest);
		struct sl_value *doc;

		if (sl_yaml_parse(a, text, &options, &doc, &err) < 0) {
			sl_helm_lint_say(a, l, SL_HELM_ERROR, path,
					 "unable to parse YAML: error converting YAML to JSON: %s",
					 err.message);
			return false;
		}
		if (sl_is_null(doc))
			continue;
		if (!sl_is_map(doc)) {
			sl_helm_lint_say(
				a, l, SL_HELM_ERROR, path,
				"unable to parse YAML: error unmarshaling JSON: while "
				"decoding JSON: json: cannot unmarshal %s into Go value of "
				"type rules.K8sYamlStruct",
				sl_is_list(doc)		 ? "array"
				: sl_is_str(doc)	 ? "string"
				: doc->kind == SL_V_BOOL ? "bool"
							 : "number");
			return false;
		}
		check_name(a, path, text_of(sl_get(doc, "kind")),
			   text_of(sl_get(doc, "metadata", "name")), l);
		check_api(a, path, doc, l);
		check_selector(a, path, doc, rendered, l);
		check_list(a, path, doc, l);
	}
	return true;
}
