#include "libcommon/net/gitblob.h"

#include <string.h>

void sl_git_blob_close(struct sl_git_blob *b)
{
	git_odb_object_free(b->whole);
	sl_git_pack_stream_free(b->stream);
	b->whole = NULL;
	b->stream = NULL;
}

static int blob_size(struct sl_git_blob *b, uint64_t *ret_size, struct sl_err *err)
{
	git_object_t type;
	size_t size;
	int r;

	if (!b->is_blob)
		return sl_err_set(err, SL_ERR_INVALID, "a directory has no content");
	if (b->whole) {
		*ret_size = git_odb_object_size(b->whole);
		return 0;
	}
	r = git_odb_read_header(&size, &type, b->cache->odb, &b->id);
	if (r < 0)
		return sl_git_lib_error(r, "read blob", err);
	if (type != GIT_OBJECT_BLOB)
		return sl_err_set(err, SL_ERR_INVALID, "file of a tree is not a blob");
	*ret_size = size;
	return 0;
}

static int load_whole(struct sl_git_blob *b, uint64_t size, struct sl_err *err)
{
	int r;

	if (size > SL_GIT_BLOB_WHOLE_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "file stored as a delta is larger than %u bytes",
				  SL_GIT_BLOB_WHOLE_MAX);
	r = git_odb_read(&b->whole, b->cache->odb, &b->id);
	return r < 0 ? sl_git_lib_error(r, "read blob", err) : 0;
}

static int start(struct sl_git_blob *b, struct sl_err *err)
{
	uint64_t size = 0;
	int r = blob_size(b, &size, err);

	if (r == 0 && size >= SL_GIT_BLOB_STREAM_MIN) {
		r = sl_git_pack_stream_open(b->cache, &b->id, &b->stream, err);
		if (r != SL_ERR_NOT_FOUND)
			return r;
		r = 0;
	}
	return r < 0 ? r : load_whole(b, size, err);
}

static int read_some(struct sl_git_blob *b, void *buffer, size_t size, size_t *ret_n,
		     struct sl_err *err)
{
	size_t left;
	int r = b->whole || b->stream ? 0 : start(b, err);

	if (r < 0)
		return r;
	if (b->stream)
		return sl_git_pack_stream_read(b->stream, buffer, size, ret_n, err);
	left = git_odb_object_size(b->whole) - b->at;
	*ret_n = size < left ? size : left;
	if (*ret_n)
		memcpy(buffer, (const char *)git_odb_object_data(b->whole) + b->at, *ret_n);
	b->at += *ret_n;
	return 0;
}

int sl_git_blob_read_all(struct sl_git_blob *b, struct sl_strbuf *out, struct sl_err *err)
{
	char piece[16384];
	size_t n;
	int r;

	do {
		r = read_some(b, piece, sizeof(piece), &n, err);
		if (r < 0)
			return r;
		sl_strbuf_add(out, piece, n);
		r = sl_strbuf_check(out, "file", err);
	} while (r == 0 && n);
	return r;
}

int sl_git_entry_size(struct sl_git_entry *e, uint64_t *ret_size, struct sl_err *err)
{
	int r = blob_size(e->blob, ret_size, err);

	if (r < 0)
		sl_err_wrap(err, "%s", e->path);
	return r;
}

int sl_git_entry_read(struct sl_git_entry *e, void *buffer, size_t size, size_t *ret_n,
		      struct sl_err *err)
{
	int r = read_some(e->blob, buffer, size, ret_n, err);

	if (r < 0)
		sl_err_wrap(err, "%s", e->path);
	return r;
}

static int read_source(void *ctx, void *to, size_t size, size_t *ret_n, struct sl_err *err)
{
	return sl_git_entry_read(ctx, to, size, ret_n, err);
}

struct sl_source sl_git_entry_source(struct sl_git_entry *e)
{
	return (struct sl_source){ read_source, e };
}
