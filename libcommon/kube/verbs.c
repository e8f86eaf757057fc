#include <string.h>

#include "libcommon/base/arena.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/object.h"
#include "libcommon/kube/path.h"

#define BODY_MAX SL_KUBE_RESPONSE_MAX
#define BODY_ROOM 2000 /* bytes to begin with: most are shorter */
#define PATH_MAX_BYTES ((size_t)64 << 10)
#define LIST_PAGE 500
#define LIST_ITEMS_MAX 1000000

static const struct sl_kube_verb_options no_options;

static void apply_options(struct sl_kube_request *req, const struct sl_kube_verb_options *o)
{
	req->user = o->user;
	req->fair_key = o->fair_key;
	req->timeout_ms = o->timeout_ms;
	req->no_managed_fields = o->no_managed_fields;
}

/* JSON text in the arena. */
static struct sl_str body_of(struct sl_arena *a, const struct sl_value *v)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(BODY_MAX);
	struct sl_str copy;

	(void)sl_strbuf_reserve(&text, BODY_ROOM);
	sl_json_write(v, SL_JSON_COMPACT, &text);
	copy = sl_arena_str(a, sl_strbuf_str(&text));
	sl_wipe(text.p, text.n);
	return copy;
}

/* Path with the query parameters that writes have in common. */
static const char *write_path(struct sl_arena *a, const struct sl_kube_ref *ref, const char *name,
			      const char *subresource, const char *field_manager, bool dry_run)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(PATH_MAX_BYTES);

	/* Without a name a PATCH would address the collection; "" is refused when the call starts. */
	if (!name || name[0])
		sl_strbuf_addz(
			&out, sl_kube_path(a, ref->kind, ref->namespace_, name, subresource, NULL));
	if (field_manager)
		sl_path_query(&out, "fieldManager", sl_str(field_manager));
	if (dry_run)
		sl_path_query(&out, "dryRun", SL_STR("All"));
	return sl_arena_strdup(a, out.p);
}

/* A reference without a name would address, and for DELETE remove, all objects of the kind. */
static const char *named_path(struct sl_arena *a, const struct sl_kube_ref *ref)
{
	if (!ref->name || !ref->name[0])
		return "";
	return sl_kube_path(a, ref->kind, ref->namespace_, ref->name, NULL, NULL);
}

struct sl_kube_call *sl_kube_get_start(struct sl_kube_client *c, const struct sl_kube_ref *ref,
				       const struct sl_kube_verb_options *o, struct sl_arena *a)
{
	struct sl_kube_request req = { .method = "GET", .path = named_path(a, ref) };

	apply_options(&req, o ? o : &no_options);
	return sl_kube_call_start(c, &req);
}

int sl_kube_get(struct sl_kube_client *c, const struct sl_kube_ref *ref,
		const struct sl_kube_verb_options *o, struct sl_arena *a,
		struct sl_value **ret_object, struct sl_err *err)
{
	return sl_kube_call_wait_object(sl_kube_get_start(c, ref, o, a), a, ret_object, err);
}

void sl_kube_list_item(struct sl_arena *a, const struct sl_kube_kind *kind, struct sl_value *item)
{
	if (!sl_is_map(item))
		return;
	sl_map_set_strz(a, item, "kind", kind->kind);
	if (kind->group[0])
		sl_map_setz(a, item, "apiVersion",
			    sl_value_strf(a, "%s/%s", kind->group, kind->version));
	else
		sl_map_set_strz(a, item, "apiVersion", kind->version);
}

static const char *page_path(struct sl_arena *a, const struct sl_kube_kind *kind,
			     const char *namespace_, const char *label_selector,
			     const char *field_selector, struct sl_str continue_)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(PATH_MAX_BYTES);

	sl_strbuf_addz(&out, sl_kube_path(a, kind, namespace_, NULL, NULL, NULL));
	sl_strbuf_addf(&out, "?limit=%d", LIST_PAGE);
	if (label_selector)
		sl_path_query(&out, "labelSelector", sl_str(label_selector));
	if (field_selector)
		sl_path_query(&out, "fieldSelector", sl_str(field_selector));
	if (continue_.n)
		sl_path_query(&out, "continue", continue_);
	return sl_arena_strdup(a, out.p);
}

static int list_pages(struct sl_kube_client *c, const struct sl_kube_kind *kind,
		      const char *namespace_, const char *label_selector,
		      const char *field_selector, const struct sl_kube_verb_options *o,
		      struct sl_arena *a, struct sl_value *items, struct sl_err *err)
{
	struct sl_str continue_ = SL_STR_NULL;

	do {
		struct sl_kube_request req = { .method = "GET" };
		struct sl_value *page, *list;
		int r;

		req.path =
			page_path(a, kind, namespace_, label_selector, field_selector, continue_);
		apply_options(&req, o);
		r = sl_kube_do(c, &req, a, &page, err);
		if (r < 0)
			return r;
		list = sl_get(page, "items");
		if (sl_list_len(items) + sl_list_len(list) > LIST_ITEMS_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d objects of kind %s",
					  LIST_ITEMS_MAX, kind->kind);
		for (size_t i = 0; i < sl_list_len(list); i++) {
			struct sl_value *item = sl_list_get(list, i);

			sl_kube_list_item(a, kind, item);
			sl_list_push(a, items, item);
		}
		continue_ = sl_get_str(page, "metadata", "continue");
	} while (continue_.n);
	return 0;
}

int sl_kube_list(struct sl_kube_client *c, const struct sl_kube_kind *kind, const char *namespace_,
		 const char *label_selector, const char *field_selector,
		 const struct sl_kube_verb_options *o, struct sl_arena *a,
		 struct sl_value **ret_items, struct sl_err *err)
{
	struct sl_value *items = sl_value_list(a);
	SL_AUTO(sl_err) first = SL_ERR_INIT;
	int r;

	if (!o)
		o = &no_options;
	r = list_pages(c, kind, namespace_, label_selector, field_selector, o, a, items, &first);
	if (r == SL_ERR_GONE) {
		/* The snapshot that the pages came from has been compacted: once more from the start. */
		items = sl_value_list(a);
		r = list_pages(c, kind, namespace_, label_selector, field_selector, o, a, items,
			       err);
	} else if (r < 0) {
		sl_err_move(err, &first);
	}
	if (r == 0)
		*ret_items = items;
	return r;
}

struct sl_kube_call *sl_kube_create_start(struct sl_kube_client *c, const struct sl_kube_ref *ref,
					  const struct sl_value *object, const char *field_manager,
					  const struct sl_kube_verb_options *o, struct sl_arena *a)
{
	struct sl_kube_request req = { .method = "POST", .content_type = "application/json" };

	if (!o)
		o = &no_options;
	req.path = write_path(a, ref, NULL, NULL, field_manager, o->dry_run);
	req.body = body_of(a, object);
	req.retry_safe = o->dry_run;
	apply_options(&req, o);
	return sl_kube_call_start(c, &req);
}

int sl_kube_create(struct sl_kube_client *c, const struct sl_kube_ref *ref,
		   const struct sl_value *object, const char *field_manager,
		   const struct sl_kube_verb_options *o, struct sl_arena *a,
		   struct sl_value **ret_object, struct sl_err *err)
{
	return sl_kube_call_wait_object(sl_kube_create_start(c, ref, object, field_manager, o, a),
					a, ret_object, err);
}

static const char *const patch_types[] = {
	[SL_KUBE_MERGE_PATCH] = "application/merge-patch+json",
	[SL_KUBE_JSON_PATCH] = "application/json-patch+json",
	/* JSON is YAML: the server's parser for this type takes both. */
	[SL_KUBE_APPLY_PATCH] = "application/apply-patch+yaml",
};

/* Doing it twice does no harm: it is declarative, or the second time conflicts. */
static bool is_repeatable(const struct sl_value *patch, const struct sl_kube_patch_options *p,
			  bool dry_run)
{
	if (dry_run || p->type == SL_KUBE_APPLY_PATCH)
		return true;
	return p->type == SL_KUBE_MERGE_PATCH && sl_obj_resource_version(patch).n;
}

struct sl_kube_call *sl_kube_patch_start(struct sl_kube_client *c, const struct sl_kube_ref *ref,
					 const struct sl_value *patch,
					 const struct sl_kube_patch_options *p,
					 const struct sl_kube_verb_options *o, struct sl_arena *a)
{
	struct sl_kube_request req = { .method = "PATCH", .content_type = patch_types[p->type] };

	if (!o)
		o = &no_options;
	req.path = write_path(a, ref, ref->name ? ref->name : "", p->subresource, p->field_manager,
			      o->dry_run);
	if (p->type == SL_KUBE_APPLY_PATCH && p->force)
		req.path = sl_arena_printf(a, "%s%cforce=true", req.path,
					   strchr(req.path, '?') ? '&' : '?');
	req.body = body_of(a, patch);
	req.retry_safe = is_repeatable(patch, p, o->dry_run);
	apply_options(&req, o);
	return sl_kube_call_start(c, &req);
}

int sl_kube_patch(struct sl_kube_client *c, const struct sl_kube_ref *ref,
		  const struct sl_value *patch, const struct sl_kube_patch_options *p,
		  const struct sl_kube_verb_options *o, struct sl_arena *a,
		  struct sl_value **ret_object, struct sl_err *err)
{
	return sl_kube_call_wait_object(sl_kube_patch_start(c, ref, patch, p, o, a), a, ret_object,
					err);
}

static struct sl_str delete_body(struct sl_arena *a, const struct sl_kube_delete_options *d,
				 bool dry_run)
{
	struct sl_value *body = sl_value_map(a), *pre;

	sl_map_set_strz(a, body, "apiVersion", "v1");
	sl_map_set_strz(a, body, "kind", "DeleteOptions");
	sl_map_set_strz(a, body, "propagationPolicy",
			d && d->propagation ? d->propagation : "Background");
	if (dry_run)
		sl_list_push_strz(a, sl_map_need_list(a, body, "dryRun"), "All");
	if (!d || (!d->uid && !d->resource_version))
		return body_of(a, body);
	pre = sl_map_need_map(a, body, "preconditions");
	if (d->uid)
		sl_map_set_strz(a, pre, "uid", d->uid);
	if (d->resource_version)
		sl_map_set_strz(a, pre, "resourceVersion", d->resource_version);
	return body_of(a, body);
}

int sl_kube_delete(struct sl_kube_client *c, const struct sl_kube_ref *ref,
		   const struct sl_kube_delete_options *d, const struct sl_kube_verb_options *o,
		   struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kube_request req = { .method = "DELETE", .content_type = "application/json" };

	if (!o)
		o = &no_options;
	req.path = named_path(&a, ref);
	req.body = delete_body(&a, d, o->dry_run);
	req.retry_safe = o->dry_run || (d && d->uid);
	apply_options(&req, o);
	return sl_kube_do(c, &req, &a, NULL, err);
}
