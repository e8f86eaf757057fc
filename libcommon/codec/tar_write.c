#include "libcommon/codec/tar_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/gzip.h"
#include "libcommon/codec/tar_format.h"

#define MODE_DIR 0750
#define MODE_EXECUTABLE 0700
#define MODE_FILE 0600

struct sl_tar_writer {
	struct sl_gzip_writer *gzip;
	uint64_t missing; /* bytes of the current file that are still to come */
	size_t padding;	  /* bytes behind them */
};

int sl_tar_writer_new(struct sl_sink sink, struct sl_tar_writer **ret_writer, struct sl_err *err)
{
	SL_AUTO_PTR(sl_tar_writer) *w = sl_xcalloc(1, sizeof(*w));
	int r = sl_gzip_writer_new(sink, SL_GZIP_DEFAULT, &w->gzip, err);

	if (!r)
		*ret_writer = SL_STEAL(w);
	return r;
}

void sl_tar_writer_free(struct sl_tar_writer *w)
{
	if (!w)
		return;
	sl_gzip_writer_free(w->gzip);
	free(w);
}

static int put_zeros(struct sl_tar_writer *w, size_t n, struct sl_err *err)
{
	static const char zeros[2 * SL_TAR_BLOCK];

	return sl_gzip_write(w->gzip, zeros, n, err);
}

static size_t padding_of(uint64_t size)
{
	return (size_t)(-size % SL_TAR_BLOCK);
}

static bool is_ascii(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* Split a long path at a '/' into prefix and name, the prefix as long as it can be. */
static bool split_path(struct sl_str path, struct sl_str *ret_prefix, struct sl_str *ret_name)
{
	ptrdiff_t at;

	*ret_prefix = SL_STR_NULL;
	*ret_name = path;
	if (path.n <= SL_TAR_NAME_SIZE)
		return true;
	at = sl_str_rchr(sl_str_sub(path, 0, SL_TAR_PREFIX_SIZE + 1), '/');
	if (at <= 0 || path.n - (size_t)at - 1 > SL_TAR_NAME_SIZE || (size_t)at + 1 == path.n)
		return false;
	*ret_prefix = sl_str_sub(path, 0, (size_t)at);
	*ret_name = sl_str_sub(path, (size_t)at + 1, path.n);
	return true;
}

static void fill_header(struct sl_tar_header *h, struct sl_str prefix, struct sl_str name,
			char type, unsigned mode, uint64_t size)
{
	unsigned sum = 0;

	memset(h, 0, sizeof(*h));
	memcpy(h->name, name.p, name.n);
	if (prefix.n)
		memcpy(h->prefix, prefix.p, prefix.n);
	snprintf(h->mode, sizeof(h->mode), "%07o", mode & 07777);
	memset(h->uid, '0', sizeof(h->uid) - 1);
	memset(h->gid, '0', sizeof(h->gid) - 1);
	snprintf(h->size, sizeof(h->size), "%011llo", (unsigned long long)(size & SL_TAR_FILE_MAX));
	memset(h->mtime, '0', sizeof(h->mtime) - 1);
	h->type = type;
	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	memset(h->devmajor, '0', sizeof(h->devmajor) - 1);
	memset(h->devminor, '0', sizeof(h->devminor) - 1);
	memset(h->checksum, ' ', sizeof(h->checksum));
	for (size_t i = 0; i < sizeof(*h); i++)
		sum += ((const unsigned char *)h)[i];
	snprintf(h->checksum, sizeof(h->checksum) - 1, "%06o", sum & 0777777);
}

/* The length of a pax record counts its own digits. */
static size_t pax_length(size_t rest)
{
	size_t n = rest, digits;

	for (;;) {
		digits = (size_t)snprintf(NULL, 0, "%zu", n);
		if (digits + rest == n)
			return n;
		n = digits + rest;
	}
}

/* An extended header that holds the path; the entry itself then has as much of it as fits. */
static int put_pax(struct sl_tar_writer *w, struct sl_str path, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_TAR_PATH_MAX + 64);
	struct sl_tar_header h;
	int r;

	sl_strbuf_addf(&b, "%zu path=", pax_length(strlen(" path=\n") + path.n));
	sl_strbuf_adds(&b, path);
	sl_strbuf_addc(&b, '\n');
	r = sl_strbuf_check(&b, "path", err);
	if (r < 0)
		return r;
	fill_header(&h, SL_STR_NULL, SL_STR("PaxHeaders.0"), SL_TAR_TYPE_PAX, MODE_FILE, b.n);
	r = sl_gzip_write(w->gzip, &h, sizeof(h), err);
	if (!r)
		r = sl_gzip_write(w->gzip, b.p, b.n, err);
	return r ? r : put_zeros(w, padding_of(b.n), err);
}

/* Printable stand-in for a path that does not fit, for readers that know no pax headers. */
static struct sl_str shorten(struct sl_str path, char room[SL_TAR_NAME_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < path.n && n < SL_TAR_NAME_SIZE; i++)
		if ((unsigned char)path.p[i] < 0x80)
			room[n++] = path.p[i];
	return (struct sl_str){ room, n };
}

static int put_entry(struct sl_tar_writer *w, struct sl_str path, char type, unsigned mode,
		     uint64_t size, struct sl_err *err)
{
	struct sl_str prefix, name;
	char room[SL_TAR_NAME_SIZE];
	struct sl_tar_header h;
	int r;

	if (w->missing)
		return sl_err_set(err, SL_ERR_INVALID, "%llu bytes are missing before %.*s",
				  (unsigned long long)w->missing, SL_STR_FMT(path));
	if (!path.n || sl_str_chr(path, '\0') >= 0)
		return sl_err_set(err, SL_ERR_INVALID, "no valid path for an archive");
	if (path.n > SL_TAR_PATH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "a path is longer than %d bytes",
				  SL_TAR_PATH_MAX);
	if (size > SL_TAR_FILE_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%.*s is larger than %llu bytes",
				  SL_STR_FMT(path), (unsigned long long)SL_TAR_FILE_MAX);
	if (!is_ascii(path) || !split_path(path, &prefix, &name)) {
		r = put_pax(w, path, err);
		if (r < 0)
			return r;
		prefix = SL_STR_NULL;
		name = shorten(path, room);
	}
	fill_header(&h, prefix, name, type, mode, size);
	w->missing = size;
	w->padding = padding_of(size);
	return sl_gzip_write(w->gzip, &h, sizeof(h), err);
}

int sl_tar_add_dir(struct sl_tar_writer *w, struct sl_str path, struct sl_err *err)
{
	return put_entry(w, path, SL_TAR_TYPE_DIR, MODE_DIR, 0, err);
}

int sl_tar_add_file(struct sl_tar_writer *w, struct sl_str path, bool executable, uint64_t size,
		    struct sl_err *err)
{
	return put_entry(w, path, SL_TAR_TYPE_FILE, executable ? MODE_EXECUTABLE : MODE_FILE, size,
			 err);
}

int sl_tar_write(struct sl_tar_writer *w, const void *p, size_t n, struct sl_err *err)
{
	int r;

	if (!n)
		return 0;
	if (n > w->missing)
		return sl_err_set(err, SL_ERR_INVALID, "a file is longer than its entry says");
	r = sl_gzip_write(w->gzip, p, n, err);
	if (r < 0)
		return r;
	w->missing -= n;
	return w->missing ? 0 : put_zeros(w, w->padding, err);
}

int sl_tar_finish(struct sl_tar_writer *w, struct sl_err *err)
{
	int r;

	if (w->missing)
		return sl_err_set(err, SL_ERR_INVALID, "%llu bytes are missing at the end",
				  (unsigned long long)w->missing);
	r = put_zeros(w, 2 * SL_TAR_BLOCK, err);
	return r < 0 ? r : sl_gzip_finish(w->gzip, err);
}
