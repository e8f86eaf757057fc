#include "cli/remote/eventrow.h"
#include "cli/remote/kubekinds.h"
#include "cli/remote/programs.h"
#include "cli/remote/stream.h"
#include "cli/report.h"
#include "libcommon/base/clock.h"

#define SOURCES_MAX 3 /* the object, what it refers to, the chart made for it */

/* One LIST or WATCH of events. */
struct source {
	const char *namespace_; /* NULL: all */
	const char *fields;	/* selector, or NULL */
};

struct events {
	struct sl_cli_session *session;
	struct source sources[SOURCES_MAX];
	size_t source_count;
	struct sl_strvec types;
	struct sl_cli_event_view view;
	bool header;

	/* --watch */
	struct sl_arena first_arena; /* of what came before everything was there */
	struct sl_value *first;	     /* LIST */
	struct sl_cli_table table;
	bool synced;
};

static void add_source(struct events *e, const char *namespace_, struct sl_str kind,
		       struct sl_str name)
{
	struct source *source = &e->sources[e->source_count++];

	source->namespace_ = namespace_;
	if (kind.n)
		source->fields = sl_arena_printf(
			&e->session->a, "involvedObject.kind=%.*s%s%.*s", SL_STR_FMT(kind),
			name.n ? ",involvedObject.name=" : "", SL_STR_FMT(name));
}

/* Events of the source that an object refers to belong to its story. */
static int add_references(struct events *e, const struct sl_cli_kind *kind, const char *name,
			  struct sl_err *err)
{
	struct sl_cli_session *s = e->session;
	const struct sl_value *ref;
	struct sl_value *object;
	struct sl_str in;
	int r;

	if (!kind->ref[0])
		return 0;
	r = sl_cli_find(s, &kind->kube, s->namespace_, name, &object, err);
	if (r)
		return r;
	ref = sl_value_get(object, kind->ref);
	if (!ref)
		ref = sl_get(object, "spec", "chartRef");
	if (!ref)
		return 0;
	in = sl_get_str(ref, "namespace");
	in = sl_arena_str(&s->a, in.n && !kind->ref_kind ? in : sl_obj_namespace(object));
	add_source(e, in.p, kind->ref_kind ? sl_str(kind->ref_kind) : sl_get_str(ref, "kind"),
		   sl_get_str(ref, "name"));
	if (kind == sl_cli_kind(SL_CLI_HELM_RELEASE))
		add_source(e, in.p, SL_STR("HelmChart"),
			   sl_str(sl_arena_printf(&s->a, "%s-%s", s->namespace_, name)));
	if (!sl_str_eqz(in, s->namespace_))
		e->view.namespaces = true;
	return 0;
}

/* --for Kind or Kind/name */
static int read_for(struct events *e, const char *wanted, const char *namespace_,
		    struct sl_err *err)
{
	struct sl_str name = sl_str(wanted), kind_name;
	const struct sl_cli_kind *kind;

	if (!wanted) {
		add_source(e, namespace_, SL_STR(""), SL_STR(""));
		return 0;
	}
	(void)sl_str_split(&name, '/', &kind_name);
	if (!kind_name.n)
		return sl_err_set(err, SL_ERR_INVALID,
				  "--for selector must be of format <kind>[/<name>]");
	kind = sl_cli_kind_named(kind_name);
	if (!kind)
		return sl_err_set(err, SL_ERR_INVALID, "'%.*s' is not a recognized Flux kind",
				  SL_STR_FMT(kind_name));
	add_source(e, namespace_, sl_str(kind->kube.kind), name);
	return name.n ? add_references(e, kind, sl_arena_str(&e->session->a, name).p, err) : 0;
}

static void add_row(struct events *e, struct sl_arena *a, const struct sl_value *event)
{
	struct sl_cli_row row;

	e->view.wall_ms = sl_wall_ms();
	sl_cli_event_row(a, &e->view, event, &row);
	sl_cli_table_add(&e->table, &row);
}

static void add_rows(struct events *e, struct sl_arena *a, struct sl_value *events)
{
	sl_cli_events_sort(events);
	for (size_t i = 0; i < sl_list_len(events); i++)
		if (sl_cli_event_is_wanted(&e->view, sl_list_get(events, i)))
			add_row(e, a, sl_list_get(events, i));
}

static void print_table(struct events *e, struct sl_strbuf *out)
{
	struct sl_cli_row header;

	if (!e->table.n)
		return;
	sl_cli_event_header(&e->view, &header);
	sl_cli_table_print(&e->table, e->header ? &header : NULL, out);
	e->header = false;
}

static int print_once(struct events *e, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct sl_cli_session *s = e->session;
	struct sl_value *all = sl_value_list(&s->a);

	for (size_t i = 0; i < e->source_count; i++) {
		struct sl_cli_filter filter = { .namespace_ = e->sources[i].namespace_,
						.field_selector = e->sources[i].fields };
		struct sl_value *items;
		int r = sl_cli_list(s, &sl_cli_kube_event, &filter, &items, err);

		if (r) {
			sl_err_wrap(err, "error getting events");
			return r;
		}
		for (size_t j = 0; j < sl_list_len(items); j++)
			sl_list_push(&s->a, all, sl_list_get(items, j));
	}
	add_rows(e, &s->a, all);
	if (!e->table.n && !e->sources[0].namespace_)
		sl_cli_say(SL_CLI_FAILURE, "No events found.");
	else if (!e->table.n)
		sl_cli_say(SL_CLI_FAILURE, "No events found in %s namespace.", s->namespace_);
	print_table(e, &out);
	return sl_cli_print(&out, err);
}

/* --watch */

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct events *e = ctx;

	if (event == SL_WATCH_DELETED || !sl_cli_event_is_wanted(&e->view, object))
		return;
	if (e->synced)
		add_row(e, &a, object);
	else
		sl_list_push(&e->first_arena, e->first, sl_value_copy(&e->first_arena, object));
}

static void on_synced(void *ctx)
{
	struct events *e = ctx;

	e->synced = true;
	add_rows(e, &e->first_arena, e->first);
	sl_arena_reset(&e->first_arena);
}

static bool on_wake(void *ctx, struct sl_cli_output *output)
{
	print_table(ctx, &output->out);
	return false;
}

static int follow(struct events *e, struct sl_err *err)
{
	struct sl_cli_stream stream = {
		.ctx = e, .on_object = on_object, .on_synced = on_synced, .on_wake = on_wake
	};
	struct sl_watch_options watches[SOURCES_MAX];

	e->first = sl_value_list(&e->first_arena);
	for (size_t i = 0; i < e->source_count; i++)
		watches[i] = (struct sl_watch_options){ .kind = &sl_cli_kube_event,
							.namespace_ = e->sources[i].namespace_,
							.field_selector = e->sources[i].fields };
	return sl_cli_stream_run(e->session, watches, e->source_count, &stream, SL_NEVER, err);
}

int sl_cli_remote_events(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	bool everywhere = sl_cli_bool(args, "all-namespaces");
	struct events e = { .session = &s,
			    .view = { .types = &e.types, .namespaces = everywhere },
			    .header = !sl_cli_bool(args, "no-header"),
			    .table = SL_CLI_TABLE_INIT };
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	sl_cli_strings(args, "types", &e.types);
	if (!r)
		r = read_for(&e, sl_cli_string(args, "for"), everywhere ? NULL : s.namespace_, err);
	if (!r)
		r = sl_cli_bool(args, "watch") ? follow(&e, err) : print_once(&e, err);
	sl_strvec_release(&e.types);
	sl_cli_table_release(&e.table);
	sl_arena_release(&e.first_arena);
	return r;
}
