#include "kustomize-controller/artifact.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/base/strmap.h"
#include "libcommon/codec/digest.h"
#include "libcommon/codec/tar_dir.h"

#define ARCHIVE_NAME "archive.tar.gz"
#define TREE_NAME "tree"
#define TMPDIR_PREFIX "sluice-artifact"

enum progress { LOADING, LOADED, FAILED };

struct entry {
	struct kc_artifact artifact; /* first: release gets its address back */
	char *digest;
	enum progress progress;
	struct sl_tmpdir dir;
	uint64_t bytes; /* on disk */
	size_t users;
	uint64_t used_at;   /* order of the last release */
	bool outdated;	    /* its source has another one */
	struct entry *next; /* among those that were evicted */
};

struct kc_artifacts {
	pthread_mutex_t lock;
	pthread_cond_t changed;	  /* some entry has left LOADING */
	struct sl_strmap entries; /* digest -> entry, owned; failed ones are not in it */
	uint64_t releases;
	uint64_t kept_bytes;
	const atomic_bool *cancel;
};

static void free_entry(void *p)
{
	struct entry *e = p;

	sl_close_cleanup(&e->artifact.dir_fd);
	sl_tmpdir_release(&e->dir);
	free(e->digest);
	free(e);
}

struct kc_artifacts *kc_artifacts_new(uint64_t kept_bytes, const atomic_bool *cancel)
{
	struct kc_artifacts *c = sl_xcalloc(1, sizeof(*c));

	c->kept_bytes = kept_bytes;
	c->cancel = cancel;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	c->entries.free_value = free_entry;
	sl_tmpdir_sweep(TMPDIR_PREFIX);
	return c;
}

void kc_artifacts_free(struct kc_artifacts *c)
{
	if (!c)
		return;
	sl_strmap_release(&c->entries);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static int write_chunk(void *ctx, const void *p, size_t size, struct sl_err *err)
{
	const int *fd = ctx;

	return sl_fd_write_all(*fd, (struct sl_str){ p, size }, ARCHIVE_NAME, err);
}

/* For controllers that run outside of the cluster whose sources they read. */
static char *rewrite_host(const char *url)
{
	bool is_watcher = strstr(url, "//source-watcher") != NULL;
	const char *host =
		getenv(is_watcher ? "SOURCE_WATCHER_LOCALHOST" : "SOURCE_CONTROLLER_LOCALHOST");
	const char *from = strstr(url, "://"), *to;

	if (!host || !*host || !from)
		return sl_xstrdup(url);
	to = strchr(from + 3, '/');
	return sl_xasprintf("%.*s://%s%s", (int)(from - url), url, host, to ? to : "");
}

static int download(const struct kc_artifacts *c, struct sl_http_client *http, const char *url,
		    const struct sl_digest *want, int fd, struct sl_err *err)
{
	SL_AUTO_FREE char *real_url = rewrite_host(url);
	SL_AUTO(sl_hashing_sink) sink = SL_HASHING_SINK_INIT;
	SL_AUTO(sl_http_response) response = SL_HTTP_RESPONSE_INIT;
	struct sl_http_request request = {
		.method = "GET",
		.url = real_url,
		.sink = sl_sink_hashing(&sink),
		.max_body_bytes = KC_ARTIFACT_ARCHIVE_MAX,
		.deadline_ms = sl_mono_ms() + KC_ARTIFACT_TIMEOUT_MS,
		.cancel = c->cancel,
	};
	struct sl_digest got;
	int r = sl_hashing_sink_init(&sink, (struct sl_sink){ write_chunk, &fd }, want->algo, err);

	if (!r)
		r = sl_http_do(http, &request, &response, err);
	if (!r)
		r = sl_hasher_finish(&sink.hasher, &got, err);
	if (!r)
		r = sl_digest_verify(&got, want, url, err);
	return r;
}

static int unpack(int archive_fd, int tree_fd, uint64_t *ret_bytes, struct sl_err *err)
{
	struct sl_tar_limits limits = { KC_ARTIFACT_UNPACKED_MAX, KC_ARTIFACT_ENTRIES_MAX };
	int r;

	if (lseek(archive_fd, 0, SEEK_SET) < 0)
		return sl_err_set(err, SL_ERR_IO, "cannot read back %s", ARCHIVE_NAME);
	r = sl_tar_unpack(sl_source_fd(&archive_fd), tree_fd, &limits, ret_bytes, err);
	if (r < 0)
		sl_err_wrap(err, "unpack artifact");
	return r;
}

static int load(const struct kc_artifacts *c, struct entry *e, struct sl_http_client *http,
		const char *url, struct sl_err *err)
{
	SL_AUTO_FREE char *with_algo = strchr(e->digest, ':')
					       ? sl_xstrdup(e->digest)
					       : sl_xasprintf("sha256:%s", e->digest);
	SL_AUTO_FD int fd = -1;
	struct sl_digest want;
	int r = sl_digest_parse(sl_str(with_algo), &want, err);

	if (r < 0) {
		sl_err_wrap(err, "artifact digest '%s'", e->digest);
		return r;
	}
	r = sl_tmpdir_create(TMPDIR_PREFIX, &e->dir, err);
	if (!r)
		r = sl_open_beneath(e->dir.fd, ARCHIVE_NAME, O_RDWR | O_CREAT | O_EXCL, 0600, &fd,
				    err);
	if (!r)
		r = download(c, http, url, &want, fd, err);
	if (!r)
		r = sl_mkdirs(e->dir.fd, TREE_NAME, 0700, err);
	if (!r)
		r = sl_open_beneath(e->dir.fd, TREE_NAME, O_RDONLY | O_DIRECTORY, 0,
				    &e->artifact.dir_fd, err);
	if (!r)
		r = unpack(fd, e->artifact.dir_fd, &e->bytes, err);
	/* The tree is what is used; the tarball would only take space. */
	if (!r)
		r = sl_remove_tree(e->dir.fd, ARCHIVE_NAME, err);
	return r;
}

/* The unused entry to go first, when they are too many or too large or it is outdated; or NULL. */
static struct entry *to_evict(const struct kc_artifacts *c)
{
	const struct sl_strmap_entry *m;
	struct entry *oldest = NULL;
	uint64_t bytes = 0;
	size_t unused = 0;

	for (size_t pos = 0; (m = sl_strmap_next(&c->entries, &pos));) {
		struct entry *e = m->value;

		if (e->users)
			continue;
		if (e->outdated)
			return e;
		unused++;
		bytes += e->bytes;
		if (!oldest || e->used_at < oldest->used_at)
			oldest = e;
	}
	return unused > KC_ARTIFACTS_KEPT || bytes > c->kept_bytes ? oldest : NULL;
}

/* With the lock held; what is returned is freed without it, as removing a tree takes time. */
static struct entry *let_go(struct kc_artifacts *c, struct entry *e)
{
	struct entry *evicted = NULL;

	e->used_at = ++c->releases;
	if (--e->users)
		return NULL;
	if (e->progress == FAILED)
		return e;
	while ((e = to_evict(c))) {
		(void)sl_strmap_take(&c->entries, sl_str(e->digest));
		e->next = evicted;
		evicted = e;
	}
	return evicted;
}

static void free_entries(struct entry *e)
{
	while (e) {
		struct entry *next = e->next;

		free_entry(e);
		e = next;
	}
}

/*
 * The loaded entry with one more user, or NULL: the caller is to load *ret_new. With the lock held; the
 * caller frees `dead` without it.
 */
static struct entry *join(struct kc_artifacts *c, const char *digest, struct entry **ret_new,
			  struct entry **dead)
{
	struct entry *e, *failed;

	while ((e = sl_strmap_get(&c->entries, sl_str(digest)))) {
		e->users++;
		while (e->progress == LOADING)
			pthread_cond_wait(&c->changed, &c->lock);
		if (e->progress == LOADED) {
			e->outdated = false;
			return e;
		}
		/* Whoever loaded it failed, and tells so; this worker tries by itself. */
		failed = let_go(c, e);
		if (failed) {
			failed->next = *dead;
			*dead = failed;
		}
	}
	e = sl_xcalloc(1, sizeof(*e));
	e->dir = (struct sl_tmpdir)SL_TMPDIR_INIT;
	e->artifact.dir_fd = -1;
	e->digest = sl_xstrdup(digest);
	e->artifact.digest = e->digest;
	e->users = 1;
	sl_strmap_set(&c->entries, sl_str(digest), e);
	*ret_new = e;
	return NULL;
}

int kc_artifacts_get(struct kc_artifacts *c, struct sl_http_client *http, const char *url,
		     const char *digest, struct kc_artifact **ret_artifact, struct sl_err *err)
{
	struct entry *mine = NULL, *loaded, *dead = NULL;
	int r;

	if (!digest || !*digest)
		return sl_err_set(err, SL_ERR_INVALID, "the artifact of the source has no digest");
	pthread_mutex_lock(&c->lock);
	loaded = join(c, digest, &mine, &dead);
	pthread_mutex_unlock(&c->lock);
	free_entries(dead);
	dead = NULL;
	if (loaded) {
		*ret_artifact = &loaded->artifact;
		return 0;
	}
	r = load(c, mine, http, url, err);
	pthread_mutex_lock(&c->lock);
	mine->progress = r < 0 ? FAILED : LOADED;
	if (r < 0) {
		(void)sl_strmap_take(&c->entries, sl_str(digest));
		dead = let_go(c, mine);
	}
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	free_entries(dead);
	if (!r)
		*ret_artifact = &mine->artifact;
	return r;
}

void kc_artifacts_outdate(struct kc_artifacts *c, struct sl_str digest)
{
	struct entry *e;

	pthread_mutex_lock(&c->lock);
	e = sl_strmap_get(&c->entries, digest);
	if (e)
		e->outdated = true;
	pthread_mutex_unlock(&c->lock);
}

void kc_artifacts_release(struct kc_artifacts *c, struct kc_artifact *artifact)
{
	struct entry *evicted;

	pthread_mutex_lock(&c->lock);
	evicted = let_go(c, (struct entry *)artifact);
	pthread_mutex_unlock(&c->lock);
	free_entries(evicted);
}
