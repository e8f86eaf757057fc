/* libgit2: set up, errors translated, packs indexed, completeness checked. */
#include "libcommon/net/gitlib.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/net/gitblob.h"
#include "libcommon/net/gittree.h"

#define WINDOW_BYTES ((size_t)512 << 10)
#define MAPPED_MAX ((size_t)8 << 20)
#define OPEN_PACKS_MAX ((size_t)64)
#define PACK_OBJECTS_MAX ((size_t)20000000)
/* No more than a page: libgit2 extends the file by writing its last byte and maps the rest, so that a
 * larger piece could hit a page for which the disk has no room: SIGBUS instead of ENOSPC. */
#define PIECE_BYTES 4096

static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;
static bool initialised;

static int initialise(void)
{
	static const int levels[] = { GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
				      GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA };
	int r = git_libgit2_init();

	if (r < 0)
		return r;
	for (size_t i = 0; i < SL_ARRAY_LEN(levels); i++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, WINDOW_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, MAPPED_MAX);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, OPEN_PACKS_MAX);
	git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, PACK_OBJECTS_MAX);
	git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	return 0;
}

int sl_git_global_init(struct sl_err *err)
{
	int r = 0;

	pthread_mutex_lock(&init_lock);
	if (!initialised)
		r = initialise();
	initialised = initialised || r == 0;
	pthread_mutex_unlock(&init_lock);
	return r < 0 ? sl_git_lib_error(r, "Git library", err) : 0;
}

void sl_git_global_shutdown(void)
{
	pthread_mutex_lock(&init_lock);
	if (initialised)
		git_libgit2_shutdown();
	initialised = false;
	pthread_mutex_unlock(&init_lock);
}

int sl_git_lib_error(int code, const char *what, struct sl_err *err)
{
	const git_error *last = git_error_last();
	const char *text = last && last->message ? last->message : "unknown error";
	enum sl_err_code as = SL_ERR_INVALID;

	if (code == GIT_ENOTFOUND)
		as = SL_ERR_NOT_FOUND;
	else if (last && last->klass == GIT_ERROR_OS)
		as = strstr(text, "No space left") || strstr(text, "quota exceeded")
			     ? SL_ERR_NO_SPACE
			     : SL_ERR_IO;
	return sl_err_set(err, as, "%s: %s", what, text);
}

bool sl_git_lib_oid(const struct sl_git_oid *oid, git_oid *ret_oid)
{
	return strlen(oid->hex) == GIT_OID_SHA1_HEXSIZE && git_oid_fromstr(ret_oid, oid->hex) == 0;
}

void sl_git_lib_hex(const git_oid *oid, struct sl_git_oid *ret_oid)
{
	git_oid_tostr(ret_oid->hex, sizeof(ret_oid->hex), oid);
}

static int on_progress(const git_indexer_progress *stats, void *user)
{
	struct sl_git_indexer *x = user;

	(void)stats;
	if (x->cancel && atomic_load(x->cancel))
		x->stopped = SL_ERR_CANCELED;
	else if (x->deadline_ms && sl_mono_ms() > x->deadline_ms)
		x->stopped = SL_ERR_TIMEOUT;
	return x->stopped ? GIT_EUSER : 0;
}

static int indexer_error(const struct sl_git_indexer *x, int code, struct sl_err *err)
{
	if (x->stopped == SL_ERR_CANCELED)
		return sl_err_set(err, SL_ERR_CANCELED, "canceled");
	if (x->stopped)
		return sl_err_set(err, SL_ERR_TIMEOUT, "timed out while indexing the pack");
	return sl_git_lib_error(code, "index pack", err);
}

static int write_pack(void *ctx, const void *p, size_t size, struct sl_err *err)
{
	struct sl_str chunk = { p, size };
	struct sl_git_indexer *x = ctx;

	while (chunk.n) {
		struct sl_str piece = sl_str_sub(chunk, 0, PIECE_BYTES);
		int r = git_indexer_append(x->indexer, piece.p, piece.n, &x->progress);

		if (r < 0) {
			x->failed = true;
			return indexer_error(x, r, err);
		}
		chunk = sl_str_sub(chunk, piece.n, chunk.n);
	}
	return 0;
}

struct sl_sink sl_git_indexer_sink(struct sl_git_indexer *x)
{
	return (struct sl_sink){ write_pack, x };
}

int sl_git_indexer_init(struct sl_git_cache *c, const struct sl_git_remote *r,
			struct sl_git_indexer *ret_indexer, struct sl_err *err)
{
	SL_AUTO_FREE char *dir = sl_xasprintf("%s/objects/pack", c->path);
	git_indexer_options options;
	int rc = sl_git_cache_odb(c, err);

	if (rc < 0)
		return rc;
	*ret_indexer = (struct sl_git_indexer){
		.deadline_ms = r->options.deadline_ms,
		.cancel = r->options.cancel,
	};
	git_indexer_options_init(&options, GIT_INDEXER_OPTIONS_VERSION);
	options.progress_cb = on_progress;
	options.progress_cb_payload = ret_indexer;
	rc = git_indexer_new(&ret_indexer->indexer, dir, 0600, c->odb, &options);
	return rc < 0 ? sl_git_lib_error(rc, "index pack", err) : 0;
}

int sl_git_indexer_finish(struct sl_git_indexer *x, struct sl_err *err)
{
	int r = git_indexer_commit(x->indexer, &x->progress);

	return r < 0 ? indexer_error(x, r, err) : 0;
}

void sl_git_indexer_release(struct sl_git_indexer *x)
{
	git_indexer_free(x->indexer);
	x->indexer = NULL;
}

static int verify_level(struct sl_git_cache *c, const git_oid *id, int depth, struct sl_err *err)
{
	git_tree *tree = NULL;
	int r;

	if (depth > SL_GIT_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "directories are nested more than %d deep",
				  SL_GIT_DEPTH_MAX);
	r = git_tree_lookup(&tree, c->repo, id);
	if (r < 0)
		return sl_git_lib_error(r, "read tree", err);
	for (size_t i = 0; r == 0 && i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		if (git_tree_entry_type(e) == GIT_OBJECT_TREE)
			r = verify_level(c, git_tree_entry_id(e), depth + 1, err);
		else if (git_tree_entry_type(e) == GIT_OBJECT_BLOB &&
			 !git_odb_exists_ext(c->odb, git_tree_entry_id(e),
					     GIT_ODB_LOOKUP_NO_REFRESH))
			r = sl_err_set(err, SL_ERR_NOT_FOUND, "the pack lacks an object");
	}
	git_tree_free(tree);
	return r;
}

int sl_git_verify_tree(struct sl_git_cache *c, const struct sl_git_oid *commit, struct sl_err *err)
{
	git_oid tree;
	int r = sl_git_commit_tree(c, commit, &tree, err);

	return r < 0 ? r : verify_level(c, &tree, 0, err);
}
