#include "libcommon/codec/tar_read.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/gzip.h"
#include "libcommon/codec/tar_format.h"

struct sl_tar_reader {
	struct sl_gzip_reader *gzip;
	struct sl_tar_limits limits;
	uint64_t unpacked, entries;
	uint64_t left;	      /* bytes of the current file */
	size_t padding;	      /* behind them */
	struct sl_strbuf raw; /* path as the archive has it */
	struct sl_strbuf path;
	/* From extended headers, for the entry that follows them. */
	bool has_path, has_size;
	bool as_written;
	uint64_t pax_size;
};

struct sl_tar_reader *sl_tar_reader_new(struct sl_source source, const struct sl_tar_limits *limits)
{
	struct sl_tar_reader *t = sl_xcalloc(1, sizeof(*t));

	t->gzip = sl_gzip_reader_new(source);
	t->limits = *limits;
	sl_strbuf_init(&t->raw, SL_TAR_PATH_MAX);
	sl_strbuf_init(&t->path, SL_TAR_PATH_MAX);
	return t;
}

void sl_tar_reader_free(struct sl_tar_reader *t)
{
	if (!t)
		return;
	sl_gzip_reader_free(t->gzip);
	sl_strbuf_release(&t->raw);
	sl_strbuf_release(&t->path);
	free(t);
}

void sl_tar_reader_as_written(struct sl_tar_reader *t)
{
	t->as_written = true;
}

static int malformed(struct sl_err *err, const char *what)
{
	return sl_err_set(err, SL_ERR_INVALID, "tar archive is malformed: %s", what);
}

static int read_some(struct sl_tar_reader *t, void *to, size_t size, size_t *ret_n,
		     struct sl_err *err)
{
	int r = sl_gzip_read(t->gzip, to, size, ret_n, err);

	if (r < 0)
		return r;
	t->unpacked += *ret_n;
	if (t->unpacked > t->limits.unpacked_bytes)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "tar archive unpacks to more than %llu bytes",
				  (unsigned long long)t->limits.unpacked_bytes);
	return 0;
}

/* Fill `to`. *ret_n is less than `size` only at the end of the stream. */
static int read_full(struct sl_tar_reader *t, void *to, size_t size, size_t *ret_n,
		     struct sl_err *err)
{
	size_t n = 0;
	int r;

	*ret_n = 0;
	do {
		r = read_some(t, (char *)to + *ret_n, size - *ret_n, &n, err);
		if (r < 0)
			return r;
		*ret_n += n;
	} while (n && *ret_n < size);
	return 0;
}

static int skip(struct sl_tar_reader *t, uint64_t bytes, struct sl_err *err)
{
	char scratch[4096];

	while (bytes) {
		size_t want = bytes < sizeof(scratch) ? (size_t)bytes : sizeof(scratch), n;
		int r = read_some(t, scratch, want, &n, err);

		if (r < 0)
			return r;
		if (!n)
			return malformed(err, "it is truncated");
		bytes -= n;
	}
	return 0;
}

/* Check the rest of the gzip stream. */
static int drain(struct sl_tar_reader *t, struct sl_err *err)
{
	char scratch[4096];
	size_t n;
	int r;

	do
		r = read_some(t, scratch, sizeof(scratch), &n, err);
	while (!r && n);
	return r;
}

/* Text up to a NUL or the field's end. */
static struct sl_str field(const char *p, size_t size)
{
	return (struct sl_str){ p, strnlen(p, size) };
}

/* Octal digits among spaces and NULs, or GNU's base-256 with the top bit set. */
static bool read_number(const char *p, size_t size, uint64_t *ret)
{
	struct sl_str s = { p, size };
	uint64_t v = 0;

	if ((unsigned char)p[0] & 0x80) {
		v = (unsigned char)p[0] & 0x7f;
		for (size_t i = 1; i < size; i++) {
			if (v >> 56)
				return false;
			v = v << 8 | (unsigned char)p[i];
		}
		*ret = v;
		return true;
	}
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\0'))
		s = sl_str_sub(s, 1, s.n);
	for (; s.n && s.p[0] >= '0' && s.p[0] <= '7'; s = sl_str_sub(s, 1, s.n))
		v = v << 3 | (uint64_t)(s.p[0] - '0');
	if (s.n && s.p[0] != ' ' && s.p[0] != '\0')
		return false;
	*ret = v;
	return true;
}

/* Old archivers summed signed bytes. */
static bool checksum_fits(const struct sl_tar_header *h)
{
	static const size_t from = offsetof(struct sl_tar_header, checksum),
			    to = from + sizeof(h->checksum);
	const unsigned char *p = (const unsigned char *)h;
	uint64_t want;
	int64_t plain = 0, with_sign = 0;

	for (size_t i = 0; i < sizeof(*h); i++) {
		unsigned char c = i >= from && i < to ? ' ' : p[i];

		plain += c;
		with_sign += (signed char)c;
	}
	return read_number(h->checksum, sizeof(h->checksum), &want) &&
	       ((int64_t)want == plain || (int64_t)want == with_sign);
}

static bool is_zero(const struct sl_tar_header *h)
{
	static const struct sl_tar_header zero;

	return !memcmp(h, &zero, sizeof(zero));
}

/*
 * The next header block; none at the end: two blocks of zeros, one and the end of the stream, or
 * just the end of the stream, as Go's reader has it.
 */
static int read_header(struct sl_tar_reader *t, struct sl_tar_header *h, bool *ret_more,
		       struct sl_err *err)
{
	size_t n;
	int r;

	for (int zeros = 0; zeros < 2; zeros++) {
		r = read_full(t, h, sizeof(*h), &n, err);
		if (r < 0)
			return r;
		if (!n)
			break;
		if (n < sizeof(*h))
			return malformed(err, "it is truncated");
		if (is_zero(h))
			continue;
		if (zeros)
			return malformed(err, "a lone block of zeros");
		if (!checksum_fits(h))
			return malformed(err, "a header's checksum is wrong");
		*ret_more = true;
		return 0;
	}
	*ret_more = false;
	return n ? drain(t, err) : 0;
}

/* The content of an extended header, with its padding taken. */
static int read_extension(struct sl_tar_reader *t, uint64_t size, struct sl_strbuf *b,
			  struct sl_err *err)
{
	char *to;
	size_t n;
	int r;

	if (size > SL_TAR_PAX_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "tar archive has an extended header of more than %zu bytes",
				  SL_TAR_PAX_MAX);
	if (!size)
		return 0;
	to = sl_strbuf_reserve(b, (size_t)size);
	if (!to)
		return sl_strbuf_check(b, "extended header", err);
	r = read_full(t, to, (size_t)size, &n, err);
	if (r < 0)
		return r;
	if (n < size)
		return malformed(err, "it is truncated");
	sl_strbuf_claim(b, n);
	return skip(t, -size % SL_TAR_BLOCK, err);
}

static int set_path(struct sl_tar_reader *t, struct sl_str path, struct sl_err *err)
{
	sl_strbuf_reset(&t->raw);
	sl_strbuf_adds(&t->raw, path);
	t->has_path = true;
	return sl_strbuf_check(&t->raw, "a path in the tar archive", err);
}

/* "12 key=value\n" where 12 counts the whole record. */
static bool take_record(struct sl_str *s, struct sl_str *ret_key, struct sl_str *ret_value)
{
	ptrdiff_t space = sl_str_chr(*s, ' '), equals;
	struct sl_str record;
	uint64_t length;

	if (space <= 0 || !sl_str_to_u64(sl_str_sub(*s, 0, (size_t)space), s->n, &length) ||
	    length < (uint64_t)space + 2 || s->p[length - 1] != '\n')
		return false;
	record = sl_str_sub(*s, (size_t)space + 1, (size_t)length - 1);
	equals = sl_str_chr(record, '=');
	if (equals <= 0)
		return false;
	*ret_key = sl_str_sub(record, 0, (size_t)equals);
	*ret_value = sl_str_sub(record, (size_t)equals + 1, record.n);
	*s = sl_str_sub(*s, (size_t)length, s->n);
	return true;
}

static int apply_pax(struct sl_tar_reader *t, struct sl_str s, struct sl_err *err)
{
	struct sl_str key, value;
	int r = 0;

	while (!r && s.n) {
		if (!take_record(&s, &key, &value))
			return malformed(err, "an extended header");
		if (sl_str_starts(key, SL_STR("GNU.sparse.")))
			return sl_err_set(err, SL_ERR_UNSUPPORTED,
					  "tar archive holds a sparse file");
		/* An empty value takes the field back. */
		if (sl_str_eqz(key, "path") && value.n) {
			r = set_path(t, value, err);
		} else if (sl_str_eqz(key, "size") && value.n) {
			if (!sl_str_to_u64(value, INT64_MAX, &t->pax_size))
				return malformed(err, "a size");
			t->has_size = true;
		}
	}
	return r;
}

/* Take an extended header in; *ret_done is false when `h` is an entry proper. */
static int apply_extension(struct sl_tar_reader *t, const struct sl_tar_header *h, uint64_t size,
			   bool *ret_done, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_TAR_PAX_MAX);
	int r;

	*ret_done = true;
	switch (h->type) {
	case SL_TAR_TYPE_PAX:
		r = read_extension(t, size, &b, err);
		return r ? r : apply_pax(t, sl_strbuf_str(&b), err);
	case SL_TAR_TYPE_GNU_NAME:
		r = read_extension(t, size, &b, err);
		return r ? r : set_path(t, field(b.p, b.n), err);
	case SL_TAR_TYPE_PAX_GLOBAL:
	case SL_TAR_TYPE_GNU_LINK:
		return read_extension(t, size, &b, err);
	default:
		*ret_done = false;
		return 0;
	}
}

/* Name and prefix of the header, unless an extended header gave the path. */
static int take_path(struct sl_tar_reader *t, const struct sl_tar_header *h, struct sl_err *err)
{
	struct sl_str name = field(h->name, sizeof(h->name)),
		      prefix = field(h->prefix, sizeof(h->prefix));

	if (t->has_path)
		return 0;
	sl_strbuf_reset(&t->raw);
	/* Only POSIX's magic says that the last field is a prefix; GNU keeps times there. */
	if (prefix.n && !memcmp(h->magic, "ustar", 6)) {
		sl_strbuf_adds(&t->raw, prefix);
		sl_strbuf_addc(&t->raw, '/');
	}
	sl_strbuf_adds(&t->raw, name);
	return sl_strbuf_check(&t->raw, "a path in the tar archive", err);
}

static int unsafe(struct sl_tar_reader *t, struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "tar archive holds an unsafe path '%.200s'",
			  t->raw.p);
}

/* From `raw` to `path`. */
static int clean_path(struct sl_tar_reader *t, struct sl_err *err)
{
	struct sl_str rest = sl_strbuf_str(&t->raw), part;
	size_t depth = 0;

	sl_strbuf_reset(&t->path);
	if (!rest.n || rest.p[0] == '/' || sl_str_chr(rest, '\0') >= 0)
		return unsafe(t, err);
	while (sl_str_split(&rest, '/', &part)) {
		if (!part.n || sl_str_eqz(part, "."))
			continue;
		if (sl_str_eqz(part, ".."))
			return unsafe(t, err);
		if (depth++ == SL_TAR_DEPTH_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "tar archive has a path of more than %d segments",
					  SL_TAR_DEPTH_MAX);
		if (t->path.n)
			sl_strbuf_addc(&t->path, '/');
		sl_strbuf_adds(&t->path, part);
	}
	return sl_strbuf_check(&t->path, "a path in the tar archive", err);
}

static int refuse_kind(struct sl_tar_reader *t, char type, struct sl_err *err)
{
	const char *kind = type == SL_TAR_TYPE_HARDLINK	    ? "a hard link"
			   : type == SL_TAR_TYPE_GNU_SPARSE ? "a sparse file"
			   : type == SL_TAR_TYPE_FIFO	    ? "a FIFO"
			   : type == SL_TAR_TYPE_CHAR || type == SL_TAR_TYPE_BLOCK
				   ? "a device"
				   : "of an unknown kind";

	return sl_err_set(err, SL_ERR_UNSUPPORTED, "tar archive entry '%.200s' is %s", t->path.p,
			  kind);
}

static int take_as_written(struct sl_tar_reader *t, const struct sl_tar_header *h, uint64_t size,
			   struct sl_tar_entry *ret_entry, struct sl_err *err)
{
	bool regular = h->type == SL_TAR_TYPE_FILE || h->type == SL_TAR_TYPE_FILE_OLD ||
		       h->type == SL_TAR_TYPE_CONTIGUOUS;
	int r = take_path(t, h, err);

	if (r < 0)
		return r;
	t->has_path = t->has_size = false;
	t->left = regular ? size : 0;
	t->padding = (size_t)(-t->left % SL_TAR_BLOCK);
	sl_strbuf_reset(&t->path);
	sl_strbuf_adds(&t->path, sl_strbuf_str(&t->raw));
	*ret_entry = (struct sl_tar_entry){
		.path = sl_strbuf_str(&t->path),
		.is_dir = h->type == SL_TAR_TYPE_DIR ||
			  (h->type == SL_TAR_TYPE_FILE_OLD &&
			   sl_str_ends(sl_strbuf_str(&t->raw), SL_STR("/"))),
		.size = t->left,
	};
	return 0;
}

/* An entry proper. *ret_found is false for what is passed over. */
static int take_entry(struct sl_tar_reader *t, const struct sl_tar_header *h, uint64_t size,
		      struct sl_tar_entry *ret_entry, bool *ret_found, struct sl_err *err)
{
	bool slash, is_dir = h->type == SL_TAR_TYPE_DIR;
	uint64_t mode = 0;
	int r;

	if (t->as_written) {
		*ret_found = true;
		return take_as_written(t, h, size, ret_entry, err);
	}
	r = take_path(t, h, err);

	if (!r)
		r = clean_path(t, err);
	if (r < 0)
		return r;
	slash = t->raw.p[t->raw.n - 1] == '/';
	t->has_path = t->has_size = false;
	*ret_found = h->type != SL_TAR_TYPE_SYMLINK;
	if (!*ret_found)
		return skip(t, size + -size % SL_TAR_BLOCK, err);
	if (h->type == SL_TAR_TYPE_FILE || h->type == SL_TAR_TYPE_FILE_OLD ||
	    h->type == SL_TAR_TYPE_CONTIGUOUS)
		/* How V7 archives mark a directory. */
		is_dir = slash;
	else if (!is_dir)
		return refuse_kind(t, h->type, err);
	if (!is_dir && !t->path.n)
		return unsafe(t, err);
	(void)read_number(h->mode, sizeof(h->mode), &mode);
	/* Some archivers give directories a size; no content follows them. */
	t->left = is_dir ? 0 : size;
	t->padding = (size_t)(-t->left % SL_TAR_BLOCK);
	*ret_entry = (struct sl_tar_entry){
		.path = sl_strbuf_str(&t->path),
		.is_dir = is_dir,
		.executable = !is_dir && mode & 0111,
		.size = t->left,
	};
	return 0;
}

int sl_tar_next(struct sl_tar_reader *t, struct sl_tar_entry *ret_entry, bool *ret_more,
		struct sl_err *err)
{
	struct sl_tar_header h;
	bool extension, found = false;
	uint64_t size;
	int r = skip(t, t->left + t->padding, err);

	t->left = t->padding = 0;
	while (!r && !found) {
		r = read_header(t, &h, ret_more, err);
		if (r < 0 || !*ret_more)
			return r;
		if (t->entries++ == t->limits.entries)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "tar archive holds more than %llu entries",
					  (unsigned long long)t->limits.entries);
		if (!read_number(h.size, sizeof(h.size), &size) || size > INT64_MAX)
			return malformed(err, "a size");
		r = apply_extension(t, &h, size, &extension, err);
		if (!r && !extension)
			r = take_entry(t, &h, t->has_size ? t->pax_size : size, ret_entry, &found,
				       err);
	}
	return r;
}

int sl_tar_read(struct sl_tar_reader *t, void *to, size_t size, size_t *ret_n, struct sl_err *err)
{
	int r;

	*ret_n = 0;
	if (!t->left)
		return 0;
	r = read_some(t, to, t->left < size ? (size_t)t->left : size, ret_n, err);
	if (r < 0)
		return r;
	if (!*ret_n)
		return malformed(err, "it is truncated");
	t->left -= *ret_n;
	return 0;
}

int sl_tar_read_all(struct sl_tar_reader *t, struct sl_strbuf *b, struct sl_err *err)
{
	if (t->left > b->max - b->n)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is larger than %zu bytes", t->path.p,
				  b->max);
	while (t->left) {
		/* In steps: the size is only claimed until the bytes are there. */
		size_t want = t->left < 65536 ? (size_t)t->left : 65536, n;
		char *to = sl_strbuf_reserve(b, want);
		int r;

		if (!to)
			return sl_strbuf_check(b, t->path.p, err);
		r = sl_tar_read(t, to, want, &n, err);
		if (r < 0)
			return r;
		sl_strbuf_claim(b, n);
	}
	return 0;
}
