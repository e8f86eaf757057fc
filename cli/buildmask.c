#include "cli/buildmask.h"

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/base64.h"

#define MASK "**SOPS**"
#define MASK_BASE64 "KipTT1BTKio="
#define DOCKER "{\"mask\":\"" MASK "\"}"
#define DOCKER_BASE64 "eyJtYXNrIjoiKipTT1BTKioifQ=="
#define VALUE_MAX ((size_t)32 << 20)

static bool has_both(struct sl_str s)
{
	return sl_str_find(s, SL_STR("sops")) >= 0 && sl_str_find(s, SL_STR("ENC[")) >= 0;
}

/* Encrypted as it stands, or in base64. */
static bool is_encrypted(struct sl_str text, bool base64)
{
	SL_AUTO(sl_strbuf) plain = SL_STRBUF_INIT(VALUE_MAX);

	if (!base64)
		return has_both(text);
	return sl_base64_decode(text, &plain, NULL) == 0 && has_both(sl_strbuf_str(&plain));
}

static void mask_all(struct sl_arena *a, struct sl_value *map, const char *mask)
{
	for (size_t i = 0; i < sl_map_len(map); i++)
		map->map.members[i].value = sl_value_strz(a, mask);
}

static void mask_encrypted(struct sl_arena *a, struct sl_value *map, bool base64)
{
	for (size_t i = 0; i < sl_map_len(map); i++)
		if (is_encrypted(sl_as_str(map->map.members[i].value), base64))
			map->map.members[i].value = sl_value_strz(a, MASK_BASE64);
}

void sl_cli_mask_sops(struct sl_arena *a, struct sl_value *object)
{
	struct sl_value *data = sl_get(object, "data"), *text = sl_get(object, "stringData");
	bool docker = sl_str_eqz(sl_get_str(object, "type"), "kubernetes.io/dockerconfigjson");

	if (!sl_str_eqz(sl_get_str(object, "kind"), "Secret"))
		return;
	if (!sl_str_starts(sl_get_str(object, "sops", "mac"), SL_STR("ENC["))) {
		mask_encrypted(a, data, true);
		mask_encrypted(a, text, false);
		return;
	}
	sl_map_remove(object, SL_STR("sops"));
	mask_all(a, data, docker ? DOCKER_BASE64 : MASK_BASE64);
	mask_all(a, text, docker ? DOCKER : MASK);
}
