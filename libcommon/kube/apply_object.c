#include "libcommon/kube/apply_object.h"

#include <stdlib.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/base64.h"
#include "libcommon/kube/object.h"

#define PEM_MAX ((size_t)1 << 20)

static bool is_kind(const struct sl_value *object, const char *group, const char *kind)
{
	return sl_str_eqz(sl_obj_kind(object), kind) && sl_str_eqz(sl_obj_group(object), group);
}

/* Secret.stringData is write-only: folded into data, so that both have one owner and one digest. */
static void fold_string_data(struct sl_arena *a, struct sl_value *object)
{
	struct sl_value *text = sl_map_get(object, SL_STR("stringData")), *data;
	size_t i = 0;

	data = sl_map_get(object, SL_STR("data"));
	if (!sl_is_map(text) || (data && !sl_is_map(data) && !sl_is_null(data)))
		return;
	data = sl_map_need_map(a, object, "data");
	while (i < text->map.n) {
		struct sl_str key = text->map.members[i].key;
		const struct sl_value *value = text->map.members[i].value;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(sl_as_str(value).n * 2 + 8);

		if (!sl_is_str(value)) {
			i++;
			continue;
		}
		sl_base64_encode(sl_as_str(value), &b);
		sl_map_set(a, data, key, sl_value_str(a, sl_strbuf_str(&b)));
		sl_map_remove(text, key);
	}
	if (!text->map.n)
		sl_map_remove(object, SL_STR("stringData"));
}

/* The protocol is part of the merge key of a port, so that its absence makes two of one. */
static void default_protocols(struct sl_arena *a, struct sl_value *ports)
{
	for (size_t i = 0; i < sl_list_len(ports); i++) {
		struct sl_value *port = sl_list_get(ports, i);

		if (sl_is_map(port) && !sl_map_get(port, SL_STR("protocol")))
			sl_map_set_strz(a, port, "protocol", "TCP");
	}
}

static void default_container_ports(struct sl_arena *a, const struct sl_value *pod_spec)
{
	static const char *const lists[] = { "containers", "initContainers" };

	for (size_t k = 0; k < SL_ARRAY_LEN(lists); k++) {
		const struct sl_value *list = sl_get(pod_spec, lists[k]);

		for (size_t i = 0; i < sl_list_len(list); i++)
			default_protocols(a, sl_get(sl_list_get(list, i), "ports"));
	}
}

static bool holds_certificate(struct sl_str base64)
{
	SL_AUTO(sl_strbuf) pem = SL_STRBUF_INIT(PEM_MAX);
	SL_AUTO(sl_strbuf) der = SL_STRBUF_INIT(PEM_MAX);
	struct sl_str begin = SL_STR("-----BEGIN CERTIFICATE-----"), body;
	ptrdiff_t from, to;

	if (sl_base64_decode(base64, &pem, NULL) < 0)
		return false;
	from = sl_str_find(sl_strbuf_str(&pem), begin);
	if (from < 0)
		return false;
	body = sl_str_sub(sl_strbuf_str(&pem), (size_t)from + begin.n, pem.n);
	to = sl_str_find(body, SL_STR("-----END CERTIFICATE-----"));
	return to >= 0 && !sl_base64_decode(sl_str_sub(body, 0, (size_t)to), &der, NULL) && der.n;
}

static void drop_bad_bundle(const struct sl_value *definition)
{
	struct sl_value *config =
		sl_get(definition, "spec", "conversion", "webhook", "clientConfig");
	const struct sl_value *bundle = sl_get(config, "caBundle");

	if (bundle && !holds_certificate(sl_as_str(bundle)))
		sl_map_remove(config, SL_STR("caBundle"));
}

void sl_apply_normalise(struct sl_arena *a, struct sl_value *object)
{
	struct sl_str group = sl_obj_group(object);
	struct sl_value *metadata = sl_get(object, "metadata");
	bool is_definition = is_kind(object, "apiextensions.k8s.io", "CustomResourceDefinition");

	sl_map_remove(metadata, SL_STR("creationTimestamp"));
	if (is_definition)
		drop_bad_bundle(object);
	else
		sl_map_remove(object, SL_STR("status"));
	if (is_kind(object, "", "Secret"))
		fold_string_data(a, object);
	if (is_kind(object, "", "Service"))
		default_protocols(a, sl_get(object, "spec", "ports"));
	if (is_kind(object, "", "Pod"))
		default_container_ports(a, sl_get(object, "spec"));
	if (sl_str_eqz(group, "apps") || sl_str_eqz(group, "batch")) {
		default_container_ports(a, sl_get(object, "spec", "template", "spec"));
		default_container_ports(
			a, sl_get(object, "spec", "jobTemplate", "spec", "template", "spec"));
	}
}

static bool is_listed_before(const struct sl_value *list, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (sl_value_equal(sl_list_get(list, i), sl_list_get(list, at)))
			return true;
	return false;
}

void sl_apply_clean_answer(struct sl_value *object)
{
	struct sl_value *metrics = sl_get(object, "spec", "metrics");

	if (!is_kind(object, "autoscaling", "HorizontalPodAutoscaler"))
		return;
	for (size_t i = sl_list_len(metrics); i-- > 0;)
		if (!sl_get_str(sl_list_get(metrics, i), "type").n || is_listed_before(metrics, i))
			sl_list_remove(metrics, i);
}

void sl_apply_redact(const struct sl_value *object, struct sl_err *err)
{
	struct sl_str marker = SL_STR(", got ");
	ptrdiff_t at = err->message ? sl_str_find(sl_str(err->message), marker) : -1;
	char *message;

	if (at < 0 || !is_kind(object, "", "Secret"))
		return;
	message = sl_xasprintf("%.*s<redacted>", (int)at + (int)marker.n, err->message);
	sl_wipe(err->message, sl_str(err->message).n);
	free(err->message);
	err->message = message;
}
