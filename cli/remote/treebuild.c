#include "cli/remote/treebuild.h"

#include "cli/kinds.h"
#include "libcommon/gitops/inventory.h"

struct builder {
	struct sl_arena *a;
	const struct sl_cli_tree_options *options;
	struct sl_str path[SL_CLI_TREE_DEPTH_MAX]; /* ids from the root to here */
	size_t depth;
};

static struct sl_value *node(struct sl_arena *a, const struct sl_inventory_entry *e)
{
	struct sl_value *n = sl_value_map(a), *resource = sl_map_need_map(a, n, "resource"), *kind;

	sl_map_set_str(a, resource, "Namespace", e->namespace_);
	sl_map_set_str(a, resource, "Name", e->name);
	kind = sl_map_need_map(a, resource, "GroupKind");
	sl_map_set_str(a, kind, "Group", e->group);
	sl_map_set_str(a, kind, "Kind", e->kind);
	return n;
}

/* The kind whose objects have an inventory of their own, or NULL. */
static const struct sl_kube_kind *parent_kind(const struct sl_inventory_entry *e)
{
	static const enum sl_cli_kind_id ids[] = { SL_CLI_KUSTOMIZATION, SL_CLI_HELM_RELEASE };

	for (size_t i = 0; i < SL_ARRAY_LEN(ids); i++) {
		const struct sl_kube_kind *k = &sl_cli_kind(ids[i])->kube;

		if (sl_str_eqz(e->group, k->group) && sl_str_eqz(e->kind, k->kind))
			return k;
	}
	return NULL;
}

static bool is_ancestor(const struct builder *b, struct sl_str id)
{
	for (size_t i = 0; i < b->depth; i++)
		if (sl_str_eq(b->path[i], id))
			return true;
	return false;
}

static int add_branches(struct builder *b, struct sl_value *to, const struct sl_value *object,
			struct sl_err *err);

/* What a child manages, below its node. */
static int descend(struct builder *b, struct sl_value *to, const struct sl_inventory_entry *e,
		   struct sl_err *err)
{
	const struct sl_kube_kind *kind = parent_kind(e);
	const struct sl_value *child = NULL;
	int r;

	if (!kind || b->depth >= SL_CLI_TREE_DEPTH_MAX || is_ancestor(b, e->id))
		return 0;
	r = b->options->find(b->options->ctx, kind, e->namespace_, e->name, &child, err);
	if (r || !child)
		return r;
	b->path[b->depth++] = e->id;
	r = add_branches(b, to, child, err);
	b->depth--;
	return r;
}

static int add_branches(struct builder *b, struct sl_value *to, const struct sl_value *object,
			struct sl_err *err)
{
	struct sl_inventory inventory = SL_INVENTORY_INIT;
	bool elsewhere = sl_get(object, "spec", "kubeConfig") != NULL;
	int r = sl_inventory_load(b->a, sl_get(object, "status", "inventory"), &inventory, err);

	for (size_t i = 0; !r && i < inventory.n; i++) {
		const struct sl_inventory_entry *e = &inventory.entries[i];
		struct sl_value *n;

		/* A Kustomization may manage itself, as flux-system does. */
		if (sl_str_eq(e->id, b->path[b->depth - 1]))
			continue;
		if (b->options->compact && sl_str_find(e->group, SL_STR("toolkit.fluxcd.io")) < 0)
			continue;
		n = node(b->a, e);
		sl_list_push(b->a, sl_map_need_list(b->a, to, "resources"), n);
		if (!elsewhere)
			r = descend(b, n, e, err);
	}
	return r;
}

int sl_cli_tree_build(struct sl_arena *a, const struct sl_value *root,
		      const struct sl_cli_tree_options *options, struct sl_value **ret_tree,
		      struct sl_err *err)
{
	struct sl_inventory_entry e = sl_inventory_entry_of(a, root);
	struct builder b = { .a = a, .options = options, .path = { e.id }, .depth = 1 };
	struct sl_value *tree = node(a, &e);
	int r = add_branches(&b, tree, root, err);

	if (!r)
		*ret_tree = tree;
	return r;
}

/* Text */

static void add_name(const struct sl_value *n, struct sl_strbuf *out)
{
	const struct sl_value *resource = sl_get(n, "resource");
	struct sl_str in = sl_get_str(resource, "Namespace");

	sl_strbuf_adds(out, sl_get_str(resource, "GroupKind", "Kind"));
	if (in.n)
		sl_strbuf_addf(out, "/%.*s", SL_STR_FMT(in));
	sl_strbuf_addf(out, "/%.*s\n", SL_STR_FMT(sl_get_str(resource, "Name")));
}

static void draw(const struct sl_value *n, struct sl_strbuf *indent, struct sl_strbuf *out)
{
	const struct sl_value *branches = sl_get(n, "resources");
	size_t count = sl_list_len(branches), before = indent->n;

	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;

		sl_strbuf_adds(out, sl_strbuf_str(indent));
		sl_strbuf_addz(out, last ? "└── " : "├── ");
		add_name(sl_list_get(branches, i), out);
		sl_strbuf_addz(indent, last ? "    " : "│   ");
		draw(sl_list_get(branches, i), indent, out);
		sl_strbuf_truncate(indent, before);
	}
}

void sl_cli_tree_text(const struct sl_value *tree, struct sl_strbuf *out)
{
	SL_AUTO(sl_strbuf) indent = SL_STRBUF_INIT(8 * SL_CLI_TREE_DEPTH_MAX);

	add_name(tree, out);
	draw(tree, &indent, out);
}
