/* What a server says of itself and its refs: capabilities, and ref lines of both versions. */
#include <string.h>

#include "libcommon/net/git_priv.h"

/* Tokens of the v0 capability list, and where they are kept. */
#define CAP(name, member) \
	{ \
		SL_STR(name), offsetof(struct sl_git_caps, member) \
	}
static const struct {
	struct sl_str name;
	size_t offset;
} v0_caps[] = {
	CAP("shallow", shallow),
	CAP("thin-pack", thin_pack),
	CAP("ofs-delta", ofs_delta),
	CAP("no-progress", no_progress),
	CAP("side-band", side_band),
	CAP("side-band-64k", side_band_64k),
	CAP("multi_ack", multi_ack),
	CAP("multi_ack_detailed", multi_ack_detailed),
	CAP("allow-tip-sha1-in-want", tip_sha1),
	CAP("allow-reachable-sha1-in-want", any_sha1),
	CAP("allow-any-sha1-in-want", any_sha1),
};

static void parse_v0_caps(struct sl_git_caps *caps, struct sl_str text, struct sl_str *ret_head)
{
	struct sl_str cap;

	while (sl_str_split(&text, ' ', &cap)) {
		for (size_t i = 0; i < SL_ARRAY_LEN(v0_caps); i++)
			if (sl_str_eq(cap, v0_caps[i].name))
				*(bool *)((char *)caps + v0_caps[i].offset) = true;
		if (sl_str_cut_prefix(&cap, SL_STR("symref=HEAD:")))
			*ret_head = cap;
		else if (sl_str_cut_prefix(&cap, SL_STR("object-format=")))
			caps->sha256 = sl_str_eq(cap, SL_STR("sha256"));
	}
}

static void parse_v2_cap(struct sl_git_caps *caps, struct sl_str line)
{
	struct sl_str feature;

	if (sl_str_cut_prefix(&line, SL_STR("object-format="))) {
		caps->object_format = true;
		caps->sha256 = sl_str_eq(line, SL_STR("sha256"));
	} else if (sl_str_cut_prefix(&line, SL_STR("fetch="))) {
		while (sl_str_split(&line, ' ', &feature))
			if (sl_str_eq(feature, SL_STR("shallow")))
				caps->shallow = true;
	}
}

static int bad_advertisement(struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "broken advertisement of refs");
}

static int take_v0_ref(struct sl_git_advertisement *d, struct sl_str line, struct sl_err *err)
{
	struct sl_git_refs *refs = &d->remote->v0_refs;
	struct sl_str head = SL_STR_NULL;
	struct sl_git_ref *ref;
	struct sl_git_oid oid;
	ptrdiff_t nul = sl_str_chr(line, '\0');
	int r;

	if (sl_str_starts(line, SL_STR("shallow ")))
		return 0;
	if (nul >= 0 && !d->seen_ref)
		parse_v0_caps(&d->remote->caps, sl_str_sub(line, (size_t)nul + 1, line.n), &head);
	d->seen_ref = true;
	if (nul >= 0)
		line = sl_str_sub(line, 0, (size_t)nul);
	if (!sl_git_cut_oid(&line, &oid) || !line.n)
		return bad_advertisement(err);
	if (sl_str_cut_suffix(&line, SL_STR("^{}"))) {
		if (refs->n && sl_str_eqz(line, refs->items[refs->n - 1].name))
			refs->items[refs->n - 1].peeled = oid;
		return 0;
	}
	r = sl_git_refs_add(refs, line, &oid, &ref, err);
	if (r == 0 && ref && head.n && !strcmp(ref->name, "HEAD"))
		ref->symref_target = sl_arena_str(&refs->arena, head).p;
	return r;
}

static int take_advertisement(struct sl_pktline_sink *self, enum sl_pktline_kind kind,
			      struct sl_str line, struct sl_err *err)
{
	struct sl_git_advertisement *d = (struct sl_git_advertisement *)self;

	if (kind != SL_PKTLINE_DATA)
		return 0;
	sl_str_cut_suffix(&line, SL_STR("\n"));
	if (sl_str_cut_prefix(&line, SL_STR("ERR ")))
		return sl_git_remote_error(line, err);
	if (sl_str_starts(line, SL_STR("# service=")) || sl_str_eq(line, SL_STR("version 1")))
		return 0;
	if (sl_str_eq(line, SL_STR("version 2"))) {
		d->remote->version = 2;
		return 0;
	}
	if (d->remote->version == 2) {
		parse_v2_cap(&d->remote->caps, line);
		return 0;
	}
	return take_v0_ref(d, line, err);
}

struct sl_git_advertisement sl_git_advertisement(struct sl_git_remote *r)
{
	return (struct sl_git_advertisement){ .sink = { take_advertisement }, .remote = r };
}

/* "<oid> <name>[ symref-target:<name>][ peeled:<oid>]" */
static int take_v2_ref(struct sl_pktline_sink *self, enum sl_pktline_kind kind, struct sl_str line,
		       struct sl_err *err)
{
	struct sl_git_refs *refs = ((struct sl_git_ref_lines *)self)->refs;
	struct sl_str name, attribute;
	struct sl_git_ref *ref;
	struct sl_git_oid oid;
	int r;

	if (kind != SL_PKTLINE_DATA)
		return 0;
	sl_str_cut_suffix(&line, SL_STR("\n"));
	if (sl_str_cut_prefix(&line, SL_STR("ERR ")))
		return sl_git_remote_error(line, err);
	if (sl_str_starts(line, SL_STR("unborn ")))
		return 0;
	if (!sl_git_cut_oid(&line, &oid) || !line.n || !sl_str_split(&line, ' ', &name))
		return bad_advertisement(err);
	r = sl_git_refs_add(refs, name, &oid, &ref, err);
	if (r < 0 || !ref)
		return r;
	while (sl_str_split(&line, ' ', &attribute)) {
		if (sl_str_cut_prefix(&attribute, SL_STR("symref-target:")))
			ref->symref_target = sl_arena_str(&refs->arena, attribute).p;
		else if (sl_str_cut_prefix(&attribute, SL_STR("peeled:")) &&
			 !sl_git_oid_parse(attribute, &ref->peeled))
			return bad_advertisement(err);
	}
	return 0;
}

struct sl_git_ref_lines sl_git_ref_lines(struct sl_git_refs *refs)
{
	return (struct sl_git_ref_lines){ .sink = { take_v2_ref }, .refs = refs };
}
