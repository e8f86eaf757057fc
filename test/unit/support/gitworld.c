#include "test/unit/support/gitworld.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/base/clock.h"

static struct sl_tmpdir root = SL_TMPDIR_INIT;
static struct test_gitserver server;
static struct sl_http_client *client;

static const char make_template[] =
	"git init -q -b main template; cd template; mkdir dir dir-x; printf one >a;"
	"printf 'in dir' >dir/b; printf x >dir-x/c; printf y >dir.txt; printf '#!/bin/sh' >run;"
	"chmod +x run; ln -s a link; git add -A; git commit -q -m first; printf two >a;"
	"git commit -qa -m 'second commit'; rm -rf .git/hooks";

int gitworld_group_setup(void **state)
{
	(void)state;
	unsetenv("http_proxy");
	assert_int_equal(sl_tmpdir_create("git-test", &root, NULL), 0);
	test_sh(root.path, make_template);
	test_gitserver_start(root.path, NULL, &server);
	client = sl_http_client_new(NULL);
	return client ? 0 : -1;
}

int gitworld_group_teardown(void **state)
{
	(void)state;
	test_gitserver_stop(&server);
	sl_http_client_free(client);
	sl_tmpdir_release(&root);
	sl_git_global_shutdown();
	return 0;
}

int gitworld_setup(void **state)
{
	static int count;
	struct gitworld *w = sl_xcalloc(1, sizeof(*w));

	w->root = &root;
	w->client = client;
	w->name = sl_xasprintf("t%d", ++count);
	w->path = sl_xasprintf("%s/%s", root.path, w->name);
	w->prefix = "";
	assert_int_equal(sl_mkdirs(root.fd, w->name, 0700, NULL), 0);
	*state = w;
	return 0;
}

int gitworld_teardown(void **state)
{
	struct gitworld *w = *state;

	sl_git_cache_free(w->cache);
	test_gitserver_stop(&w->own);
	free(w->name);
	free(w->path);
	free(w);
	return 0;
}

char *gitworld_url(const struct gitworld *w, const char *repo)
{
	return sl_xasprintf("http://127.0.0.1:%u%s/%s/%s", w->own.pid ? w->own.port : server.port,
			    w->prefix, w->name, repo);
}

int gitworld_open_cache(struct gitworld *w, const char *url)
{
	SL_AUTO_FREE char *path = sl_xasprintf("%s/cache", w->path);

	if (w->cache)
		return 0;
	return sl_git_cache_open(path, url, &w->cache, NULL);
}

void gitworld_close_cache(struct gitworld *w)
{
	sl_git_cache_free(w->cache);
	w->cache = NULL;
}

void gitworld_outcome_release(struct gitworld_outcome *o)
{
	free(o->revision);
	sl_err_release(&o->err);
}

int gitworld_sync(struct gitworld *w, const struct sl_git_ref_spec *spec,
		  struct gitworld_outcome *ret_out)
{
	SL_AUTO_FREE char *url = gitworld_url(w, "repo.git");
	struct sl_git_remote_options options = { .url = url, .auth = { .http = w->auth } };
	SL_AUTO_PTR(sl_git_remote) *r = NULL;
	SL_AUTO(sl_git_target) target = SL_GIT_TARGET_INIT;
	const struct sl_git_candidate *c;
	int rc;

	memset(ret_out, 0, sizeof(*ret_out));
	options.deadline_ms = sl_mono_ms() + 30000;
	assert_int_equal(gitworld_open_cache(w, url), 0);
	assert_int_equal(sl_git_remote_open(w->client, &options, &r, NULL), 0);
	rc = sl_git_resolve(r, spec, &target, &ret_out->err);
	if (rc == 0)
		rc = sl_git_fetch(w->cache, r, &target, &ret_out->result, &ret_out->err);
	if (rc < 0)
		return rc;
	c = &target.candidates[ret_out->result.candidate];
	ret_out->commit = c->commit;
	ret_out->revision = sl_git_revision(spec, c);
	return 0;
}

void gitworld_sync_ok(struct gitworld *w, const struct sl_git_ref_spec *spec,
		      struct gitworld_outcome *ret_out)
{
	if (gitworld_sync(w, spec, ret_out) < 0)
		fail_msg("%s", ret_out->err.message);
}

int gitworld_list_entry(struct sl_git_visitor *self, struct sl_git_entry *e, struct sl_err *err)
{
	static const char letters[] = { 'd', 'f', 'x', 'l', 's' };
	struct gitworld_lister *l = (struct gitworld_lister *)self;
	char buffer[5];
	uint64_t size = 0;
	size_t n = 0;
	int r = 0;

	sl_strbuf_addf(&l->text, "%c %s", letters[e->kind], e->path);
	if (l->content && e->kind != SL_GIT_DIR && e->kind != SL_GIT_SUBMODULE) {
		r = sl_git_entry_size(e, &size, err);
		sl_strbuf_addf(&l->text, " %llu ", (unsigned long long)size);
		while (r == 0) {
			r = sl_git_entry_read(e, buffer, sizeof(buffer), &n, err);
			if (r < 0 || !n)
				break;
			sl_strbuf_add(&l->text, buffer, n);
		}
	}
	sl_strbuf_addc(&l->text, '\n');
	if (r == 0 && l->skip && !strcmp(e->path, l->skip))
		return SL_GIT_SKIP;
	return r;
}

char *gitworld_list(struct gitworld *w, const struct sl_git_oid *commit,
		    const struct sl_git_walk_options *options, bool content)
{
	struct gitworld_lister l = GITWORLD_LISTER;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	l.content = content;
	if (sl_git_walk(w->cache, commit, options, &l.visitor, &err) < 0)
		fail_msg("%s", err.message);
	return sl_strbuf_steal(&l.text);
}

void gitworld_read_id(struct gitworld *w, const char *file, struct sl_git_oid *ret_oid)
{
	SL_AUTO_FREE char *path = sl_xasprintf("%s/%s", w->name, file);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(100);

	assert_int_equal(sl_file_read(w->root->fd, path, &text, NULL), 0);
	assert_true(sl_git_oid_parse(sl_str_trim(sl_strbuf_str(&text)), ret_oid));
}
