#include "test/unit/support/helmchart.h"

#include <stdio.h>
#include <string.h>

#include "libcommon/codec/gzip.h"
#include "libcommon/codec/json.h"
#include "libcommon/codec/tar_format.h"

int load_chart(struct sl_arena *a, const struct chart_file *files, const struct sl_helm_host *host,
	       struct sl_helm_chart **ret, struct sl_err *err)
{
	struct sl_helm_file *f = sl_arena_array(a, CHART_FILES_MAX, sizeof(*f));
	size_t n = 0;

	for (; files[n].name; n++) {
		assert_true(n < CHART_FILES_MAX);
		f[n] = (struct sl_helm_file){ sl_str(files[n].name), sl_str(files[n].data) };
	}
	return sl_helm_load_files(a, f, n, host, ret, err);
}

struct sl_helm_chart *chart_of(struct sl_arena *a, const struct chart_file *files,
			       const struct sl_helm_host *host)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_helm_chart *c = NULL;

	expect_ok(load_chart(a, files, host, &c, &err), &err);
	return c;
}

static void add_entry(struct sl_strbuf *tar, const struct chart_file *f, char type)
{
	struct sl_tar_header h = { .type = type, .magic = "ustar", .version = "00" };
	size_t n = type == '0' ? strlen(f->data) : 0;
	unsigned sum = 0;

	memcpy(h.name, f->name, strnlen(f->name, sizeof(h.name)));
	memcpy(h.mode, "0000644", 7);
	for (size_t i = 0; i < 11; i++)
		h.size[i] = (char)('0' + (n >> (3 * (10 - i)) & 7));
	memset(h.checksum, ' ', sizeof(h.checksum));
	for (size_t i = 0; i < sizeof(h); i++)
		sum += ((const unsigned char *)&h)[i];
	snprintf(h.checksum, sizeof(h.checksum), "%06o", sum & 0777777);
	sl_strbuf_add(tar, &h, sizeof(h));
	sl_strbuf_add(tar, f->data, n);
	sl_strbuf_addn(tar, '\0', (size_t)(-n % SL_TAR_BLOCK));
}

struct sl_str tarball_of(struct sl_arena *a, const struct chart_file *files, const char *types)
{
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(64 << 20);
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(64 << 20);

	for (size_t i = 0; files[i].name; i++)
		add_entry(&tar, &files[i], types ? types[i] : '0');
	sl_strbuf_addn(&tar, '\0', 2 * SL_TAR_BLOCK);
	assert_int_equal(sl_gzip_pack(sl_strbuf_str(&tar), SL_GZIP_FAST, &packed, NULL), 0);
	return sl_arena_str(a, sl_strbuf_str(&packed));
}

struct sl_go_map *values_of(struct sl_arena *a, const char *yaml)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_go_map *m = NULL;

	expect_ok(sl_helm_values_read(a, sl_str(yaml), &m, &err), &err);
	return m;
}

void expect_values(const struct sl_go_map *m, const char *json)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	expect_ok(sl_goval_to_value(&a, sl_goval_map(sl_go_map_copy(&a, m)), &v, &err), &err);
	expect_json(v, json);
}

static void add_line(void *data, const char *line)
{
	sl_strbuf_addf(data, "%s\n", line);
}

struct sl_helm_host logging_host(struct sl_strbuf *lines)
{
	return (struct sl_helm_host){ .data = lines, .log = add_line };
}
