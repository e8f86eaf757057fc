#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/semver.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/helm/lint.h"

#define FILE_NAME "Chart.yaml"

static void wrong(struct sl_arena *a, struct sl_helm_lint *l, const char *text)
{
	sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME, "%s", text);
}

/* What Go calls the type of a value of YAML. */
static const char *type_name(const struct sl_value *v)
{
	static const char *const names[] = {
		[SL_V_NULL] = "<nil>",		[SL_V_BOOL] = "bool",
		[SL_V_INT] = "float64",		[SL_V_FLOAT] = "float64",
		[SL_V_NUMBER] = "float64",	[SL_V_STRING] = "string",
		[SL_V_LIST] = "[]interface {}", [SL_V_MAP] = "map[string]interface {}",
	};

	return names[v->kind];
}

static void check_is_string(struct sl_arena *a, struct sl_helm_lint *l, const struct sl_value *doc,
			    const char *key)
{
	const struct sl_value *v = sl_map_get(doc, sl_str(key));

	if (v && !sl_is_str(v))
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME,
				 "%s should be of type string but it's of type %s", key,
				 type_name(v));
}

static void check_name(struct sl_arena *a, struct sl_helm_lint *l, struct sl_str name)
{
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(1 << 20);

	if (name.n == 0) {
		wrong(a, l, "name is required");
	} else if (sl_str_chr(name, '/') >= 0) {
		sl_strbuf_add_goquoted(&quoted, name);
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME, "chart name %s is invalid",
				 quoted.p);
	}
}

static void check_api_version(struct sl_arena *a, struct sl_helm_lint *l, struct sl_str version)
{
	if (version.n == 0)
		wrong(a, l, "apiVersion is required. The value must be either \"v1\" or \"v2\"");
	else if (!sl_str_eqz(version, "v1") && !sl_str_eqz(version, "v2"))
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME,
				 "apiVersion '%.*s' is not valid. The value must be either \"v1\" "
				 "or \"v2\"",
				 SL_STR_FMT(version));
}

static void check_version(struct sl_arena *a, struct sl_helm_lint *l, struct sl_str text)
{
	struct sl_semver version, least;

	if (text.n == 0) {
		wrong(a, l, "version is required");
		return;
	}
	if (sl_semver_parse(text, &version, NULL) < 0) {
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME,
				 "version '%.*s' is not a valid SemVer", SL_STR_FMT(text));
		return;
	}
	if (sl_semver_parse(SL_STR("0.0.0-0"), &least, NULL) == 0 &&
	    sl_semver_cmp(&version, &least) <= 0)
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME,
				 "version %.*s is less than or equal to 0.0.0-0", SL_STR_FMT(text));
}

static bool has_space(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ')
			return true;
	return false;
}

static bool is_email(struct sl_str s)
{
	ptrdiff_t at = sl_str_rchr(s, '@');
	struct sl_str host = at < 0 ? SL_STR_NULL : sl_str_sub(s, (size_t)at + 1, s.n);
	ptrdiff_t dot = sl_str_rchr(host, '.');

	return at > 0 && !has_space(s) && sl_str_chr(s, '@') == at && dot > 0 &&
	       (size_t)dot + 1 < host.n;
}

/* A scheme, which a request needs. */
static bool has_scheme(struct sl_str s)
{
	ptrdiff_t colon = sl_str_chr(s, ':');

	for (ptrdiff_t i = 0; i < colon; i++) {
		char c = s.p[i];
		bool letter = sl_is_alpha(c);

		if (!letter && (i == 0 || !c || !strchr("0123456789+-.", c)))
			return false;
	}
	return colon > 0;
}

static bool is_request_url(struct sl_str s)
{
	return has_scheme(s) && !has_space(s);
}

/* "example.com/x" will do. */
static bool is_url(struct sl_str s)
{
	ptrdiff_t at = sl_str_find(s, SL_STR("://"));
	struct sl_str host = at < 0 ? s : sl_str_sub(s, (size_t)at + 3, s.n);
	ptrdiff_t end = sl_str_chr(host, '/');

	if (end >= 0)
		host = sl_str_sub(host, 0, (size_t)end);
	return host.n > 0 && !has_space(s) && host.p[0] != '.' &&
	       (sl_str_chr(host, '.') > 0 || sl_str_starts(host, SL_STR("localhost")));
}

/* The first of them that is wrong. */
static void check_maintainers(struct sl_arena *a, struct sl_helm_lint *l,
			      const struct sl_helm_metadata *m)
{
	for (size_t i = 0; i < m->maintainer_count; i++) {
		const struct sl_helm_maintainer *who = m->maintainers[i];
		bool mail = who && who->email.n && !is_email(who->email);

		if (!who) {
			wrong(a, l, "a maintainer entry is empty");
		} else if (who->name.n == 0) {
			wrong(a, l, "each maintainer requires a name");
		} else if (mail || (who->url.n && !is_url(who->url))) {
			sl_helm_lint_say(
				a, l, SL_HELM_ERROR, FILE_NAME,
				"invalid %s '%.*s' for maintainer '%.*s'", mail ? "email" : "url",
				SL_STR_FMT(mail ? who->email : who->url), SL_STR_FMT(who->name));
		} else {
			continue;
		}
		return;
	}
}

static void check_links(struct sl_arena *a, struct sl_helm_lint *l,
			const struct sl_helm_metadata *m)
{
	for (size_t i = 0; i < m->source_count; i++) {
		if (is_request_url(m->sources[i]))
			continue;
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME, "invalid source URL '%.*s'",
				 SL_STR_FMT(m->sources[i]));
		break;
	}
	if (m->icon.n == 0)
		sl_helm_lint_say(a, l, SL_HELM_INFO, FILE_NAME, "icon is recommended");
	else if (!is_request_url(m->icon))
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME, "invalid icon URL '%.*s'",
				 SL_STR_FMT(m->icon));
}

void sl_helm_lint_definition(struct sl_arena *a, struct sl_str text, struct sl_helm_lint *l)
{
	const struct sl_yaml_options options = { .allow_duplicates = true };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_helm_metadata m = { .name = SL_STR_NULL };
	struct sl_value *doc = NULL;
	bool v2;

	if (sl_helm_metadata_read(a, text, &m, &err) < 0) {
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME, "unable to parse YAML\n\t%s",
				 err.message);
		return;
	}
	(void)!sl_yaml_parse(a, text, &options, &doc, NULL);
	v2 = sl_str_eqz(m.api_version, "v2");
	check_name(a, l, m.name);
	check_api_version(a, l, m.api_version);
	check_is_string(a, l, doc, "version");
	check_version(a, l, m.version);
	check_is_string(a, l, doc, "appVersion");
	check_maintainers(a, l, &m);
	check_links(a, l, &m);
	if (m.type.n && !v2)
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME,
				 "chart type is not valid in apiVersion '%.*s'. It is valid in "
				 "apiVersion 'v2'",
				 SL_STR_FMT(m.api_version));
	if (m.dependency_count && !v2)
		sl_helm_lint_say(a, l, SL_HELM_ERROR, FILE_NAME,
				 "dependencies are not valid in the Chart file with apiVersion "
				 "'%.*s'. They are valid in apiVersion 'v2'",
				 SL_STR_FMT(m.api_version));
}
