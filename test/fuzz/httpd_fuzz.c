/* "range\npath": what the server reads by itself from a request. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/net/httpd_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_range(struct sl_str header, uint64_t size)
{
	uint64_t from, count;

	if (sl_http_range_parse(header, size, &from, &count) == SL_HTTP_RANGE_PART &&
	    (!count || from >= size || count > size - from))
		abort();
}

static void check_path(struct sl_str raw)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_HTTP_PATH_MAX);
	struct sl_str rest, part;

	if (sl_http_path_decode(raw, &out, NULL) < 0)
		return;
	rest = sl_strbuf_str(&out);
	if (!sl_str_starts(rest, SL_STR("/")) || sl_str_chr(rest, '\0') >= 0)
		abort();
	while (sl_str_split(&rest, '/', &part))
		if (sl_str_eqz(part, "..") || sl_str_eqz(part, "."))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str rest = { (const char *)data, size }, header = SL_STR_NULL;
	struct sl_listen_addr addr;
	int64_t t;

	sl_str_split(&rest, '\n', &header);
	check_range(header, 0);
	check_range(header, 10);
	check_range(header, UINT64_C(1) << 40);
	check_path(rest);
	(void)sl_http_etag_listed(rest, SL_STR("\"x\""));
	(void)sl_http_date_parse(rest, &t);
	(void)!sl_listen_addr_parse(rest, &addr, NULL);
	return 0;
}
