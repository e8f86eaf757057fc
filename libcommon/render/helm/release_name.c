#include "libcommon/lang/sprig/sprig.h"
#include "libcommon/lang/template/template.h"
#include "libcommon/render/helm/helm.h"

#define TEMPLATE SL_STR("name-template")
#define NAME_BYTES_MAX 65536

static const struct sl_go_func *find(const void *data, struct sl_str name)
{
	(void)data;
	return sl_sprig_find(name);
}

int sl_helm_release_name(struct sl_arena *a, struct sl_str name_template,
			 const struct sl_go_host *host, struct sl_str *ret, struct sl_err *err)
{
	const struct sl_tmpl_options options = { .lookup = find };
	const struct sl_tmpl_limits limits = { .output = NAME_BYTES_MAX };
	const struct sl_go_host none = { 0 };
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(NAME_BYTES_MAX);
	struct sl_tmpl_set *set = sl_tmpl_set_new(a, &options);
	int r = sl_tmpl_parse(set, TEMPLATE, name_template, err);

	if (r == 0)
		r = sl_tmpl_execute(set, TEMPLATE, SL_GO_NONE, host ? host : &none, &limits, NULL,
				    a, &out, err);
	if (r == 0)
		r = sl_strbuf_check(&out, "the name of the release", err);
	if (r == 0)
		*ret = sl_arena_str(a, sl_strbuf_str(&out));
	return r;
}
