#include "libcommon/codec/ignore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/file.h"
#include "libcommon/codec/glob.h"

struct pattern {
	struct sl_str text;   /* without '!', trailing spaces and the last '/' */
	struct sl_str domain; /* "" or "a/b" */
	bool include;
	bool dir_only;
	bool anchored;
};

struct sl_ignore {
	enum sl_ignore_sets sets;
	struct sl_arena arena; /* texts and domains */
	struct pattern *patterns;
	size_t n, cap;
};

/* Ascending priority, as in Flux's package sourceignore. */
static const char *const vcs_set[] = { ".git/", ".gitignore", ".gitmodules", ".gitattributes" };
static const char *const default_set[] = {
	"*.jpg",
	"*.jpeg",
	"*.gif",
	"*.png",
	"*.wmv",
	"*.flv",
	"*.tar.gz",
	"*.zip",
	".github/",
	".circleci/",
	".travis.yml",
	".gitlab-ci.yml",
	"appveyor.yml",
	".drone.yml",
	"cloudbuild.yaml",
	"codeship-services.yml",
	"codeship-steps.yml",
	"**/.goreleaser.yml",
	"**/.sops.yaml",
	"**/.flux.yaml",
};

struct sl_ignore *sl_ignore_new(enum sl_ignore_sets sets)
{
	struct sl_ignore *ig = sl_xcalloc(1, sizeof(*ig));

	ig->sets = sets;
	return ig;
}

void sl_ignore_free(struct sl_ignore *ig)
{
	if (!ig)
		return;
	sl_arena_release(&ig->arena);
	free(ig->patterns);
	free(ig);
}

/* Views into `text`. */
static struct pattern parse_pattern(struct sl_str text, struct sl_str domain)
{
	struct pattern p = { .domain = domain };

	p.include = sl_str_cut_prefix(&text, SL_STR("!"));
	if (!sl_str_ends(text, SL_STR("\\ ")))
		while (sl_str_cut_suffix(&text, SL_STR(" ")))
			;
	p.dir_only = sl_str_cut_suffix(&text, SL_STR("/"));
	p.anchored = sl_str_chr(text, '/') >= 0;
	p.text = text;
	return p;
}

int sl_ignore_add(struct sl_ignore *ig, struct sl_str text, struct sl_str domain,
		  struct sl_err *err)
{
	struct sl_str line;

	if (text.n > SL_IGNORE_FILE_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "ignore rules are larger than %zu bytes",
				  SL_IGNORE_FILE_MAX);
	text = sl_arena_str(&ig->arena, text);
	domain = sl_arena_str(&ig->arena, domain);
	while (sl_str_split(&text, '\n', &line)) {
		sl_str_cut_suffix(&line, SL_STR("\r"));
		if (line.n > SL_IGNORE_LINE_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "a line of the ignore rules is longer than %d bytes",
					  SL_IGNORE_LINE_MAX);
		if (sl_str_starts(line, SL_STR("#")) || !sl_str_trim(line).n)
			continue;
		if (ig->n == SL_IGNORE_PATTERNS_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d ignore rules",
					  SL_IGNORE_PATTERNS_MAX);
		ig->patterns = sl_grow(ig->patterns, ig->n, &ig->cap, sizeof(*ig->patterns));
		ig->patterns[ig->n++] = parse_pattern(line, domain);
	}
	return 0;
}

static bool match_simple(const struct pattern *p, struct sl_str path, bool is_dir)
{
	struct sl_str name;

	while (sl_str_split(&path, '/', &name)) {
		enum sl_glob r = sl_glob_match(p->text, name);

		if (r == SL_GLOB_MALFORMED)
			return false;
		if (r == SL_GLOB_YES)
			return !p->dir_only || is_dir || path.p;
	}
	return false;
}

/* Consume `*path` up to and with the first segment that matches; it may be used up without one. */
static enum sl_glob skip_to(struct sl_str *path, struct sl_str pattern)
{
	enum sl_glob r = SL_GLOB_NO;
	struct sl_str name;

	while (r == SL_GLOB_NO && sl_str_split(path, '/', &name))
		r = sl_glob_match(pattern, name);
	return r;
}

static bool match_anchored(const struct pattern *p, struct sl_str path, bool is_dir)
{
	struct sl_str rest = p->text, segment, name;
	bool matched = false, anywhere = false;

	while (sl_str_split(&rest, '/', &segment)) {
		enum sl_glob r;

		if (!segment.n) {
			anywhere = false;
			continue;
		}
		if (sl_str_eqz(segment, "**")) {
			/* The last one asks for nothing. */
			anywhere = rest.p != NULL;
			continue;
		}
		if (sl_str_find(segment, SL_STR("**")) >= 0 || !path.p)
			return false;
		if (anywhere) {
			r = skip_to(&path, segment);
			/* Not found is not the end in go-git: an earlier match, or a later "**", counts. */
			if (r == SL_GLOB_MALFORMED)
				return false;
			matched = r == SL_GLOB_YES;
		} else {
			sl_str_split(&path, '/', &name);
			if (sl_glob_match(segment, name) != SL_GLOB_YES)
				return false;
			matched = true;
		}
		anywhere = false;
	}
	return matched && (!p->dir_only || is_dir || path.p);
}

static bool applies(const struct pattern *p, struct sl_str path, bool is_dir)
{
	if (p->domain.n &&
	    (!sl_str_cut_prefix(&path, p->domain) || !sl_str_cut_prefix(&path, SL_STR("/"))))
		return false;
	return p->anchored ? match_anchored(p, path, is_dir) : match_simple(p, path, is_dir);
}

/* Whether a pattern of a built-in set excludes; they include nothing. */
static bool set_excludes(const char *const *set, size_t n, struct sl_str path, bool is_dir)
{
	for (size_t i = 0; i < n; i++) {
		struct pattern p = parse_pattern(sl_str(set[i]), SL_STR_NULL);

		if (applies(&p, path, is_dir))
			return true;
	}
	return false;
}

bool sl_ignore_match(const struct sl_ignore *ig, struct sl_str path, bool is_dir)
{
	if (!path.n || sl_str_eqz(path, "."))
		return false;
	for (size_t i = ig->n; i-- > 0;)
		if (applies(&ig->patterns[i], path, is_dir))
			return !ig->patterns[i].include;
	if (ig->sets == SL_IGNORE_DEFAULTS && !ig->n &&
	    set_excludes(default_set, SL_ARRAY_LEN(default_set), path, is_dir))
		return true;
	return ig->sets != SL_IGNORE_NONE &&
	       set_excludes(vcs_set, SL_ARRAY_LEN(vcs_set), path, is_dir);
}

static bool is_directory(int dir_fd, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return !fstatat(dir_fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode);
}

struct tree_load {
	struct sl_ignore *ig;
	int root_fd;
	struct sl_strbuf path; /* of the directory at hand, "" for the root */
	int depth;
};

static int load_file(struct tree_load *t, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_IGNORE_FILE_MAX);
	SL_AUTO_FREE char *name =
		sl_xasprintf("%s%s" SL_IGNORE_FILE, t->path.p, t->path.n ? "/" : "");
	int r = sl_file_read(t->root_fd, name, &text, err);

	if (r < 0)
		return r;
	r = sl_ignore_add(t->ig, sl_strbuf_str(&text), sl_strbuf_str(&t->path), err);
	if (r < 0)
		sl_err_wrap(err, "%s", name);
	return r;
}

static int load_dir(struct tree_load *t, int fd, struct sl_err *err);

static int load_child(struct tree_load *t, int parent_fd, const char *name, struct sl_err *err)
{
	size_t before = t->path.n;
	int fd, r;

	if (t->depth == SL_IGNORE_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is more than %d directories deep",
				  t->path.p, SL_IGNORE_DEPTH_MAX);
	sl_strbuf_addf(&t->path, "%s%s", before ? "/" : "", name);
	r = sl_strbuf_check(&t->path, "path", err);
	if (r < 0)
		return r;
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return sl_err_errno(err, errno, "open directory %s", t->path.p);
	t->depth++;
	r = load_dir(t, fd, err);
	t->depth--;
	sl_strbuf_truncate(&t->path, before);
	return r;
}

/* Owns `fd`. */
static int load_dir(struct tree_load *t, int fd, struct sl_err *err)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	struct stat st;
	int r = 0;

	if (!d) {
		r = sl_err_errno(err, errno, "list directory %s", t->path.p);
		(void)close(fd);
		return r;
	}
	if (!fstatat(dirfd(d), SL_IGNORE_FILE, &st, AT_SYMLINK_NOFOLLOW))
		r = load_file(t, err);
	while (!r && (e = readdir(d))) {
		if (!is_directory(dirfd(d), e) || !strcmp(e->d_name, ".") ||
		    !strcmp(e->d_name, "..") || !strcmp(e->d_name, ".git"))
			continue;
		r = load_child(t, dirfd(d), e->d_name, err);
	}
	(void)closedir(d);
	return r;
}

int sl_ignore_load_tree(struct sl_ignore *ig, int dir_fd, struct sl_err *err)
{
	struct tree_load t = { .ig = ig, .root_fd = dir_fd };
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return sl_err_errno(err, errno, "open directory");
	sl_strbuf_init(&t.path, PATH_MAX);
	r = load_dir(&t, fd, err);
	sl_strbuf_release(&t.path);
	return r;
}
