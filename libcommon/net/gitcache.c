/* A cache directory: its state file, and the object database in it. */
#include "libcommon/net/gitcache.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "libcommon/net/gitlib.h"

#define STATE_FILE "state"
#define STATE_MAX (64u << 10)
#define STATE_MAGIC "sluice-git-cache 1"

void sl_git_cache_close(struct sl_git_cache *c)
{
	git_repository_free(c->repo);
	git_odb_free(c->odb);
	c->repo = NULL;
	c->odb = NULL;
}

void sl_git_cache_free(struct sl_git_cache *c)
{
	bool trim;

	if (!c)
		return;
	trim = c->odb != NULL;
	sl_git_cache_close(c);
	if (c->fd >= 0)
		close(c->fd);
	free(c->path);
	free(c->url);
	free(c);
	/* Indexing a pack and reading deltas take megabytes for a moment: give them back. */
	if (trim)
		malloc_trim(0);
}

int sl_git_cache_odb(struct sl_git_cache *c, struct sl_err *err)
{
	SL_AUTO_FREE char *dir = sl_xasprintf("%s/objects", c->path);
	int r;

	if (c->odb)
		return 0;
	r = git_odb_open(&c->odb, dir);
	if (r == 0)
		r = git_repository_wrap_odb(&c->repo, c->odb);
	if (r == 0)
		return 0;
	sl_git_cache_close(c);
	return sl_git_lib_error(r, "open Git cache", err);
}

bool sl_git_cache_has(const struct sl_git_cache *c, const struct sl_git_oid *commit)
{
	for (size_t i = 0; i < c->tip_count; i++)
		if (sl_git_oid_eq(&c->tips[i], commit))
			return true;
	return false;
}

/* False when the state is none of ours, or of another URL. */
static bool parse_state(struct sl_git_cache *c, struct sl_str text)
{
	struct sl_str line;

	if (!sl_str_split(&text, '\n', &line) || !sl_str_eq(line, SL_STR(STATE_MAGIC)) ||
	    !sl_str_split(&text, '\n', &line) || !sl_str_cut_prefix(&line, SL_STR("url ")) ||
	    !sl_str_eqz(line, c->url) || !sl_str_split(&text, '\n', &line))
		return false;
	c->full = sl_str_eq(line, SL_STR("full"));
	while (sl_str_split(&text, '\n', &line)) {
		if (!line.n)
			continue;
		if (c->tip_count == SL_GIT_TIPS_MAX ||
		    !sl_git_oid_parse(line, &c->tips[c->tip_count]))
			return false;
		c->tip_count++;
	}
	return true;
}

int sl_git_cache_save(struct sl_git_cache *c, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(STATE_MAX);
	int r;

	sl_strbuf_addf(&text, STATE_MAGIC "\nurl %s\n%s\n", c->url, c->full ? "full" : "shallow");
	for (size_t i = 0; i < c->tip_count; i++)
		sl_strbuf_addf(&text, "%s\n", c->tips[i].hex);
	r = sl_strbuf_check(&text, "state of the Git cache", err);
	return r < 0 ? r : sl_file_publish(c->fd, STATE_FILE, sl_strbuf_str(&text), 0600, err);
}

int sl_git_cache_drop(struct sl_git_cache *c, struct sl_err *err)
{
	int r;

	sl_git_cache_close(c);
	c->tip_count = 0;
	c->full = false;
	r = sl_remove_tree(c->fd, STATE_FILE, err);
	if (r == 0)
		r = sl_remove_tree(c->fd, "objects", err);
	if (r == 0)
		r = sl_mkdirs(c->fd, "objects/pack", 0700, err);
	return r;
}

/* What a killed process left behind: packs whose index was never written. */
static int sweep(struct sl_git_cache *c, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	int r = sl_dir_list(c->fd, "objects/pack", &names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct sl_str name = sl_str(names.v[i]);
		SL_AUTO_FREE char *path = sl_xasprintf("objects/pack/%s", names.v[i]);

		if (!sl_str_ends(name, SL_STR(".pack")) && !sl_str_ends(name, SL_STR(".idx")))
			r = sl_remove_tree(c->fd, path, err);
	}
	return r;
}

static int load(struct sl_git_cache *c, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(STATE_MAX);
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	int r = sl_file_read(c->fd, STATE_FILE, &text, &local);

	if (r == 0 && parse_state(c, sl_strbuf_str(&text)) &&
	    faccessat(c->fd, "objects/pack", W_OK | X_OK, 0) == 0)
		return sweep(c, err);
	return sl_git_cache_drop(c, err);
}

static int plain_url(const char *url, char **ret_text, struct sl_err *err)
{
	SL_AUTO(sl_url) u = SL_URL_INIT;
	int r = sl_url_parse(sl_str(url), &u, err);

	if (r < 0)
		return r;
	*ret_text = sl_url_text(&u);
	return 0;
}

int sl_git_cache_open(const char *path, const char *url, struct sl_git_cache **ret_cache,
		      struct sl_err *err)
{
	SL_AUTO_PTR(sl_git_cache) *c = sl_xcalloc(1, sizeof(*c));
	int r;

	c->fd = -1;
	c->path = sl_xstrdup(path);
	r = sl_git_global_init(err);
	if (r == 0)
		r = plain_url(url, &c->url, err);
	if (r == 0 && mkdir(path, 0700) < 0 && errno != EEXIST)
		r = sl_err_errno(err, errno, "make the directory of the Git cache");
	if (r == 0)
		r = sl_dir_open(path, &c->fd, err);
	if (r == 0)
		r = load(c, err);
	if (r < 0)
		return r;
	*ret_cache = SL_STEAL(c);
	return 0;
}
