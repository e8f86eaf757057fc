/* Commits and annotated tags: who, when, what was said, and what was signed. */
#include <stdlib.h>
#include <string.h>

#include "libcommon/net/gitlib.h"

static void person_release(struct sl_git_person *p)
{
	free(p->name);
	free(p->email);
}

void sl_git_commit_release(struct sl_git_commit *commit)
{
	person_release(&commit->author);
	person_release(&commit->committer);
	free(commit->tag_name);
	free(commit->message);
	free(commit->subject);
	free(commit->signature);
	free(commit->payload);
	*commit = (struct sl_git_commit)SL_GIT_COMMIT_INIT;
}

static void person_copy(const git_signature *s, struct sl_git_person *p)
{
	if (!s)
		return;
	p->name = sl_xstrdup(s->name);
	p->email = sl_xstrdup(s->email);
	p->when = s->when.time;
	p->offset_minutes = s->when.offset;
}

static char *first_line(const char *message)
{
	struct sl_str rest = sl_str(message), line = SL_STR_NULL;

	sl_str_split(&rest, '\n', &line);
	line = sl_str_trim(line);
	return sl_xmemdup0(line.p ? line.p : "", line.n);
}

static int open_object(struct sl_git_cache *c, const struct sl_git_oid *id, git_oid *ret_id,
		       struct sl_err *err)
{
	int r = sl_git_cache_odb(c, err);

	if (r == 0 && !sl_git_lib_oid(id, ret_id))
		r = sl_err_set(err, SL_ERR_UNSUPPORTED, "SHA-256 object ids are not supported");
	return r;
}

/* Commits above the limit are refused before they are read whole. */
static int check_size(struct sl_git_cache *c, const git_oid *id, struct sl_err *err)
{
	git_object_t type;
	size_t size;
	int r = git_odb_read_header(&size, &type, c->odb, id);

	if (r < 0)
		return sl_git_lib_error(r, "read object", err);
	if (size > SL_GIT_OBJECT_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "Git object is larger than %u bytes",
				  SL_GIT_OBJECT_MAX);
	return 0;
}

static void copy_signature(struct sl_git_cache *c, git_oid *id, struct sl_git_commit *commit)
{
	git_buf signature = GIT_BUF_INIT, payload = GIT_BUF_INIT;

	if (git_commit_extract_signature(&signature, &payload, c->repo, id, NULL) == 0) {
		commit->signature = sl_xmemdup0(signature.ptr, signature.size);
		commit->payload = sl_xmemdup0(payload.ptr, payload.size);
		commit->payload_len = payload.size;
	}
	git_buf_dispose(&signature);
	git_buf_dispose(&payload);
}

int sl_git_commit_read(struct sl_git_cache *c, const struct sl_git_oid *id,
		       struct sl_git_commit *ret_commit, struct sl_err *err)
{
	struct sl_git_commit out = SL_GIT_COMMIT_INIT;
	git_commit *commit = NULL;
	git_oid oid;
	int r = open_object(c, id, &oid, err);

	if (r == 0)
		r = check_size(c, &oid, err);
	if (r < 0)
		return r;
	r = git_commit_lookup(&commit, c->repo, &oid);
	if (r < 0)
		return sl_git_lib_error(r, "read commit", err);
	out.id = *id;
	sl_git_lib_hex(git_commit_tree_id(commit), &out.tree);
	person_copy(git_commit_author(commit), &out.author);
	person_copy(git_commit_committer(commit), &out.committer);
	out.message = sl_xstrdup(git_commit_message(commit));
	out.subject = first_line(out.message);
	copy_signature(c, &oid, &out);
	git_commit_free(commit);
	sl_git_commit_release(ret_commit);
	*ret_commit = out;
	return 0;
}

/* Where an armored signature begins, at the start of a line; the end of `text` when there is none. */
static size_t signature_start(struct sl_str text)
{
	static const struct sl_str marks[] = { SL_STR("-----BEGIN PGP SIGNATURE-----"),
					       SL_STR("-----BEGIN SSH SIGNATURE-----") };
	size_t start = text.n;

	for (size_t i = 0; i < SL_ARRAY_LEN(marks); i++) {
		size_t from = 0;

		while (from < text.n) {
			struct sl_str rest = sl_str_sub(text, from, text.n);
			ptrdiff_t newline = sl_str_chr(rest, '\n');

			if (sl_str_starts(rest, marks[i]) && from < start)
				start = from;
			from += newline < 0 ? rest.n : (size_t)newline + 1;
		}
	}
	return start;
}

static void copy_tag_signature(struct sl_str raw, struct sl_git_commit *tag)
{
	size_t start = signature_start(raw);
	size_t cut = signature_start(sl_str(tag->message));

	if (start == raw.n)
		return;
	tag->signature = sl_xmemdup0(raw.p + start, raw.n - start);
	tag->payload = sl_xmemdup0(raw.p, start);
	tag->payload_len = start;
	tag->message[cut] = '\0';
}

int sl_git_tag_read(struct sl_git_cache *c, const struct sl_git_oid *id,
		    struct sl_git_commit *ret_tag, struct sl_err *err)
{
	struct sl_git_commit out = SL_GIT_COMMIT_INIT;
	git_odb_object *raw = NULL;
	git_tag *tag = NULL;
	git_oid oid;
	int r = open_object(c, id, &oid, err);

	if (r == 0)
		r = check_size(c, &oid, err);
	if (r < 0)
		return r;
	r = git_tag_lookup(&tag, c->repo, &oid);
	if (r == 0)
		r = git_odb_read(&raw, c->odb, &oid);
	if (r < 0) {
		git_tag_free(tag);
		return sl_git_lib_error(r, "read tag", err);
	}
	out.id = *id;
	sl_git_lib_hex(git_tag_target_id(tag), &out.tree);
	out.tag_name = sl_xstrdup(git_tag_name(tag));
	person_copy(git_tag_tagger(tag), &out.author);
	person_copy(git_tag_tagger(tag), &out.committer);
	out.message = sl_xstrdup(git_tag_message(tag) ? git_tag_message(tag) : "");
	copy_tag_signature((struct sl_str){ git_odb_object_data(raw), git_odb_object_size(raw) },
			   &out);
	out.subject = first_line(out.message);
	git_odb_object_free(raw);
	git_tag_free(tag);
	sl_git_commit_release(ret_tag);
	*ret_tag = out;
	return 0;
}
