#include "source-controller/gitarchive.h"

#include <stdlib.h>

#include "libcommon/codec/tar_write.h"

#define CHUNK_BYTES 32768

/* A `.sourceignore`, and the directory that it is about. */
struct ignore_file {
	char *domain;
	struct sl_strbuf text;
};

struct ignore_files {
	struct sl_git_visitor visitor;
	struct ignore_file *items;
	size_t n, cap;
	size_t bytes;
};

static void ignore_files_release(struct ignore_files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->items[i].domain);
		sl_strbuf_release(&f->items[i].text);
	}
	free(f->items);
}

static int read_whole(struct sl_git_entry *e, struct sl_strbuf *out, struct sl_err *err)
{
	char chunk[4096];
	size_t n;

	for (;;) {
		int r = sl_git_entry_read(e, chunk, sizeof(chunk), &n, err);

		if (r < 0 || !n)
			return r < 0 ? r : sl_strbuf_check(out, e->path, err);
		sl_strbuf_add(out, chunk, n);
	}
}

static int visit_ignore(struct sl_git_visitor *self, struct sl_git_entry *e, struct sl_err *err)
{
	struct ignore_files *f = SL_CONTAINER_OF(self, struct ignore_files, visitor);
	struct sl_str path = { e->path, e->path_len };
	ptrdiff_t slash = sl_str_rchr(path, '/');
	struct ignore_file *item;
	int r;

	if (!sl_str_eqz(sl_str_sub(path, (size_t)(slash + 1), path.n), SL_IGNORE_FILE) ||
	    (e->kind != SL_GIT_FILE && e->kind != SL_GIT_EXECUTABLE))
		return SL_GIT_GO_ON;
	f->items = sl_grow(f->items, f->n, &f->cap, sizeof(*f->items));
	item = &f->items[f->n++];
	item->domain = sl_xmemdup0(path.p, slash < 0 ? 0 : (size_t)slash);
	sl_strbuf_init(&item->text, SL_IGNORE_FILE_MAX);
	r = read_whole(e, &item->text, err);
	f->bytes += item->text.n;
	if (r == 0 && f->bytes > SC_IGNORE_TOTAL_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s files are larger than %d bytes",
				  SL_IGNORE_FILE, SC_IGNORE_TOTAL_MAX);
	return r;
}

/* Parents before children, otherwise by name: '/' sorts before every other byte. */
static int by_domain(const void *x, const void *y)
{
	const unsigned char *a = (const unsigned char *)((const struct ignore_file *)x)->domain;
	const unsigned char *b = (const unsigned char *)((const struct ignore_file *)y)->domain;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a && *b && (*a == '/') != (*b == '/'))
		return *a == '/' ? -1 : 1;
	return *a - *b;
}

int sc_git_ignore(struct sl_git_cache *cache, const struct sl_git_oid *commit,
		  const struct sl_git_walk_options *options, struct sl_str extra,
		  struct sl_ignore **ret_rules, struct sl_err *err)
{
	SL_AUTO_PTR(sl_ignore) *rules = sl_ignore_new(SL_IGNORE_DEFAULTS);
	struct ignore_files files = { .visitor = { visit_ignore } };
	int r = sl_git_walk(cache, commit, options, &files.visitor, err);

	if (files.n)
		qsort(files.items, files.n, sizeof(*files.items), by_domain);
	for (size_t i = 0; r == 0 && i < files.n; i++)
		r = sl_ignore_add(rules, sl_strbuf_str(&files.items[i].text),
				  sl_str(files.items[i].domain), err);
	ignore_files_release(&files);
	if (r == 0)
		r = sl_ignore_add(rules, extra, SL_STR(""), err);
	if (r == 0)
		*ret_rules = SL_STEAL(rules);
	return r;
}

struct archive {
	struct sl_git_visitor visitor;
	const struct sl_ignore *rules;
	struct sl_tar_writer *tar;
	char *chunk; /* CHUNK_BYTES */
};

static int add_file(struct archive *a, struct sl_git_entry *e, struct sl_str path,
		    struct sl_err *err)
{
	uint64_t size;
	size_t n;
	int r = sl_git_entry_size(e, &size, err);

	if (r == 0)
		r = sl_tar_add_file(a->tar, path, e->kind == SL_GIT_EXECUTABLE, size, err);
	while (r == 0) {
		r = sl_git_entry_read(e, a->chunk, CHUNK_BYTES, &n, err);
		if (r < 0 || !n)
			return r;
		r = sl_tar_write(a->tar, a->chunk, n, err);
	}
	return r;
}

static int visit_entry(struct sl_git_visitor *self, struct sl_git_entry *e, struct sl_err *err)
{
	struct archive *a = SL_CONTAINER_OF(self, struct archive, visitor);
	struct sl_str path = { e->path, e->path_len };
	bool is_dir = e->kind == SL_GIT_DIR || e->kind == SL_GIT_SUBMODULE;

	if (e->kind == SL_GIT_SYMLINK || sl_ignore_match(a->rules, path, is_dir))
		return SL_GIT_GO_ON;
	return is_dir ? sl_tar_add_dir(a->tar, path, err) : add_file(a, e, path, err);
}

int sc_git_archive(struct sl_git_cache *cache, const struct sl_git_oid *commit,
		   const struct sl_git_walk_options *options, const struct sl_ignore *rules,
		   struct sl_sink sink, enum sl_digest_algo algo, struct sl_digest *ret_digest,
		   uint64_t *ret_bytes, struct sl_err *err)
{
	SL_AUTO_PTR(sl_tar_writer) *tar = NULL;
	SL_AUTO_FREE char *chunk = sl_xmalloc(CHUNK_BYTES);
	SL_AUTO(sl_hashing_sink) hashing = SL_HASHING_SINK_INIT;
	struct archive a = { .visitor = { visit_entry }, .rules = rules, .chunk = chunk };
	int r = sl_hashing_sink_init(&hashing, sink, algo, err);

	if (r == 0)
		r = sl_tar_writer_new(sl_sink_hashing(&hashing), &tar, err);
	if (r == 0) {
		a.tar = tar;
		r = sl_tar_add_dir(tar, SL_STR("."), err);
	}
	if (r == 0)
		r = sl_git_walk(cache, commit, options, &a.visitor, err);
	if (r == 0)
		r = sl_tar_finish(tar, err);
	if (r == 0)
		r = sl_hasher_finish(&hashing.hasher, ret_digest, err);
	if (r == 0)
		*ret_bytes = hashing.bytes;
	return r;
}
