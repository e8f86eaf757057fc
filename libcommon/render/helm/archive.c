#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/codec/tar_read.h"
#include "libcommon/render/helm/loading.h"

/* ---- what is no archive ---- */

#define SNIFFED 512

static bool is_gzip(struct sl_str bytes)
{
	return sl_str_starts(bytes, SL_STR("\x1f\x8b\x08"));
}

/* Control characters that no text has, by the MIME sniffing standard. */
static bool is_binary(unsigned char c)
{
	return c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != 0x1b;
}

/* The kinds of net/http's table that are likely to be given in place of a chart. */
static const char *content_type(struct sl_str bytes)
{
	static const struct {
		const char *start, *type;
	} kinds[] = {
		{ "%PDF-", "application/pdf" },
		{ "%!PS-Adobe-", "application/postscript" },
		{ "\x89PNG\r\n\x1a\n", "image/png" },
		{ "GIF87a", "image/gif" },
		{ "GIF89a", "image/gif" },
		{ "\xff\xd8\xff", "image/jpeg" },
		{ "PK\x03\x04", "application/zip" },
		{ "Rar!\x1a\x07", "application/x-rar-compressed" },
		{ "<?xml", "text/xml; charset=utf-8" },
		{ "\xef\xbb\xbf", "text/plain; charset=utf-8" },
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(kinds); i++)
		if (sl_str_starts(bytes, sl_str(kinds[i].start)))
			return kinds[i].type;
	/* Helm looks at a buffer of so many bytes: behind a shorter file there are NULs. */
	if (bytes.n < SNIFFED)
		return "application/octet-stream";
	for (size_t i = 0; i < SNIFFED; i++)
		if (is_binary((unsigned char)bytes.p[i]))
			return "application/octet-stream";
	return "text/plain; charset=utf-8";
}

int sl_helm_check_archive(struct sl_str name, struct sl_str bytes, struct sl_err *err)
{
	if (is_gzip(bytes))
		return 0;
	if (sl_str_ends(name, SL_STR(".yml")) || sl_str_ends(name, SL_STR(".yaml")))
		return sl_err_set(err, SL_ERR_INVALID,
				  "file '%.*s' seems to be a YAML file, but expected a gzipped "
				  "archive",
				  SL_STR_FMT(name));
	return sl_err_set(err, SL_ERR_INVALID,
			  "file '%.*s' does not appear to be a gzipped archive; got '%s'",
			  SL_STR_FMT(name), content_type(bytes));
}

/* ---- paths ---- */

/* path.Clean of a relative path; ".." may lead out, and then is how it begins. */
static struct sl_str clean(struct sl_arena *a, struct sl_str path)
{
	struct sl_str *parts = sl_arena_array(a, path.n + 1, sizeof(*parts)), part;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(path.n + 1);
	size_t n = 0;

	while (sl_str_split(&path, '/', &part)) {
		if (!part.n || sl_str_eqz(part, "."))
			continue;
		if (sl_str_eqz(part, "..") && n && !sl_str_eqz(parts[n - 1], ".."))
			n--;
		else
			parts[n++] = part;
	}
	for (size_t i = 0; i < n; i++) {
		if (i)
			sl_strbuf_addc(&b, '/');
		sl_strbuf_adds(&b, parts[i]);
	}
	return n ? sl_arena_str(a, sl_strbuf_str(&b)) : SL_STR(".");
}

static bool is_drive(struct sl_str s)
{
	char c = s.n ? s.p[0] | 0x20 : 0;

	return s.n > 2 && c >= 'a' && c <= 'z' && s.p[1] == ':' && s.p[2] == '/';
}

/* The path below the archive's directory, whose name nobody looks at. */
static int path_below(struct sl_arena *a, struct sl_str path, struct sl_str *ret,
		      struct sl_err *err)
{
	char delimiter = sl_str_chr(path, '\\') >= 0 ? '\\' : '/';
	ptrdiff_t at = sl_str_chr(path, delimiter);
	struct sl_str top = at < 0 ? path : sl_str_sub(path, 0, (size_t)at), n;
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(SL_HELM_PATH_MAX * 4 + 2);
	char *rest;

	n = sl_arena_str(a, at < 0 ? SL_STR("") : sl_str_sub(path, (size_t)at + 1, path.n));
	rest = sl_arena_strdup(a, n.n ? n.p : "");
	for (size_t i = 0; i < n.n; i++)
		if (rest[i] == delimiter)
			rest[i] = '/';
	n = (struct sl_str){ rest, n.n };
	if (sl_str_starts(n, SL_STR("/")))
		return sl_err_set(err, SL_ERR_INVALID, "chart illegally contains absolute paths");
	n = clean(a, n);
	if (sl_str_eqz(n, ".")) {
		sl_strbuf_add_goquoted(&quoted, path);
		return sl_err_set(err, SL_ERR_INVALID,
				  "chart illegally contains content outside the base directory: %s",
				  quoted.p);
	}
	if (sl_str_starts(n, SL_STR("..")))
		return sl_err_set(err, SL_ERR_INVALID,
				  "chart illegally references parent directory");
	if (is_drive(n))
		return sl_err_set(err, SL_ERR_INVALID, "chart contains illegally named files");
	if (sl_str_eqz(top, "Chart.yaml"))
		return sl_err_set(err, SL_ERR_INVALID, "chart yaml not in base directory");
	*ret = n;
	return 0;
}

/* ---- entries ---- */

static int too_large(struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_TOO_LARGE,
			  "decompressed chart is larger than the maximum file size %zu",
			  SL_HELM_CHART_BYTES_MAX);
}

static int check_size(const struct sl_tar_entry *entry, uint64_t left, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) name = SL_STRBUF_INIT(SL_HELM_PATH_MAX * 4 + 2);

	if (entry->size > left)
		return too_large(err);
	if (entry->size <= SL_HELM_FILE_BYTES_MAX)
		return 0;
	sl_strbuf_add_goquoted(&name, entry->path);
	return sl_err_set(err, SL_ERR_TOO_LARGE,
			  "decompressed chart file %s is larger than the maximum file size %zu",
			  name.p, SL_HELM_FILE_BYTES_MAX);
}

static int take_entry(struct sl_helm_loading *l, struct sl_tar_reader *t,
		      const struct sl_tar_entry *entry, uint64_t *left, struct sl_helm_files *to,
		      struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_HELM_FILE_BYTES_MAX);
	struct sl_str name = SL_STR_NULL;
	int r = path_below(l->a, entry->path, &name, err);

	if (r == 0)
		r = check_size(entry, *left, err);
	if (r == 0)
		r = sl_helm_loading_count(l, 1, (uint64_t)entry->size, err);
	if (r == 0)
		r = sl_tar_read_all(t, &b, err);
	if (r < 0)
		return r;
	*left -= entry->size;
	if (!*left)
		return too_large(err);
	sl_helm_files_push(l->a, to, name,
			   sl_arena_str(l->a, sl_helm_without_mark(sl_strbuf_str(&b))));
	return 0;
}

/* What Go's readers say, for the two ways in which an archive is commonly broken. */
static int in_go_words(int r, struct sl_err *err)
{
	if (r != SL_ERR_INVALID || !err)
		return r;
	if (strstr(err->message, "truncated"))
		return sl_err_set(err, SL_ERR_INVALID, "unexpected EOF");
	if (strstr(err->message, "tar archive is malformed"))
		return sl_err_set(err, SL_ERR_INVALID, "archive/tar: invalid tar header");
	if (strstr(err->message, "incorrect header check"))
		return sl_err_set(err, SL_ERR_INVALID, "gzip: invalid header");
	return r;
}

int sl_helm_loading_archive(struct sl_helm_loading *l, struct sl_source source,
			    struct sl_helm_files *ret, struct sl_err *err)
{
	/* Headers, and what the limits of files allow. */
	const struct sl_tar_limits limits = { SL_HELM_UNPACKED_MAX, SL_HELM_FILES_MAX * 2 };
	SL_AUTO_PTR(sl_tar_reader) *t = sl_tar_reader_new(source, &limits);
	uint64_t left = SL_HELM_CHART_BYTES_MAX;
	struct sl_tar_entry entry;
	bool more = true;

	sl_tar_reader_as_written(t);
	while (more) {
		int r = in_go_words(sl_tar_next(t, &entry, &more, err), err);

		if (r == 0 && more && !entry.is_dir)
			r = in_go_words(take_entry(l, t, &entry, &left, ret, err), err);
		if (r < 0)
			return r;
	}
	if (!ret->n)
		return sl_err_set(err, SL_ERR_INVALID, "no files in chart archive");
	return 0;
}

int sl_helm_load_archive(struct sl_arena *a, struct sl_source source,
			 const struct sl_helm_host *host, struct sl_helm_chart **ret,
			 struct sl_err *err)
{
	struct sl_helm_loading l = { .a = a, .host = sl_helm_host_or_none(host) };
	struct sl_helm_files files = { 0 };
	int r = sl_helm_loading_archive(&l, source, &files, err);

	return r < 0 ? r : sl_helm_loading_files(&l, files.items, files.n, ret, err);
}
