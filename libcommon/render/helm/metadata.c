#include "libcommon/render/helm/metadata.h"

#include <stddef.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/semver.h"
#include "libcommon/codec/unicode.h"
#include "libcommon/render/helm/text.h"

#define FIELD(kind_, type, member, json) \
	{ \
		.name = (json), .kind = (kind_), .offset = offsetof(struct type, member) \
	}
#define MANY(kind_, type, member, count, json, of_) \
	{ \
		.name = (json), .kind = (kind_), .offset = offsetof(struct type, member), \
		.count_offset = offsetof(struct type, count), .of = (of_) \
	}

static const struct sl_helm_struct maintainer_struct = {
	.name = "Maintainer",
	.type = "chart.Maintainer",
	.size = sizeof(struct sl_helm_maintainer),
	.fields =
		(const struct sl_helm_field[]){
			FIELD(SL_HELM_TEXT, sl_helm_maintainer, name, "name"),
			FIELD(SL_HELM_TEXT, sl_helm_maintainer, email, "email"),
			FIELD(SL_HELM_TEXT, sl_helm_maintainer, url, "url"),
			{ .name = NULL },
		},
};

static const struct sl_helm_struct dependency_struct = {
	.name = "Dependency",
	.type = "chart.Dependency",
	.size = sizeof(struct sl_helm_dependency),
	.fields =
		(const struct sl_helm_field[]){
			FIELD(SL_HELM_TEXT, sl_helm_dependency, name, "name"),
			FIELD(SL_HELM_TEXT, sl_helm_dependency, version, "version"),
			FIELD(SL_HELM_TEXT, sl_helm_dependency, repository, "repository"),
			FIELD(SL_HELM_TEXT, sl_helm_dependency, condition, "condition"),
			MANY(SL_HELM_TEXTS, sl_helm_dependency, tags, tag_count, "tags", NULL),
			FIELD(SL_HELM_BOOL, sl_helm_dependency, enabled, "enabled"),
			FIELD(SL_HELM_ANY_LIST, sl_helm_dependency, import_values, "import-values"),
			FIELD(SL_HELM_TEXT, sl_helm_dependency, alias, "alias"),
			{ .name = NULL },
		},
};

const struct sl_helm_struct sl_helm_metadata_struct = {
	.name = "Metadata",
	.type = "chart.Metadata",
	.size = sizeof(struct sl_helm_metadata),
	.fields =
		(const struct sl_helm_field[]){
			FIELD(SL_HELM_TEXT, sl_helm_metadata, name, "name"),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, home, "home"),
			MANY(SL_HELM_TEXTS, sl_helm_metadata, sources, source_count, "sources",
			     NULL),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, version, "version"),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, description, "description"),
			MANY(SL_HELM_TEXTS, sl_helm_metadata, keywords, keyword_count, "keywords",
			     NULL),
			MANY(SL_HELM_STRUCTS, sl_helm_metadata, maintainers, maintainer_count,
			     "maintainers", &maintainer_struct),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, icon, "icon"),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, api_version, "apiVersion"),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, condition, "condition"),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, tags, "tags"),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, app_version, "appVersion"),
			FIELD(SL_HELM_BOOL, sl_helm_metadata, deprecated, "deprecated"),
			FIELD(SL_HELM_TEXT_MAP, sl_helm_metadata, annotations, "annotations"),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, kube_version, "kubeVersion"),
			MANY(SL_HELM_STRUCTS, sl_helm_metadata, dependencies, dependency_count,
			     "dependencies", &dependency_struct),
			FIELD(SL_HELM_TEXT, sl_helm_metadata, type, "type"),
			{ .name = NULL },
		},
};

const struct sl_helm_struct sl_helm_lock_struct = {
	.name = "Lock",
	.type = "chart.Lock",
	.size = sizeof(struct sl_helm_lock),
	.fields =
		(const struct sl_helm_field[]){
			FIELD(SL_HELM_TIME, sl_helm_lock, generated, "generated"),
			FIELD(SL_HELM_TEXT, sl_helm_lock, digest, "digest"),
			MANY(SL_HELM_STRUCTS, sl_helm_lock, dependencies, dependency_count,
			     "dependencies", &dependency_struct),
			{ .name = NULL },
		},
};

int sl_helm_metadata_read(struct sl_arena *a, struct sl_str text, struct sl_helm_metadata *ret,
			  struct sl_err *err)
{
	return sl_helm_decode_yaml(a, &sl_helm_metadata_struct, text, ret, err);
}

static bool is_clean(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

/* White space becomes a blank, what cannot be printed goes. */
static void clean(struct sl_arena *a, struct sl_str *text)
{
	struct sl_str rest = *text;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(rest.n * 3);

	if (is_clean(rest))
		return;
	while (rest.n) {
		char bytes[4];
		uint32_t c;
		size_t n = sl_rune_decode(rest, &c);

		if (sl_helm_is_space(c))
			sl_strbuf_addc(&b, ' ');
		else if (sl_rune_is_printable(c))
			sl_strbuf_add(&b, bytes, sl_rune_encode(c, bytes));
		rest = sl_str_sub(rest, n, rest.n);
	}
	*text = sl_arena_str(a, sl_strbuf_str(&b));
}

static int invalid(struct sl_err *err, const char *what)
{
	return sl_err_set(err, SL_ERR_INVALID, "validation: %s", what);
}

static int invalid_text(struct sl_err *err, const char *before, struct sl_str text,
			const char *after)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT((size_t)1 << 26);

	sl_strbuf_add_goquoted(&b, text);
	return sl_err_set(err, SL_ERR_INVALID, "validation: %s%s%s", before, b.p, after);
}

/* filepath.Base(name) == name */
static bool is_base_name(struct sl_str name)
{
	return name.n && (sl_str_chr(name, '/') < 0 || sl_str_eqz(name, "/"));
}

static int check_name(const struct sl_helm_metadata *m, struct sl_err *err)
{
	if (!m->api_version.n)
		return invalid(err, "chart.metadata.apiVersion is required");
	if (!m->name.n)
		return invalid(err, "chart.metadata.name is required");
	if (sl_str_eqz(m->name, ".") || sl_str_eqz(m->name, ".."))
		return invalid_text(err, "chart.metadata.name ", m->name, " is not allowed");
	if (!is_base_name(m->name))
		return invalid_text(err, "chart.metadata.name ", m->name, " is invalid");
	return 0;
}

static int check_version(const struct sl_helm_metadata *m, struct sl_err *err)
{
	struct sl_semver version;

	if (!m->version.n)
		return invalid(err, "chart.metadata.version is required");
	if (sl_semver_parse(m->version, &version, NULL) < 0)
		return invalid_text(err, "chart.metadata.version ", m->version, " is invalid");
	if (m->type.n && !sl_str_eqz(m->type, "application") && !sl_str_eqz(m->type, "library"))
		return invalid(err, "chart.metadata.type must be application or library");
	return 0;
}

static bool is_alias(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(sl_is_alnum(c) || c == '_' || c == '-'))
			return false;
	}
	return true;
}

static struct sl_str shown_name(const struct sl_helm_dependency *d)
{
	return d->alias.n ? d->alias : d->name;
}

static int check_dependency(struct sl_arena *a, struct sl_helm_metadata *m, size_t at,
			    struct sl_err *err)
{
	struct sl_helm_dependency *d = m->dependencies[at];

	if (!d)
		return invalid(err, "dependencies must not contain empty or null nodes");
	clean(a, &d->name);
	clean(a, &d->version);
	clean(a, &d->repository);
	clean(a, &d->condition);
	for (size_t i = 0; i < d->tag_count; i++)
		clean(a, &d->tags[i]);
	if (!is_alias(d->alias))
		return invalid_text(err, "dependency ", d->name,
				    " has disallowed characters in the alias");
	for (size_t i = 0; i < at; i++)
		if (sl_str_eq(shown_name(m->dependencies[i]), shown_name(d)))
			return invalid_text(err, "more than one dependency with name or alias ",
					    shown_name(d), "");
	return 0;
}

static int check_maintainer(struct sl_arena *a, struct sl_helm_maintainer *m, struct sl_err *err)
{
	if (!m)
		return invalid(err, "maintainers must not contain empty or null nodes");
	clean(a, &m->name);
	clean(a, &m->email);
	clean(a, &m->url);
	return 0;
}

int sl_helm_metadata_validate(struct sl_arena *a, struct sl_helm_metadata *m, struct sl_err *err)
{
	struct sl_str *const texts[] = { &m->name,	  &m->description, &m->home,
					 &m->icon,	  &m->condition,   &m->tags,
					 &m->app_version, &m->kube_version };
	int r;

	for (size_t i = 0; i < SL_ARRAY_LEN(texts); i++)
		clean(a, texts[i]);
	for (size_t i = 0; i < m->source_count; i++)
		clean(a, &m->sources[i]);
	for (size_t i = 0; i < m->keyword_count; i++)
		clean(a, &m->keywords[i]);
	r = check_name(m, err);
	if (r == 0)
		r = check_version(m, err);
	for (size_t i = 0; i < m->maintainer_count && r == 0; i++)
		r = check_maintainer(a, m->maintainers[i], err);
	for (size_t i = 0; i < m->dependency_count && r == 0; i++)
		r = check_dependency(a, m, i, err);
	return r;
}
