#include "cli/remote/columns.h"

#include <ctype.h>

#include "cli/remote/text.h"
#include "libcommon/gitops/api.h"
#include "libcommon/kube/object.h"

typedef struct sl_str (*cell_fn)(struct sl_arena *a, const struct sl_cli_view *view,
				 const struct sl_value *object);

static struct sl_str name_cell(struct sl_arena *a, const struct sl_cli_view *view,
			       const struct sl_value *object)
{
	struct sl_str name = sl_obj_name(object);
	char *text;

	if (!view->kinds)
		return name;
	text = sl_arena_printf(a, "%s/%.*s", sl_cli_kind(view->kind)->kube.kind, SL_STR_FMT(name));
	for (char *c = text; *c != '/'; c++)
		*c = (char)tolower((unsigned char)*c);
	return sl_str(text);
}

static struct sl_str artifact_cell(struct sl_arena *a, const struct sl_cli_view *view,
				   const struct sl_value *object)
{
	(void)view;
	return sl_cli_short_digests(a, sl_get_str(object, "status", "artifact", "revision"));
}

/* The revision of a chart is a version, whose build metadata is no digest to be cut. */
static struct sl_str chart_cell(struct sl_arena *a, const struct sl_cli_view *view,
				const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_str(object, "status", "artifact", "revision");
}

static struct sl_str applied_cell(struct sl_arena *a, const struct sl_cli_view *view,
				  const struct sl_value *object)
{
	(void)view;
	return sl_cli_short_digests(a, sl_get_str(object, "status", "lastAppliedRevision"));
}

static struct sl_str release_cell(struct sl_arena *a, const struct sl_cli_view *view,
				  const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_str(sl_list_get(sl_get(object, "status", "history"), 0), "chartVersion");
}

static struct sl_str suspended_cell(struct sl_arena *a, const struct sl_cli_view *view,
				    const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_bool(object, false, "spec", "suspend") ? SL_STR("True") : SL_STR("False");
}

static struct sl_str ready_cell(struct sl_arena *a, const struct sl_cli_view *view,
				const struct sl_value *object)
{
	const struct sl_value *ready = sl_obj_condition(object, SL_COND_READY);

	(void)a;
	(void)view;
	return ready ? sl_get_str(ready, "status") : SL_STR("False");
}

static struct sl_str message_cell(struct sl_arena *a, const struct sl_cli_view *view,
				  const struct sl_value *object)
{
	const struct sl_value *ready = sl_obj_condition(object, SL_COND_READY);

	(void)view;
	return ready ? sl_cli_short_digests(a, sl_get_str(ready, "message"))
		     : SL_STR("waiting to be reconciled");
}

/* Kinds that nothing reconciles are ready by themselves. */
static struct sl_str true_cell(struct sl_arena *a, const struct sl_cli_view *view,
			       const struct sl_value *object)
{
	(void)a;
	(void)view;
	(void)object;
	return SL_STR("True");
}

static struct sl_str is_ready_cell(struct sl_arena *a, const struct sl_cli_view *view,
				   const struct sl_value *object)
{
	(void)object;
	return sl_str(sl_arena_printf(a, "%s is Ready", sl_cli_kind(view->kind)->kube.kind));
}

static struct sl_str source_cell(struct sl_arena *a, const struct sl_cli_view *view,
				 const struct sl_value *object)
{
	const struct sl_value *ref = sl_value_get(object, sl_cli_kind(view->kind)->ref);
	struct sl_str namespace_;

	if (!ref)
		ref = sl_get(object, "spec", "chartRef");
	if (!ref)
		ref = sl_get(object, "spec", "sourceRef");
	if (!ref)
		return SL_STR("");
	namespace_ = sl_get_str(ref, "namespace");
	if (!namespace_.n)
		namespace_ = sl_obj_namespace(object);
	return sl_str(sl_arena_printf(a, "%.*s/%.*s/%.*s", SL_STR_FMT(sl_get_str(ref, "kind")),
				      SL_STR_FMT(namespace_), SL_STR_FMT(sl_get_str(ref, "name"))));
}

static struct sl_str scan_cell(struct sl_arena *a, const struct sl_cli_view *view,
			       const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_str(object, "status", "lastScanResult", "scanTime");
}

static struct sl_str run_cell(struct sl_arena *a, const struct sl_cli_view *view,
			      const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_str(object, "status", "lastAutomationRunTime");
}

static struct sl_str image_cell(struct sl_arena *a, const struct sl_cli_view *view,
				const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_str(object, "status", "latestRef", "name");
}

static struct sl_str tag_cell(struct sl_arena *a, const struct sl_cli_view *view,
			      const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_str(object, "status", "latestRef", "tag");
}

static struct sl_str path_cell(struct sl_arena *a, const struct sl_cli_view *view,
			       const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_str(object, "spec", "path");
}

static struct sl_str url_cell(struct sl_arena *a, const struct sl_cli_view *view,
			      const struct sl_value *object)
{
	(void)a;
	(void)view;
	return sl_get_str(object, "spec", "url");
}

static struct sl_str age_cell(struct sl_arena *a, const struct sl_cli_view *view,
			      const struct sl_value *object)
{
	return sl_cli_age_of(a, sl_get_str(object, "metadata", "creationTimestamp"), view->wall_ms);
}

struct column {
	const char *header;
	cell_fn cell;
	bool source, wide; /* only shown when asked for */
};

static const struct column name = { "NAME", name_cell, false, false };
static const struct column source = { "SOURCE", source_cell, true, false };
static const struct column source_always = { "SOURCE", source_cell, false, false };
static const struct column artifact = { "REVISION", artifact_cell, false, false };
static const struct column chart = { "REVISION", chart_cell, false, false };
static const struct column applied = { "REVISION", applied_cell, false, false };
static const struct column release = { "REVISION", release_cell, false, false };
static const struct column suspended = { "SUSPENDED", suspended_cell, false, false };
static const struct column ready = { "READY", ready_cell, false, false };
static const struct column message = { "MESSAGE", message_cell, false, false };
static const struct column always = { "READY", true_cell, false, false };
static const struct column is_ready = { "MESSAGE", is_ready_cell, false, false };
static const struct column scan = { "LAST SCAN", scan_cell, false, false };
static const struct column run = { "LAST RUN", run_cell, false, false };
static const struct column image = { "IMAGE", image_cell, false, false };
static const struct column tag = { "TAG", tag_cell, false, false };
static const struct column path = { "PATH", path_cell, false, true };
static const struct column url = { "URL", url_cell, false, true };
static const struct column age = { "AGE", age_cell, false, true };

static const struct column *const layouts[SL_CLI_KINDS][SL_CLI_COLUMNS_MAX] = {
	[SL_CLI_OCI_REPOSITORY] = { &name, &artifact, &suspended, &ready, &message, &url, &age },
	[SL_CLI_BUCKET] = { &name, &artifact, &suspended, &ready, &message, &age },
	[SL_CLI_GIT_REPOSITORY] = { &name, &artifact, &suspended, &ready, &message, &url, &age },
	[SL_CLI_HELM_REPOSITORY] = { &name, &artifact, &suspended, &ready, &message, &url, &age },
	[SL_CLI_HELM_CHART] = { &name, &chart, &suspended, &ready, &message, &age },
	[SL_CLI_EXTERNAL_ARTIFACT] = { &name, &artifact, &source_always, &ready, &message, &age },
	[SL_CLI_IMAGE_REPOSITORY] = { &name, &scan, &suspended, &ready, &message, &age },
	[SL_CLI_IMAGE_POLICY] = { &name, &image, &tag, &ready, &message, &age },
	[SL_CLI_IMAGE_UPDATE] = { &name, &run, &suspended, &ready, &message, &age },
	[SL_CLI_HELM_RELEASE] = { &name, &source, &release, &suspended, &ready, &message, &age },
	[SL_CLI_KUSTOMIZATION] = { &name, &source, &applied, &suspended, &ready, &message, &path,
				   &age },
	[SL_CLI_RECEIVER] = { &name, &suspended, &ready, &message, &age },
	[SL_CLI_PROVIDER] = { &name, &always, &is_ready, &age },
	[SL_CLI_ALERT] = { &name, &suspended, &always, &is_ready, &age },
	[SL_CLI_ARTIFACT_GENERATOR] = { &name, &suspended, &ready, &message, &age },
};

static bool is_shown(const struct sl_cli_view *view, const struct column *c)
{
	return (!c->source || view->show_source || view->wide) && (!c->wide || view->wide);
}

void sl_cli_header(const struct sl_cli_view *view, struct sl_cli_row *ret_row)
{
	ret_row->n = 0;
	if (view->namespaces)
		sl_cli_row_add(ret_row, SL_STR("NAMESPACE"));
	for (const struct column *const *c = layouts[view->kind]; *c; c++)
		if (is_shown(view, *c))
			sl_cli_row_add(ret_row, sl_str((*c)->header));
}

void sl_cli_row_of(struct sl_arena *a, const struct sl_cli_view *view,
		   const struct sl_value *object, struct sl_cli_row *ret_row)
{
	ret_row->n = 0;
	if (view->namespaces)
		sl_cli_row_add(ret_row, sl_obj_namespace(object));
	for (const struct column *const *c = layouts[view->kind]; *c; c++)
		if (is_shown(view, *c))
			sl_cli_row_add(ret_row, (*c)->cell(a, view, object));
}

/* Selection by status */

int sl_cli_selector_parse(const char *text, struct sl_cli_selector *ret_selector,
			  struct sl_err *err)
{
	struct sl_str s = sl_str(text);
	ptrdiff_t eq = sl_str_chr(s, '=');
	struct sl_cli_selector parsed = { .type = SL_STR_NULL };

	if (text && eq < 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "expected status selector in type=status or type!=status format, "
				  "but found: %s",
				  text);
	if (text) {
		parsed.type = sl_str_sub(s, 0, (size_t)eq);
		parsed.status = sl_str_sub(s, (size_t)eq + 1, s.n);
		parsed.negated = sl_str_cut_suffix(&parsed.type, SL_STR("!"));
	}
	if (text && !parsed.type.n)
		return sl_err_set(err, SL_ERR_INVALID, "status selector without a type: %s", text);
	*ret_selector = parsed;
	return 0;
}

static bool has_status(const struct sl_cli_selector *s, const struct sl_value *object)
{
	const struct sl_value *conditions = sl_get(object, "status", "conditions");

	for (size_t i = 0; i < sl_list_len(conditions); i++) {
		const struct sl_value *c = sl_list_get(conditions, i);

		if (sl_str_ieq(sl_get_str(c, "type"), s->type))
			return sl_str_ieq(sl_get_str(c, "status"), s->status);
	}
	return false;
}

bool sl_cli_selector_matches(const struct sl_cli_selector *s, enum sl_cli_kind_id kind,
			     const struct sl_value *object)
{
	bool matches;

	if (!s->type.n)
		return true;
	if (kind == SL_CLI_PROVIDER || kind == SL_CLI_ALERT)
		matches = sl_str_ieq(s->type, SL_STR(SL_COND_READY)) &&
			  sl_str_ieq(s->status, SL_STR("True"));
	else
		matches = has_status(s, object);
	return matches != s->negated;
}
