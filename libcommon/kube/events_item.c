#include <stdlib.h>

#include "libcommon/base/clock.h"
#include "libcommon/kube/events_parts.h"
#include "libcommon/kube/object.h"

static const char *const severity_names[] = {
	[SL_SEVERITY_TRACE] = "trace",
	[SL_SEVERITY_INFO] = "info",
	[SL_SEVERITY_ERROR] = "error",
};

static void set_if_any(struct sl_arena *a, struct sl_value *map, const char *key, struct sl_str s)
{
	if (s.n)
		sl_map_set_str(a, map, key, s);
}

/* Fields in the order of core/v1's ObjectReference. */
static struct sl_value *reference(struct sl_arena *a, const struct sl_value *object)
{
	struct sl_value *ref = sl_value_map(a);

	set_if_any(a, ref, "kind", sl_obj_kind(object));
	set_if_any(a, ref, "namespace", sl_obj_namespace(object));
	set_if_any(a, ref, "name", sl_obj_name(object));
	set_if_any(a, ref, "uid", sl_obj_uid(object));
	set_if_any(a, ref, "apiVersion", sl_obj_api_version(object));
	set_if_any(a, ref, "resourceVersion", sl_obj_resource_version(object));
	return ref;
}

/* The metadata given, and over it what the object's annotations add. */
static struct sl_value *collect_metadata(struct sl_arena *a, const struct sl_event *event)
{
	const struct sl_value *own = sl_get(event->object, "metadata", "annotations");
	struct sl_value *map = sl_value_map(a);

	for (const struct sl_event_meta *m = event->metadata; m && m->key; m++)
		if (sl_map_len(map) < SL_EVENT_METADATA_MAX)
			sl_map_set_str(a, map, m->key, m->value);
	for (size_t i = 0; i < sl_map_len(own); i++) {
		const struct sl_member *m = &own->map.members[i];

		if (!sl_str_starts(m->key, SL_STR(SL_ANN_EVENT_PREFIX)) || !sl_is_str(m->value))
			continue;
		if (sl_map_len(map) < SL_EVENT_METADATA_MAX || sl_map_get(map, m->key))
			sl_map_set(a, map, m->key, sl_value_copy(a, m->value));
	}
	sl_value_sort(map);
	return map;
}

static struct sl_str cut(struct sl_arena *a, struct sl_str message)
{
	struct sl_str head = sl_str_cut(message, SL_EVENT_MESSAGE_MAX - 3);

	if (message.n <= SL_EVENT_MESSAGE_MAX)
		return sl_arena_str(a, message);
	return sl_str(sl_arena_printf(a, "%.*s...", SL_STR_FMT(head)));
}

struct sl_event_item *sl_event_item_new(const struct sl_event *event)
{
	struct sl_event_item *item = sl_xcalloc(1, sizeof(*item));
	struct sl_arena *a = &item->arena;

	item->severity = event->severity;
	item->involved = reference(a, event->object);
	item->annotations = collect_metadata(a, event);
	item->reason = sl_str(sl_arena_strdup(a, event->reason));
	item->message = cut(a, event->message);
	item->wall_ms = sl_wall_ms();
	item->mono_ms = sl_mono_ms();
	sl_uuid(item->id);
	return item;
}

void sl_event_item_free(struct sl_event_item *item)
{
	if (!item)
		return;
	sl_arena_release(&item->arena);
	free(item);
}

struct sl_str sl_event_item_namespace(const struct sl_event_item *item)
{
	struct sl_str ns = sl_get_str(item->involved, "namespace");

	return ns.n ? ns : SL_STR("default");
}

struct sl_value *sl_event_item_body(struct sl_arena *a, const struct sl_event_item *item,
				    const char *controller, const char *instance)
{
	struct sl_value *body = sl_value_map(a);
	char when[SL_RFC3339_SIZE];

	sl_rfc3339(item->wall_ms, when);
	sl_map_setz(a, body, "involvedObject", item->involved);
	sl_map_set_strz(a, body, "severity", severity_names[item->severity]);
	sl_map_set_strz(a, body, "timestamp", when);
	sl_map_set_str(a, body, "message", item->message);
	sl_map_set_str(a, body, "reason", item->reason);
	if (sl_map_len(item->annotations))
		sl_map_setz(a, body, "metadata", item->annotations);
	sl_map_set_strz(a, body, "reportingController", controller);
	sl_map_set_strz(a, body, "reportingInstance", instance);
	return body;
}

static struct sl_value *annotations(struct sl_arena *a, const struct sl_event_item *item)
{
	struct sl_value *map = sl_value_copy(a, item->annotations);

	sl_map_set_strz(a, map, SL_ANN_EVENT_SEVERITY, severity_names[item->severity]);
	sl_map_set_strz(a, map, SL_ANN_EVENT_ID, item->id);
	return map;
}

struct sl_value *sl_event_item_object(struct sl_arena *a, const struct sl_event_item *item,
				      const char *controller, const char *instance,
				      const char *name)
{
	struct sl_value *event = sl_value_map(a), *metadata, *source;
	char when[SL_RFC3339_SIZE];

	sl_rfc3339(item->wall_ms, when);
	sl_map_set_strz(a, event, "apiVersion", "v1");
	sl_map_set_strz(a, event, "kind", "Event");
	metadata = sl_map_need_map(a, event, "metadata");
	sl_map_set_strz(a, metadata, "name", name);
	sl_map_set_str(a, metadata, "namespace", sl_event_item_namespace(item));
	sl_map_setz(a, metadata, "annotations", annotations(a, item));
	sl_map_setz(a, event, "involvedObject", item->involved);
	sl_map_set_str(a, event, "reason", item->reason);
	sl_map_set_str(a, event, "message", item->message);
	source = sl_map_need_map(a, event, "source");
	sl_map_set_strz(a, source, "component", controller);
	sl_map_set_strz(a, event, "firstTimestamp", when);
	sl_map_set_strz(a, event, "lastTimestamp", when);
	sl_map_set_int(a, event, "count", 1);
	sl_map_set_strz(a, event, "type",
			item->severity == SL_SEVERITY_ERROR ? "Warning" : "Normal");
	sl_map_set_strz(a, event, "reportingComponent", controller);
	sl_map_set_strz(a, event, "reportingInstance", instance);
	return event;
}

struct sl_value *sl_event_item_patch(struct sl_arena *a, const struct sl_event_item *item,
				     int64_t count)
{
	struct sl_value *patch = sl_value_map(a), *metadata;
	char when[SL_RFC3339_SIZE];

	sl_rfc3339(item->wall_ms, when);
	metadata = sl_map_need_map(a, patch, "metadata");
	sl_map_setz(a, metadata, "annotations", annotations(a, item));
	sl_map_set_int(a, patch, "count", count);
	sl_map_set_strz(a, patch, "lastTimestamp", when);
	return patch;
}
