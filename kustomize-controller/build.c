#include "kustomize-controller/build.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/base/file.h"
#include "libcommon/codec/digest.h"
#include "libcommon/gitops/api.h"
#include "libcommon/kube/apply.h"
#include "libcommon/kube/object.h"
#include "libcommon/net/url.h"
#include "libcommon/render/kustomize/kustomize.h"
#include "libcommon/render/kustomize/substitute.h"

#define FILE_BYTES_MAX ((size_t)32 << 20)
#define YAML_BYTES_MAX ((size_t)256 << 20)

/* The context of the callbacks: the artifact's tree, and beside it what is fetched meanwhile. */
struct tree {
	int dir_fd;
	struct kc_remotes *remotes; /* or NULL */
};

/* The directory that a path is in, and the path from there. */
static int locate(const struct tree *t, const char *path, const char **ret_path)
{
	struct sl_str rest = sl_str(path);

	*ret_path = *path ? path : ".";
	if (!t->remotes || !sl_str_cut_prefix(&rest, SL_STR(KC_REMOTES_DIR "/")))
		return t->dir_fd;
	*ret_path = rest.p;
	return kc_remotes_dir_fd(t->remotes);
}

static enum sl_kustomize_entry fs_stat(void *ctx, const char *path)
{
	SL_AUTO_FD int fd = -1;
	struct stat st;

	int dir_fd = locate(ctx, path, &path);

	if (sl_open_beneath(dir_fd, path, O_PATH, 0, &fd, NULL) < 0 || fstat(fd, &st) < 0)
		return SL_KUSTOMIZE_NONE;
	if (S_ISDIR(st.st_mode))
		return SL_KUSTOMIZE_DIR;
	return S_ISREG(st.st_mode) ? SL_KUSTOMIZE_FILE : SL_KUSTOMIZE_NONE;
}

static int fs_read(void *ctx, const char *path, struct sl_arena *a, struct sl_str *ret_bytes,
		   struct sl_err *err)
{
	SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(FILE_BYTES_MAX);
	int dir_fd = locate(ctx, path, &path);
	int r = sl_file_read(dir_fd, path, &content, err);

	if (!r)
		*ret_bytes = sl_arena_str(a, sl_strbuf_str(&content));
	return r;
}

static int fs_list(void *ctx, const char *path, void (*each)(void *arg, const char *name),
		   void *arg, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	int dir_fd = locate(ctx, path, &path);
	int r = sl_dir_list(dir_fd, path, &names, err);

	for (size_t i = 0; !r && i < names.n; i++)
		each(arg, names.v[i]);
	return r;
}

static int fs_fetch(void *ctx, const struct sl_kustomize_remote *remote, struct sl_arena *a,
		    const char **ret_path, struct sl_err *err)
{
	return kc_remotes_fetch(((struct tree *)ctx)->remotes, remote, a, ret_path, err);
}

/* An encrypted Secret in the cluster would be worse than none. */
static int refuse_encrypted(struct sl_arena *a, const struct sl_value *object, struct sl_err *err)
{
	if (!sl_str_eqz(sl_obj_kind(object), "Secret") || sl_obj_group(object).n ||
	    !sl_get(object, "sops") ||
	    sl_str_ieq(sl_obj_annotation(object, SL_GROUP_KUSTOMIZE "/decrypt"),
		       SL_STR("disabled")))
		return 0;
	return sl_value_err_set(
		err, object, "sops", SL_ERR_INVALID,
		"%s is SOPS encrypted, configuring decryption is required for this secret to be "
		"reconciled",
		sl_obj_subject(a, object));
}

static int collect(struct sl_arena *a, const struct sl_key *owner, const struct kc_spec *spec,
		   const struct sl_kustomize_result *built, struct sl_value *ret_objects,
		   struct sl_err *err)
{
	for (size_t i = 0; i < built->n; i++) {
		struct sl_value *object = built->objects[i];
		int r = refuse_encrypted(a, object, err);

		if (r < 0)
			return r;
		if (sl_kustomize_own(a, sl_str(owner->namespace_), sl_str(owner->name), spec->tree,
				     object))
			sl_list_push(a, ret_objects, object);
	}
	return 0;
}

static int digest_of(struct sl_arena *a, const struct sl_kustomize_result *built,
		     const char **ret_digest, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) yaml = SL_STRBUF_INIT(YAML_BYTES_MAX);
	char text[SL_DIGEST_TEXT_SIZE];
	struct sl_digest d;
	int r;

	sl_kustomize_write(built->objects, built->n, &yaml);
	r = sl_strbuf_check(&yaml, "the built YAML", err);
	if (!r)
		r = sl_digest_of(SL_DIGEST_SHA256, sl_strbuf_str(&yaml), &d, err);
	if (r < 0)
		return r;
	sl_digest_format(&d, text);
	*ret_digest = sl_arena_strdup(a, text);
	return 0;
}

static int build_objects(struct sl_arena *a, const struct kc_build_inputs *in,
			 struct sl_kustomize_result *ret, struct sl_err *err)
{
	const struct kc_spec *spec = in->spec;
	const struct sl_value *post_build = sl_get(spec->tree, "postBuild");
	struct tree tree = { in->dir_fd, in->remotes };
	struct sl_kustomize_fs fs = { .ctx = &tree,
				      .stat = fs_stat,
				      .read = fs_read,
				      .list = fs_list,
				      .fetch = in->remotes ? fs_fetch : NULL };
	struct sl_kustomize_options o = { .order = SL_KUSTOMIZE_ORDER_FIFO };
	struct sl_value *kustomization;
	int r;

	if (fs_stat(&tree, spec->path) != SL_KUSTOMIZE_DIR)
		return sl_err_set(err, SL_ERR_NOT_FOUND, "kustomization path not found: ./%s",
				  spec->path);
	r = sl_kustomize_generate(a, &fs, spec->path, &o.limits, &kustomization, NULL, err);
	if (!r)
		r = sl_kustomize_apply_spec(a, &fs, spec->path, spec->tree, kustomization, err);
	if (r < 0)
		return r;
	o.kustomization = kustomization;
	r = sl_kustomize_build(a, &fs, spec->path, &o, ret, err);
	if (r < 0)
		sl_url_redact_err(err); /* a remote resource's may hold a password */
	if (!r && sl_kustomize_substitutes(post_build, in->vars))
		r = sl_kustomize_substitute(a, in->vars, in->strict, ret->objects, ret->n, err);
	return r;
}

int kc_build(struct sl_arena *a, const struct kc_build_inputs *in, struct kc_build *ret_build,
	     struct sl_err *err)
{
	struct sl_kustomize_result built = { 0 };
	struct kc_build b = { .objects = sl_value_list(a) };
	int r = build_objects(a, in, &built, err);

	if (!r)
		r = digest_of(a, &built, &b.digest, err);
	if (r < 0)
		return r;
	b.warnings = built.warnings;
	b.warning_count = built.warning_count;
	r = collect(a, in->owner, in->spec, &built, b.objects, err);
	if (!r)
		*ret_build = b;
	return r;
}
