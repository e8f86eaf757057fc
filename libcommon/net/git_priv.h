/*
 * Inside the Git transport: what gitremote.c offers to gitwire.c and gitcache.c. For git*.c alone.
 */
#ifndef LIBCOMMON_NET_GIT_PRIV_H
#define LIBCOMMON_NET_GIT_PRIV_H

#include "libcommon/base/strbuf.h"
#include "libcommon/net/git.h"
#include "libcommon/net/pktline.h"
#include "libcommon/net/url.h"

/* Some of what a server said it can; from the v2 capability list or the v0 first ref. */
struct sl_git_caps {
	bool shallow, thin_pack, ofs_delta, no_progress, side_band, side_band_64k;
	bool multi_ack, multi_ack_detailed;
	bool tip_sha1, any_sha1; /* wants need not be advertised (v0; in v2 they never need to) */
	bool object_format;
	bool sha256;
};

struct sl_git_remote {
	struct sl_http_client *client;
	struct sl_git_remote_options options;
	struct sl_url url; /* of the repository; moved by a redirect of the first request */
	bool trusted;	   /* `url` is still where the credentials belong */
	int version;	   /* 0 or 2; -1 before the first exchange */
	bool moved;	   /* `url` is where a redirect led */
	bool presumed;	   /* version and capabilities come from a hint */
	struct sl_git_caps caps;
	struct sl_git_refs v0_refs; /* of the v0 advertisement: all of them */
	uint64_t received_bytes;
};

/* Takes an advertisement of either version into a remote. */
struct sl_git_advertisement {
	struct sl_pktline_sink sink;
	struct sl_git_remote *remote;
	bool seen_ref;
};
struct sl_git_advertisement sl_git_advertisement(struct sl_git_remote *r);

/* Takes the answer to ls-refs of version 2. */
struct sl_git_ref_lines {
	struct sl_pktline_sink sink;
	struct sl_git_refs *refs;
};
struct sl_git_ref_lines sl_git_ref_lines(struct sl_git_refs *refs);

/* Takes the answer to a fetch: the pack in it goes to `pack`. */
struct sl_git_fetch_answer {
	struct sl_pktline_sink sink;
	struct sl_sink pack;
	enum { SL_GIT_PART_HEADER, SL_GIT_PART_SKIPPED, SL_GIT_PART_PACK, SL_GIT_PART_DONE } part;
	bool v2;
	bool pack_seen;
};
struct sl_git_fetch_answer sl_git_fetch_answer(bool v2, struct sl_sink pack);
/* Once the answer has ended: SL_ERR_INVALID when it was not whole. */
int sl_git_fetch_answer_check(const struct sl_git_fetch_answer *f,
			      struct sl_err *err) SL_MUST_CHECK;

/* Believe the options' hint, if there is one. */
void sl_git_remote_take_hint(struct sl_git_remote *r);

/* Learn the version and capabilities, once. */
int sl_git_remote_discover(struct sl_git_remote *r, struct sl_err *err) SL_MUST_CHECK;

/* POST `body` to git-upload-pack; the answer's packets go to `sink`. */
int sl_git_remote_post(struct sl_git_remote *r, struct sl_str body, struct sl_pktline_sink *sink,
		       struct sl_err *err) SL_MUST_CHECK;

/* The error for an "ERR …" packet or a fatal sideband message: the server's words, cleaned. */
int sl_git_remote_error(struct sl_str message, struct sl_err *err);

/* The object id at the start of `*line`, which is advanced past it; checked against the format. */
bool sl_git_cut_oid(struct sl_str *line, struct sl_git_oid *ret_oid);

/* One line of the v2 answer or of the v0 advertisement into `refs`; names Git refuses are skipped. */
int sl_git_refs_add(struct sl_git_refs *refs, struct sl_str name, const struct sl_git_oid *oid,
		    struct sl_git_ref **ret_ref, struct sl_err *err) SL_MUST_CHECK;

/* What to fetch. Ids are borrowed. */
struct sl_git_wire_request {
	const struct sl_git_oid *wants;
	size_t want_count;
	const struct sl_git_oid *haves; /* commits that are complete here */
	size_t have_count;
	unsigned
		depth; /* commits from each want; 0: the whole history. The haves are shallow then. */
};

/*
 * One fetch exchange: the pack that brings `wants` when `haves` are there, thin where they are.
 * Errors: SL_ERR_NOT_FOUND when the server does not have or give a want, and those of the transport.
 */
int sl_git_wire_fetch(struct sl_git_remote *r, const struct sl_git_wire_request *request,
		      struct sl_sink pack, struct sl_err *err) SL_MUST_CHECK;

#endif
