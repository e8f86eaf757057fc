/* The fetch exchange, in protocol version 2 and in version 0: always one request, one answer. */
#include <string.h>

#include "libcommon/net/git_priv.h"

#define REQUEST_MAX (16u << 20)
#define AGENT "git/2.0-sluice"

static int take_band(struct sl_git_fetch_answer *f, struct sl_str data, struct sl_err *err)
{
	struct sl_str content = sl_str_sub(data, 1, data.n);

	if (!data.n)
		return 0;
	switch (data.p[0]) {
	case 1:
		f->pack_seen = true;
		return f->pack.write(f->pack.ctx, content.p, content.n, err);
	case 2: /* progress, and bytes that keep the connection alive */
		return 0;
	case 3:
		return sl_git_remote_error(content, err);
	default:
		return sl_err_set(err, SL_ERR_INVALID, "broken fetch answer: unknown band");
	}
}

/* Sections: "acknowledgments", "shallow-info", … and last "packfile", divided by delimiters. */
static int take_v2(struct sl_git_fetch_answer *f, enum sl_pktline_kind kind, struct sl_str data,
		   struct sl_err *err)
{
	struct sl_str line = data;

	if (f->part == SL_GIT_PART_PACK && kind == SL_PKTLINE_DATA)
		return take_band(f, data, err);
	if (kind == SL_PKTLINE_DELIM)
		f->part = SL_GIT_PART_HEADER;
	else if (kind != SL_PKTLINE_DATA)
		f->part = SL_GIT_PART_DONE;
	if (kind != SL_PKTLINE_DATA)
		return 0;
	sl_str_cut_suffix(&line, SL_STR("\n"));
	if (sl_str_cut_prefix(&line, SL_STR("ERR ")))
		return sl_git_remote_error(line, err);
	if (f->part == SL_GIT_PART_HEADER)
		f->part = sl_str_eq(line, SL_STR("packfile")) ? SL_GIT_PART_PACK
							      : SL_GIT_PART_SKIPPED;
	return 0;
}

/* "shallow …" lines and a flush, "ACK …" and "NAK" lines, then the bands up to a flush. */
static int take_v0(struct sl_git_fetch_answer *f, enum sl_pktline_kind kind, struct sl_str data,
		   struct sl_err *err)
{
	struct sl_str line = data;

	if (kind != SL_PKTLINE_DATA) {
		if (f->part == SL_GIT_PART_PACK)
			f->part = SL_GIT_PART_DONE;
		return 0;
	}
	if (f->part == SL_GIT_PART_PACK)
		return take_band(f, data, err);
	if (sl_str_cut_prefix(&line, SL_STR("ERR ")))
		return sl_git_remote_error(line, err);
	if (sl_str_starts(line, SL_STR("shallow ")) || sl_str_starts(line, SL_STR("unshallow ")) ||
	    sl_str_starts(line, SL_STR("ACK ")) || sl_str_starts(line, SL_STR("NAK")))
		return 0;
	f->part = SL_GIT_PART_PACK;
	return take_band(f, data, err);
}

static int take_packet(struct sl_pktline_sink *self, enum sl_pktline_kind kind, struct sl_str data,
		       struct sl_err *err)
{
	struct sl_git_fetch_answer *f = (struct sl_git_fetch_answer *)self;

	return f->v2 ? take_v2(f, kind, data, err) : take_v0(f, kind, data, err);
}

struct sl_git_fetch_answer sl_git_fetch_answer(bool v2, struct sl_sink pack)
{
	return (struct sl_git_fetch_answer){ .sink = { take_packet }, .pack = pack, .v2 = v2 };
}

int sl_git_fetch_answer_check(const struct sl_git_fetch_answer *f, struct sl_err *err)
{
	if (f->pack_seen && f->part == SL_GIT_PART_DONE)
		return 0;
	return sl_err_set(err, SL_ERR_INVALID, "broken fetch answer: %s",
			  f->pack_seen ? "it ends within the pack" : "it holds no pack");
}

static void add_ids(struct sl_strbuf *body, const char *verb, const struct sl_git_oid *ids,
		    size_t n)
{
	for (size_t i = 0; i < n; i++)
		sl_pktline_add(body, "%s %s\n", verb, ids[i].hex);
}

/* Thin packs matter beyond size: without them a server does not take the trees of a shallow `have` off. */
static void build_v2(const struct sl_git_remote *r, const struct sl_git_wire_request *q,
		     struct sl_strbuf *body)
{
	sl_pktline_add(body, "command=fetch\n");
	if (r->caps.object_format)
		sl_pktline_add(body, "object-format=%s", r->caps.sha256 ? "sha256" : "sha1");
	sl_pktline_add_delim(body);
	sl_pktline_add(body, "thin-pack\n");
	sl_pktline_add(body, "no-progress\n");
	sl_pktline_add(body, "ofs-delta\n");
	if (q->depth) {
		add_ids(body, "shallow", q->haves, q->have_count);
		sl_pktline_add(body, "deepen %u\n", q->depth);
	}
	add_ids(body, "want", q->wants, q->want_count);
	add_ids(body, "have", q->haves, q->have_count);
	sl_pktline_add(body, "done\n");
	sl_pktline_add_flush(body);
}

static void build_v0(const struct sl_git_remote *r, const struct sl_git_wire_request *q,
		     struct sl_strbuf *body)
{
	const struct sl_git_caps *c = &r->caps;
	const char *ack = c->multi_ack_detailed ? " multi_ack_detailed"
			  : c->multi_ack	? " multi_ack"
						: "";

	sl_pktline_add(body, "want %s%s%s%s%s%s agent=" AGENT "\n", q->wants[0].hex, ack,
		       c->side_band_64k ? " side-band-64k" : " side-band",
		       c->thin_pack ? " thin-pack" : "", c->ofs_delta ? " ofs-delta" : "",
		       c->no_progress ? " no-progress" : "");
	add_ids(body, "want", q->wants + 1, q->want_count - 1);
	if (q->depth) {
		add_ids(body, "shallow", q->haves, q->have_count);
		sl_pktline_add(body, "deepen %u\n", q->depth);
	}
	sl_pktline_add_flush(body);
	add_ids(body, "have", q->haves, q->have_count);
	sl_pktline_add(body, "done\n");
}

int sl_git_wire_fetch(struct sl_git_remote *r, const struct sl_git_wire_request *request,
		      struct sl_sink pack, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) body = SL_STRBUF_INIT(REQUEST_MAX);
	struct sl_git_fetch_answer f;
	int rc = sl_git_remote_discover(r, err);

	if (rc < 0)
		return rc;
	f = sl_git_fetch_answer(r->version == 2, pack);
	if (!f.v2 && !r->caps.side_band && !r->caps.side_band_64k)
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "the Git server is too old: it does not offer side-band");
	if (f.v2)
		build_v2(r, request, &body);
	else
		build_v0(r, request, &body);
	rc = sl_strbuf_check(&body, "fetch request", err);
	if (rc == 0)
		rc = sl_git_remote_post(r, sl_strbuf_str(&body), &f.sink, err);
	if (rc < 0)
		return rc;
	return sl_git_fetch_answer_check(&f, err);
}
