/* Streaming a blob out of a pack: find it by the index, inflate it, verify its id. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "libcommon/net/gitblob.h"

#define INDEX_HEADER 8
#define FANOUT_BYTES 1024
#define ID_BYTES GIT_OID_SHA1_SIZE
#define TYPE_BLOB 3
#define INPUT_BYTES 65536

struct sl_git_pack_stream {
	int fd;
	off_t at; /* of the next input byte in the pack */
	git_oid id;
	uint64_t left; /* content bytes still to come */
	z_stream z;
	bool z_open, ended;
	struct sl_hasher hasher;
	unsigned char input[INPUT_BYTES];
};

static bool read_at(int fd, off_t offset, void *p, size_t n)
{
	return pread(fd, p, n, offset) == (ssize_t)n;
}

static bool read_u32(int fd, off_t offset, uint32_t *ret_value)
{
	uint32_t raw;

	if (!read_at(fd, offset, &raw, sizeof(raw)))
		return false;
	*ret_value = ntohl(raw);
	return true;
}

/* The position of `id` among the sorted ids of an index; false when it is not there. */
static bool find_position(int fd, const git_oid *id, uint32_t *ret_position, uint32_t *ret_count)
{
	off_t fanout = INDEX_HEADER, ids = INDEX_HEADER + FANOUT_BYTES;
	uint32_t low = 0, high;
	off_t bucket = id->id[0];

	if ((bucket && !read_u32(fd, fanout + 4 * (bucket - 1), &low)) ||
	    !read_u32(fd, fanout + 4 * bucket, &high) || !read_u32(fd, fanout + 4 * 255, ret_count))
		return false;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		unsigned char found[ID_BYTES];
		int order;

		if (!read_at(fd, ids + (off_t)middle * ID_BYTES, found, sizeof(found)))
			return false;
		order = memcmp(id->id, found, ID_BYTES);
		*ret_position = middle;
		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* Where in the pack the object of an index is; false when it is not in this pack. */
static bool find_offset(int fd, const git_oid *id, off_t *ret_offset)
{
	static const unsigned char magic[INDEX_HEADER] = { 0xff, 't', 'O', 'c', 0, 0, 0, 2 };
	unsigned char head[INDEX_HEADER];
	uint32_t position, count, offset, high, low;
	off_t table;

	if (!read_at(fd, 0, head, sizeof(head)) || memcmp(head, magic, sizeof(magic)) != 0 ||
	    !find_position(fd, id, &position, &count))
		return false;
	table = INDEX_HEADER + FANOUT_BYTES + (off_t)count * (ID_BYTES + 4);
	if (!read_u32(fd, table + 4 * (off_t)position, &offset))
		return false;
	*ret_offset = offset;
	if (!(offset & 0x80000000u))
		return true;
	table += 4 * (off_t)count + 8 * (off_t)(offset & 0x7fffffffu);
	if (!read_u32(fd, table, &high) || !read_u32(fd, table + 4, &low))
		return false;
	*ret_offset = (off_t)((uint64_t)(high & 0x7fffffffu) << 32 | low);
	return true;
}

/* Type and size before an entry's data; moves s->at past them. False unless it is a plain blob. */
static bool read_entry_head(struct sl_git_pack_stream *s)
{
	unsigned char head[12];
	ssize_t n = pread(s->fd, head, sizeof(head), s->at);
	int shift = 4;
	ssize_t i = 0;

	if (n < 1 || (head[0] >> 4 & 7) != TYPE_BLOB)
		return false;
	s->left = head[0] & 15;
	while (head[i] & 0x80) {
		if (++i == n || shift > 57)
			return false;
		s->left |= (uint64_t)(head[i] & 0x7f) << shift;
		shift += 7;
	}
	s->at += i + 1;
	return true;
}

void sl_git_pack_stream_free(struct sl_git_pack_stream *s)
{
	if (!s)
		return;
	if (s->z_open)
		inflateEnd(&s->z);
	if (s->fd >= 0)
		close(s->fd);
	sl_hasher_release(&s->hasher);
	free(s);
}

/* Ready to read the entry at s->at; SL_ERR_NOT_FOUND when it is a delta. */
static int start(struct sl_git_pack_stream *s, struct sl_err *err)
{
	char header[64];
	int n, r;

	if (!read_entry_head(s))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "not a plain blob of a pack");
	if (inflateInit(&s->z) != Z_OK)
		return sl_err_set(err, SL_ERR_INTERNAL, "inflate: out of memory");
	s->z_open = true;
	r = sl_hasher_init(&s->hasher, SL_DIGEST_SHA1, err);
	if (r < 0)
		return r;
	n = snprintf(header, sizeof(header), "blob %llu", (unsigned long long)s->left);
	sl_hasher_update(&s->hasher, header, (size_t)n + 1);
	return 0;
}

static int open_in(struct sl_git_cache *c, const char *index_name, const git_oid *id,
		   struct sl_git_pack_stream **ret_stream, struct sl_err *err)
{
	struct sl_str stem = sl_str(index_name);
	SL_AUTO_FREE char *index = sl_xasprintf("objects/pack/%s", index_name), *pack = NULL;
	SL_AUTO_FD int fd = -1;
	struct sl_git_pack_stream *s;
	off_t offset;
	int r = sl_open_beneath(c->fd, index, O_RDONLY, 0, &fd, err);

	if (r < 0)
		return r;
	if (!find_offset(fd, id, &offset))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "not in this pack");
	sl_str_cut_suffix(&stem, SL_STR(".idx"));
	pack = sl_xasprintf("objects/pack/%.*s.pack", SL_STR_FMT(stem));
	s = sl_xcalloc(1, sizeof(*s));
	s->at = offset;
	s->id = *id;
	s->fd = -1;
	r = sl_open_beneath(c->fd, pack, O_RDONLY, 0, &s->fd, err);
	if (r == 0)
		r = start(s, err);
	if (r < 0)
		sl_git_pack_stream_free(s);
	else
		*ret_stream = s;
	return r;
}

int sl_git_pack_stream_open(struct sl_git_cache *c, const git_oid *id,
			    struct sl_git_pack_stream **ret_stream, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	int r = sl_dir_list(c->fd, "objects/pack", &names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		if (!sl_str_ends(sl_str(names.v[i]), SL_STR(".idx")))
			continue;
		r = open_in(c, names.v[i], id, ret_stream, err);
		if (r != SL_ERR_NOT_FOUND)
			return r;
	}
	return sl_err_set(err, SL_ERR_NOT_FOUND, "no pack holds the blob as it is");
}

static int damaged(struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_CHECKSUM, "Git pack is damaged");
}

static int finish(struct sl_git_pack_stream *s, struct sl_err *err)
{
	struct sl_digest digest;
	int r = sl_hasher_finish(&s->hasher, &digest, err);

	s->ended = true;
	if (r < 0)
		return r;
	return memcmp(digest.bytes, s->id.id, ID_BYTES) != 0 ? damaged(err) : 0;
}

/* Inflate until the output is full or the content ends. */
static int inflate_some(struct sl_git_pack_stream *s, struct sl_err *err)
{
	int z = Z_OK;

	while (s->z.avail_out && z == Z_OK) {
		if (!s->z.avail_in) {
			ssize_t n = pread(s->fd, s->input, sizeof(s->input), s->at);

			if (n <= 0)
				return damaged(err);
			s->at += n;
			s->z.next_in = s->input;
			s->z.avail_in = (uInt)n;
		}
		z = inflate(&s->z, Z_NO_FLUSH);
	}
	return z == Z_OK || z == Z_STREAM_END ? 0 : damaged(err);
}

int sl_git_pack_stream_read(struct sl_git_pack_stream *s, void *buffer, size_t size, size_t *ret_n,
			    struct sl_err *err)
{
	size_t want = size < s->left ? size : (size_t)s->left;
	int r;

	*ret_n = 0;
	if (!s->left)
		return s->ended ? 0 : finish(s, err);
	if (want > 1u << 30)
		want = 1u << 30;
	s->z.next_out = buffer;
	s->z.avail_out = (uInt)want;
	r = inflate_some(s, err);
	if (r < 0)
		return r;
	if (s->z.avail_out)
		return damaged(err);
	s->left -= want;
	sl_hasher_update(&s->hasher, buffer, want);
	*ret_n = want;
	return 0;
}
