/* Walking a commit's tree. */
#include "libcommon/net/gittree.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/strvec.h"
#include "libcommon/net/gitblob.h"
#include "libcommon/net/gitlib.h"

struct walk {
	struct sl_git_visitor *visitor;
	const struct sl_git_submodules *modules;
	struct sl_strvec sparse;
	struct sl_strbuf path; /* of the entry being visited */
	size_t entries;
};

static int walk_tree(struct walk *w, struct sl_git_cache *c, const git_oid *id, int depth,
		     struct sl_err *err);

/* How a path relates to the sparse directories. */
enum relation { OUTSIDE, ABOVE, INSIDE };

static bool is_below(struct sl_str path, struct sl_str dir)
{
	return sl_str_cut_prefix(&path, dir) && (!path.n || path.p[0] == '/');
}

static enum relation relate(const struct walk *w)
{
	struct sl_str path = sl_strbuf_str(&w->path);
	enum relation best = w->sparse.n ? OUTSIDE : INSIDE;

	for (size_t i = 0; i < w->sparse.n; i++) {
		struct sl_str dir = sl_str(w->sparse.v[i]);

		if (is_below(path, dir))
			return INSIDE;
		if (is_below(dir, path))
			best = ABOVE;
	}
	return best;
}

static bool name_ok(struct sl_str name)
{
	return name.n && sl_str_chr(name, '/') < 0 && !sl_str_eq(name, SL_STR(".")) &&
	       !sl_str_eq(name, SL_STR("..")) && !sl_str_ieq(name, SL_STR(".git"));
}

static enum sl_git_kind kind_of(const git_tree_entry *e)
{
	switch (git_tree_entry_filemode(e)) {
	case GIT_FILEMODE_TREE:
		return SL_GIT_DIR;
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		return SL_GIT_EXECUTABLE;
	case GIT_FILEMODE_LINK:
		return SL_GIT_SYMLINK;
	case GIT_FILEMODE_COMMIT:
		return SL_GIT_SUBMODULE;
	case GIT_FILEMODE_BLOB:
	case GIT_FILEMODE_UNREADABLE:
		break;
	}
	return SL_GIT_FILE;
}

static int enter(struct walk *w, struct sl_git_cache *c, const git_tree_entry *e,
		 enum sl_git_kind kind, const struct sl_git_module *module, int depth,
		 struct sl_err *err)
{
	git_oid tree;
	int r;

	if (kind != SL_GIT_DIR)
		return 0;
	if (!module)
		return walk_tree(w, c, git_tree_entry_id(e), depth + 1, err);
	r = sl_git_commit_tree(module->cache, &module->commit, &tree, err);
	return r < 0 ? r : walk_tree(w, module->cache, &tree, depth + 1, err);
}

/* One entry, whose path is in place. */
static int visit(struct walk *w, struct sl_git_cache *c, const git_tree_entry *e, int depth,
		 struct sl_err *err)
{
	enum relation relation = relate(w);
	struct sl_git_blob blob = { .cache = c };
	struct sl_git_entry entry = {
		.path = w->path.p, .path_len = w->path.n, .kind = kind_of(e), .blob = &blob
	};
	const struct sl_git_module *module = NULL;
	int r;

	if (entry.kind == SL_GIT_SUBMODULE)
		module = sl_git_submodules_find(w->modules, sl_strbuf_str(&w->path));
	if (module)
		entry.kind = SL_GIT_DIR;
	if (relation == OUTSIDE || (relation == ABOVE && entry.kind != SL_GIT_DIR))
		return 0;
	if (++w->entries > SL_GIT_ENTRIES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "commit has more than %d entries",
				  SL_GIT_ENTRIES_MAX);
	sl_git_lib_hex(git_tree_entry_id(e), &entry.oid);
	blob.id = *git_tree_entry_id(e);
	blob.is_blob = entry.kind != SL_GIT_DIR && entry.kind != SL_GIT_SUBMODULE;
	r = w->visitor->visit(w->visitor, &entry, err);
	sl_git_blob_close(&blob);
	return r == SL_GIT_GO_ON ? enter(w, c, e, entry.kind, module, depth, err) : r < 0 ? r : 0;
}

struct child {
	const git_tree_entry *entry;
};

static int by_name(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	return strcmp(git_tree_entry_name(x->entry), git_tree_entry_name(y->entry));
}

static int walk_entries(struct walk *w, struct sl_git_cache *c, const struct child *children,
			size_t n, int depth, struct sl_err *err)
{
	size_t base = w->path.n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct sl_str name = sl_str(git_tree_entry_name(children[i].entry));

		if (!name_ok(name) || (i && by_name(&children[i - 1], &children[i]) == 0))
			return sl_err_set(err, SL_ERR_INVALID,
					  "commit has an unsafe or repeated file name in '%s'",
					  w->path.p);
		if (base)
			sl_strbuf_addc(&w->path, '/');
		sl_strbuf_adds(&w->path, name);
		if (w->path.failed)
			return sl_err_set(err, SL_ERR_TOO_LARGE, "path is longer than %d bytes",
					  SL_GIT_PATH_MAX);
		r = visit(w, c, children[i].entry, depth, err);
		sl_strbuf_truncate(&w->path, base);
	}
	return r;
}

static int walk_tree(struct walk *w, struct sl_git_cache *c, const git_oid *id, int depth,
		     struct sl_err *err)
{
	SL_AUTO_FREE struct child *children = NULL;
	git_tree *tree = NULL;
	size_t n;
	int r;

	if (depth > SL_GIT_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "directories are nested more than %d deep",
				  SL_GIT_DEPTH_MAX);
	r = git_tree_lookup(&tree, c->repo, id);
	if (r < 0)
		return sl_git_lib_error(r, "read tree", err);
	n = git_tree_entrycount(tree);
	children = sl_xcalloc(n + 1, sizeof(*children));
	for (size_t i = 0; i < n; i++)
		children[i].entry = git_tree_entry_byindex(tree, i);
	qsort(children, n, sizeof(*children), by_name);
	r = walk_entries(w, c, children, n, depth, err);
	git_tree_free(tree);
	return r;
}

int sl_git_commit_tree(struct sl_git_cache *c, const struct sl_git_oid *commit, git_oid *ret_tree,
		       struct sl_err *err)
{
	git_commit *object = NULL;
	git_oid id;
	int r = sl_git_cache_odb(c, err);

	if (r < 0)
		return r;
	if (!sl_git_lib_oid(commit, &id))
		return sl_err_set(err, SL_ERR_UNSUPPORTED, "SHA-256 object ids are not supported");
	r = git_commit_lookup(&object, c->repo, &id);
	if (r < 0)
		return sl_git_lib_error(r, "read commit", err);
	git_oid_cpy(ret_tree, git_commit_tree_id(object));
	git_commit_free(object);
	return 0;
}

/* "./a//b/" becomes "a/b"; false for what leaves the tree. "." becomes "". */
static bool clean_dir(const char *dir, struct sl_strbuf *out)
{
	struct sl_str rest = sl_str(dir), part;

	if (*dir == '/')
		return false;
	while (sl_str_split(&rest, '/', &part)) {
		if (!part.n || sl_str_eq(part, SL_STR(".")))
			continue;
		if (sl_str_eq(part, SL_STR("..")))
			return false;
		if (out->n)
			sl_strbuf_addc(out, '/');
		sl_strbuf_adds(out, part);
	}
	return !out->failed;
}

static bool is_dir(struct sl_git_cache *c, const git_oid *root, const char *path)
{
	git_tree_entry *e = NULL;
	git_tree *tree = NULL;
	bool found = false;

	if (git_tree_lookup(&tree, c->repo, root) == 0 &&
	    git_tree_entry_bypath(&e, tree, path) == 0)
		found = git_tree_entry_type(e) == GIT_OBJECT_TREE;
	git_tree_entry_free(e);
	git_tree_free(tree);
	return found;
}

/* Fill w->sparse; left empty when a directory is the root itself. */
static int add_sparse(struct walk *w, struct sl_git_cache *c, const git_oid *root,
		      const struct sl_git_walk_options *o, struct sl_err *err)
{
	bool all = false;

	if (o->sparse_count > SL_GIT_SPARSE_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d sparse directories",
				  SL_GIT_SPARSE_MAX);
	for (size_t i = 0; i < o->sparse_count; i++) {
		SL_AUTO(sl_strbuf) dir = SL_STRBUF_INIT(SL_GIT_PATH_MAX);

		if (!clean_dir(o->sparse[i], &dir))
			return sl_err_set(
				err, SL_ERR_INVALID,
				"sparse checkout directory '%s' is not within the repository",
				o->sparse[i]);
		all = all || !dir.n;
		if (dir.n && !is_dir(c, root, dir.p) &&
		    !sl_git_submodules_find(o->submodules, sl_strbuf_str(&dir)))
			return sl_err_set(err, SL_ERR_INVALID,
					  "sparse checkout directory '%s' does not exist in the "
					  "repository",
					  o->sparse[i]);
		sl_strvec_push_str(&w->sparse, sl_strbuf_str(&dir));
	}
	if (all)
		sl_strvec_release(&w->sparse);
	return 0;
}

int sl_git_walk(struct sl_git_cache *c, const struct sl_git_oid *commit,
		const struct sl_git_walk_options *options, struct sl_git_visitor *visitor,
		struct sl_err *err)
{
	struct walk w = {
		.visitor = visitor,
		.modules = options ? options->submodules : NULL,
		.path = SL_STRBUF_INIT(SL_GIT_PATH_MAX),
	};
	git_oid root;
	int r = sl_git_commit_tree(c, commit, &root, err);

	if (r == 0 && options)
		r = add_sparse(&w, c, &root, options, err);
	if (r == 0)
		r = walk_tree(&w, c, &root, 0, err);
	sl_strvec_release(&w.sparse);
	sl_strbuf_release(&w.path);
	return r;
}

int sl_git_file_read(struct sl_git_cache *c, const struct sl_git_oid *commit, const char *path,
		     struct sl_strbuf *out, struct sl_err *err)
{
	git_tree_entry *e = NULL;
	git_tree *tree = NULL;
	struct sl_git_blob blob = { .cache = c, .is_blob = true };
	git_oid root;
	int r = sl_git_commit_tree(c, commit, &root, err);

	if (r < 0)
		return r;
	r = git_tree_lookup(&tree, c->repo, &root);
	if (r == 0)
		r = git_tree_entry_bypath(&e, tree, path);
	if (r < 0) {
		r = sl_git_lib_error(r, path, err);
	} else if (kind_of(e) != SL_GIT_FILE && kind_of(e) != SL_GIT_EXECUTABLE) {
		r = sl_err_set(err, SL_ERR_NOT_FOUND, "%s: not a regular file", path);
	} else {
		blob.id = *git_tree_entry_id(e);
		r = sl_git_blob_read_all(&blob, out, err);
	}
	sl_git_blob_close(&blob);
	git_tree_entry_free(e);
	git_tree_free(tree);
	return r;
}
