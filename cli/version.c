#include "cli/version.h"

#include "cli/report.h"
#include "libcommon/codec/json.h"

struct sl_value *sl_cli_client_version(struct sl_arena *a)
{
	struct sl_value *map = sl_value_map(a);

	sl_map_set_strz(a, map, "sluice", "v" SL_VERSION);
	return map;
}

int sl_cli_print_versions(const struct sl_cli_args *args, const struct sl_value *versions,
			  struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);

	if (sl_streq(sl_cli_string(args, "output"), "json")) {
		sl_json_write(versions, SL_JSON_PRETTY | SL_JSON_SORT, &out);
		sl_strbuf_addc(&out, '\n');
	} else {
		/* Names and versions of images are plain scalars in YAML. */
		for (size_t i = 0; i < versions->map.n; i++) {
			const struct sl_member *m = &versions->map.members[i];

			sl_strbuf_addf(&out, "%.*s: %.*s\n", SL_STR_FMT(m->key),
				       SL_STR_FMT(sl_as_str(m->value)));
		}
	}
	return sl_cli_print(&out, err);
}
