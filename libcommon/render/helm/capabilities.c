#include "libcommon/render/helm/objects.h"

#include <stddef.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"

/* What Helm knows without a cluster: the group-versions of k8s.io/client-go v0.37, in its order. */
static const char *const known_versions[] = {
	"v1",
	"admissionregistration.k8s.io/v1",
	"admissionregistration.k8s.io/v1alpha1",
	"admissionregistration.k8s.io/v1beta1",
	"internal.apiserver.k8s.io/v1alpha1",
	"apps/v1",
	"apps/v1beta1",
	"apps/v1beta2",
	"authentication.k8s.io/v1",
	"authentication.k8s.io/v1alpha1",
	"authentication.k8s.io/v1beta1",
	"authorization.k8s.io/v1",
	"authorization.k8s.io/v1beta1",
	"autoscaling/v1",
	"autoscaling/v2",
	"batch/v1",
	"batch/v1beta1",
	"certificates.k8s.io/v1",
	"certificates.k8s.io/v1beta1",
	"certificates.k8s.io/v1alpha1",
	"coordination.k8s.io/v1alpha2",
	"coordination.k8s.io/v1beta1",
	"coordination.k8s.io/v1",
	"discovery.k8s.io/v1",
	"discovery.k8s.io/v1beta1",
	"events.k8s.io/v1",
	"events.k8s.io/v1beta1",
	"extensions/v1beta1",
	"flowcontrol.apiserver.k8s.io/v1",
	"flowcontrol.apiserver.k8s.io/v1beta1",
	"flowcontrol.apiserver.k8s.io/v1beta2",
	"flowcontrol.apiserver.k8s.io/v1beta3",
	"lifecycle.k8s.io/v1alpha1",
	"networking.k8s.io/v1",
	"networking.k8s.io/v1beta1",
	"node.k8s.io/v1",
	"node.k8s.io/v1alpha1",
	"node.k8s.io/v1beta1",
	"policy/v1",
	"policy/v1beta1",
	"rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1beta1",
	"rbac.authorization.k8s.io/v1alpha1",
	"resource.k8s.io/v1",
	"resource.k8s.io/v1beta2",
	"resource.k8s.io/v1beta1",
	"resource.k8s.io/v1alpha3",
	"scheduling.k8s.io/v1alpha3",
	"scheduling.k8s.io/v1beta1",
	"scheduling.k8s.io/v1",
	"storage.k8s.io/v1beta1",
	"storage.k8s.io/v1",
	"storage.k8s.io/v1alpha1",
	"storagemigration.k8s.io/v1",
	"storagemigration.k8s.io/v1beta1",
	"apiextensions.k8s.io/v1beta1",
	"apiextensions.k8s.io/v1",
};

struct capabilities {
	struct sl_helm_kube_version kube;
	struct sl_go_list *api_versions;
};

#define TEXT_GETTER(name, type, member) \
	static struct sl_goval name(struct sl_arena *a, const void *ptr) \
	{ \
		(void)a; \
		return sl_goval_str(((const struct type *)ptr)->member); \
	}

/* ---- KubeVersion ---- */

TEXT_GETTER(kube_version, sl_helm_kube_version, version)
TEXT_GETTER(kube_major, sl_helm_kube_version, major)
TEXT_GETTER(kube_minor, sl_helm_kube_version, minor)

static int kube_git_version(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			    struct sl_goval *ret, struct sl_err *err)
{
	(void)n;
	(void)err;
	*ret = kube_version(call->a, args[0].ptr);
	return 0;
}

static void kube_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	sl_strbuf_adds(out, ((const struct sl_helm_kube_version *)v->ptr)->version);
}

static const struct sl_go_field kube_fields[] = {
	{ .name = "Version", .get = kube_version },
	{ .name = "Major", .get = kube_major },
	{ .name = "Minor", .get = kube_minor },
	{ .name = NULL },
};
static const struct sl_go_type kube_argument_type = {
	.kind = SL_GO_STRUCT,
	.name = "chartutil.KubeVersion",
	.fields = kube_fields,
};
/* Its methods are those of the pointer to it: what a function is given has none of them. */
static const struct sl_go_type kube_type = {
	.kind = SL_GO_STRUCT,
	.name = "chartutil.KubeVersion",
	.fields = kube_fields,
	.methods =
		(const struct sl_go_func[]){
			{ .name = "GitVersion", .fn = kube_git_version },
			{ .name = "String", .fn = kube_git_version },
			{ .name = NULL },
		},
	.string = kube_string,
	.as_argument = &kube_argument_type,
};

/* ---- HelmVersion ---- */

/* What `go install` of that release gives; a build of its own has a commit in it. */
static struct sl_goval helm_version(struct sl_arena *a, const void *ptr)
{
	(void)a;
	(void)ptr;
	return sl_goval_strz(SL_HELM_VERSION);
}

static struct sl_goval helm_nothing(struct sl_arena *a, const void *ptr)
{
	(void)a;
	(void)ptr;
	return sl_goval_strz("");
}

static struct sl_goval helm_go_version(struct sl_arena *a, const void *ptr)
{
	(void)a;
	(void)ptr;
	return sl_goval_strz(SL_HELM_GO_VERSION);
}

static const struct sl_go_type helm_type = {
	.kind = SL_GO_STRUCT,
	.name = "version.BuildInfo",
	.fields =
		(const struct sl_go_field[]){
			{ "Version", helm_version, "version", true, false },
			{ "GitCommit", helm_nothing, "git_commit", true, false },
			{ "GitTreeState", helm_nothing, "git_tree_state", true, false },
			{ "GoVersion", helm_go_version, "go_version", true, false },
			{ .name = NULL },
		},
};

/* ---- APIVersions ---- */

static int has_version(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		       struct sl_goval *ret, struct sl_err *err)
{
	const struct sl_go_list *list = args[0].list;
	bool found = false;

	(void)call;
	(void)n;
	(void)err;
	for (size_t i = 0; i < sl_go_list_len(list) && !found; i++)
		found = sl_str_eq(list->items[i].s, args[1].s);
	*ret = sl_goval_bool(found);
	return 0;
}

static const struct sl_go_type versions_type = {
	.kind = SL_GO_SLICE,
	.name = "chartutil.VersionSet",
	.elem = &sl_go_string,
	.methods =
		(const struct sl_go_func[]){
			{ .name = "Has",
			  .fn = has_version,
			  .params = { &sl_go_string },
			  .count = 1 },
			{ .name = NULL },
		},
};

/* ---- the whole ---- */

static struct sl_goval get_kube(struct sl_arena *a, const void *ptr)
{
	struct sl_helm_kube_version *v = sl_arena_new(a, struct sl_helm_kube_version);

	*v = ((const struct capabilities *)ptr)->kube;
	return (struct sl_goval){ .type = &kube_type, .ptr = v };
}

static struct sl_goval get_versions(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return (struct sl_goval){ .type = &versions_type,
				  .list = ((const struct capabilities *)ptr)->api_versions };
}

static struct sl_goval get_helm(struct sl_arena *a, const void *ptr)
{
	(void)a;
	(void)ptr;
	return (struct sl_goval){ .type = &helm_type };
}

/* Helm's Copy method gives the same again: nothing that a template could tell from it. */
static int copy_capabilities(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			     struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)n;
	(void)err;
	*ret = args[0];
	return 0;
}

static const struct sl_go_type struct_type = {
	.kind = SL_GO_STRUCT,
	.name = "chartutil.Capabilities",
	.fields =
		(const struct sl_go_field[]){
			{ .name = "KubeVersion", .get = get_kube },
			{ .name = "APIVersions", .get = get_versions },
			{ .name = "HelmVersion", .get = get_helm },
			{ .name = NULL },
		},
};
static const struct sl_go_type pointer_type = {
	.kind = SL_GO_POINTER,
	.name = "*chartutil.Capabilities",
	.elem = &struct_type,
	.methods =
		(const struct sl_go_func[]){
			{ .name = "Copy", .fn = copy_capabilities },
			{ .name = NULL },
		},
};

struct sl_goval sl_helm_capabilities(struct sl_arena *a, const struct sl_helm_options *o)
{
	struct capabilities *c = sl_arena_new(a, struct capabilities);

	c->kube = sl_helm_kube_version_of(o);
	c->api_versions = sl_go_list_new(a, SL_ARRAY_LEN(known_versions) + o->api_version_count);
	for (size_t i = 0; !o->only_api_versions && i < SL_ARRAY_LEN(known_versions); i++)
		sl_go_list_push(a, c->api_versions, sl_goval_strz(known_versions[i]));
	for (size_t i = 0; i < o->api_version_count; i++)
		sl_go_list_push(a, c->api_versions, sl_goval_str(o->api_versions[i]));
	return (struct sl_goval){ .type = &pointer_type, .ptr = c };
}

struct sl_helm_kube_version sl_helm_kube_version_of(const struct sl_helm_options *o)
{
	if (o->kube_version.version.n)
		return o->kube_version;
	return (struct sl_helm_kube_version){ SL_STR(SL_HELM_KUBE_VERSION), SL_STR("1"),
					      SL_STR("20") };
}

/* ---- --kube-version ---- */

static int misparsed(struct sl_err *err, const char *before, struct sl_str text, const char *after)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT((size_t)1 << 20);

	sl_strbuf_add_goquoted(&b, text);
	return sl_err_set(err, SL_ERR_INVALID, "%s%s%s", before, b.p, after);
}

static int bad_component(struct sl_err *err, const char *what, struct sl_str component,
			 struct sl_str text, const char *why)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT((size_t)1 << 20);

	sl_strbuf_addf(&b, "illegal %s version component ", what);
	sl_strbuf_add_goquoted(&b, component);
	sl_strbuf_addz(&b, " in ");
	sl_strbuf_add_goquoted(&b, text);
	if (why) {
		sl_strbuf_addz(&b, ": strconv.ParseUint: parsing ");
		sl_strbuf_add_goquoted(&b, component);
		sl_strbuf_addf(&b, ": %s", why);
	}
	return sl_err_set(err, SL_ERR_INVALID, "%s", b.p);
}

/* The leading digits and dots of `s`, ending in a digit. */
static struct sl_str numbers_of(struct sl_str s)
{
	size_t n = 0;

	while (n < s.n &&
	       (sl_is_digit(s.p[n]) || (s.p[n] == '.' && n && n + 1 < s.n &&
					sl_is_digit(s.p[n - 1]) && sl_is_digit(s.p[n + 1]))))
		n++;
	return sl_str_sub(s, 0, n);
}

int sl_helm_kube_version_parse(struct sl_arena *a, struct sl_str text,
			       struct sl_helm_kube_version *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) version = SL_STRBUF_INIT((size_t)1 << 20);
	struct sl_str s = text, numbers, component, parts[2];
	size_t n = 0;

	while (s.n && (s.p[0] == ' ' || (s.p[0] >= '\t' && s.p[0] <= '\r' && s.p[0] != '\v')))
		s = sl_str_sub(s, 1, s.n);
	(void)sl_str_cut_prefix(&s, SL_STR("v"));
	numbers = numbers_of(s);
	if (!numbers.n || sl_str_chr(s, '\n') >= 0)
		return misparsed(err, "could not parse ", text, " as version");
	if (sl_str_chr(numbers, '.') < 0)
		return misparsed(err, "illegal version string ", text, "");
	sl_strbuf_addc(&version, 'v');
	for (; sl_str_split(&numbers, '.', &component); n++) {
		uint64_t value;

		if (!n && component.n > 1 && component.p[0] == '0')
			return bad_component(err, "zero-prefixed", component, text, NULL);
		if (!sl_str_to_u64(component, UINT64_MAX, &value))
			return bad_component(err, "non-numeric", component, text,
					     "value out of range");
		if (n)
			sl_strbuf_addc(&version, '.');
		sl_strbuf_addf(&version, "%llu", (unsigned long long)value);
		if (n < 2)
			parts[n] = sl_str(sl_arena_printf(a, "%llu", (unsigned long long)value));
	}
	*ret = (struct sl_helm_kube_version){ sl_arena_str(a, sl_strbuf_str(&version)), parts[0],
					      parts[1] };
	return 0;
}
