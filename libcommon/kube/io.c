#include "libcommon/kube/io.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/mem.h"
#include "libcommon/kube/client.h"

#define EVENTS_PER_ROUND 64
#define WAKE_TAG UINT64_MAX

struct lane {
	struct sl_io *io;
	CURLM *multi;
	int64_t timer_at; /* libcurl's own timer, or SL_NEVER */
	struct sl_xfer *running;
	size_t running_count;
	int64_t silent_since; /* see sl_io_silent_since() */
};

struct sl_io {
	struct sl_transport *transport;
	struct sl_io_owner *owner;
	pthread_t thread;
	int epoll_fd;
	int event_fd;
	bool leaving; /* I/O thread: `last` has run */
	struct lane lanes[SL_IO_LANE_COUNT];
	struct sl_timers timers;
	CURL *idle[SL_IO_IDLE_HANDLES];
	size_t idle_count;

	pthread_mutex_t lock; /* of what follows */
	struct sl_io_task *tasks, **tasks_end;
	struct sl_io_task *last; /* set by sl_io_stop() */
	bool asleep;		 /* the thread waits for events: a task must wake it */
	bool closed;
};

/* The lane and the descriptor in one epoll tag. */
static uint64_t tag_of(const struct lane *lane, curl_socket_t fd)
{
	return (uint64_t)(lane - lane->io->lanes) << 32 | (uint32_t)fd;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct lane *lane = arg;
	struct epoll_event ev = { .data.u64 = tag_of(lane, fd) };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(lane->io->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		curl_multi_assign(lane->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		ev.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		ev.events |= EPOLLOUT;
	/* A closed and reused descriptor is not in the set any more, whatever libcurl believes. */
	if (!known || epoll_ctl(lane->io->epoll_fd, EPOLL_CTL_MOD, fd, &ev) < 0)
		if (epoll_ctl(lane->io->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0 && errno == EEXIST)
			epoll_ctl(lane->io->epoll_fd, EPOLL_CTL_MOD, fd, &ev);
	curl_multi_assign(lane->multi, fd, lane);
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct lane *lane = arg;

	(void)multi;
	lane->timer_at = timeout_ms < 0 ? SL_NEVER : sl_mono_ms() + timeout_ms;
	return 0;
}

static void open_lane(struct sl_io *io, enum sl_io_lane which)
{
	struct lane *lane = &io->lanes[which];
	long streams = which == SL_IO_REQUESTS ? 100 : SL_KUBE_WATCHES_PER_CONNECTION;

	lane->io = io;
	lane->timer_at = SL_NEVER;
	lane->silent_since = 0;
	lane->multi = curl_multi_init();
	if (!lane->multi)
		abort(); /* out of memory */
	curl_multi_setopt(lane->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(lane->multi, CURLMOPT_SOCKETDATA, lane);
	curl_multi_setopt(lane->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(lane->multi, CURLMOPT_TIMERDATA, lane);
	curl_multi_setopt(lane->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	curl_multi_setopt(lane->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, streams);
	if (which == SL_IO_REQUESTS)
		curl_multi_setopt(lane->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
				  (long)SL_IO_REQUEST_CONNECTIONS);
}

static void heard(struct sl_xfer *x)
{
	x->heard_ms = sl_mono_ms();
	x->io->lanes[x->lane].silent_since = x->heard_ms;
}

static size_t on_header(char *p, size_t size, size_t count, void *arg)
{
	(void)p;
	heard(arg);
	return size * count;
}

static size_t on_body(char *p, size_t size, size_t count, void *arg)
{
	struct sl_xfer *x = arg;
	size_t n = size * count;
	long status = 0;

	heard(x);
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	x->status = (int)status;
	return x->on_data(x, (struct sl_str){ p, n }) ? n : CURL_WRITEFUNC_ERROR;
}

/* A connection stands and the request is about to be sent on it. */
static int on_connected(void *arg, char *peer, char *local, int peer_port, int local_port)
{
	struct sl_xfer *x = arg;
	curl_off_t id = -1;

	(void)peer;
	(void)local;
	(void)peer_port;
	(void)local_port;
	x->sent = true;
	curl_easy_getinfo(x->easy, CURLINFO_CONN_ID, &id);
	x->connection = id;
	if (x->on_sent)
		x->on_sent(x);
	return CURL_PREREQFUNC_OK;
}

static void set_callbacks(struct sl_xfer *x)
{
	curl_easy_setopt(x->easy, CURLOPT_PRIVATE, x);
	curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(x->easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(x->easy, CURLOPT_PREREQDATA, x);
}

void sl_xfer_start(struct sl_io *io, struct sl_xfer *x)
{
	struct lane *lane = &io->lanes[x->lane];

	x->io = io;
	x->status = 0;
	x->retry_after_ms = 0;
	x->connection = -1;
	x->heard_ms = 0;
	x->sent = false;
	x->error[0] = '\0';
	x->easy = io->idle_count ? io->idle[--io->idle_count] : sl_transport_handle(io->transport);
	sl_transport_prepare(io->transport, x);
	set_callbacks(x);
	x->next = lane->running;
	x->link = &lane->running;
	if (x->next)
		x->next->link = &x->next;
	lane->running = x;
	lane->running_count++;
	if (!lane->silent_since)
		lane->silent_since = sl_mono_ms();
	x->in_multi = true;
	if (curl_multi_add_handle(lane->multi, x->easy) != CURLM_OK)
		abort(); /* out of memory, or called from inside libcurl */
}

/* Take the transfer out of the lane's list and give its handle back. */
static void finish(struct sl_io *io, struct sl_xfer *x)
{
	*x->link = x->next;
	if (x->next)
		x->next->link = x->link;
	x->next = NULL;
	x->link = NULL;
	sl_transport_clear(x);
	if (io->idle_count < SL_IO_IDLE_HANDLES)
		io->idle[io->idle_count++] = x->easy;
	else
		curl_easy_cleanup(x->easy);
	x->easy = NULL;
}

static void leave_lane(struct sl_io *io, struct sl_xfer *x, bool closed)
{
	struct lane *lane = &io->lanes[x->lane];

	if (x->in_multi) {
		curl_multi_remove_handle(lane->multi, x->easy);
		x->in_multi = false;
		lane->running_count--;
	}
	if (!lane->running_count && (closed || x->heard_ms))
		lane->silent_since = 0;
	finish(io, x);
}

void sl_xfer_cancel(struct sl_io *io, struct sl_xfer *x)
{
	if (x->easy)
		leave_lane(io, x, false);
}

void sl_io_renew(struct sl_io *io, enum sl_io_lane which)
{
	struct lane *lane = &io->lanes[which];
	struct sl_xfer *ended = lane->running;

	lane->running = NULL;
	lane->running_count = 0;
	if (ended)
		ended->link = &ended;
	for (struct sl_xfer *x = ended; x; x = x->next) {
		curl_multi_remove_handle(lane->multi, x->easy);
		x->in_multi = false;
	}
	curl_multi_cleanup(lane->multi);
	open_lane(io, which);
	while (ended) {
		struct sl_xfer *x = ended;

		finish(io, x);
		x->on_end(x, SL_XFER_RENEWED);
	}
}

int64_t sl_io_silent_since(const struct sl_io *io, enum sl_io_lane lane)
{
	return io->lanes[lane].silent_since;
}

int64_t sl_io_connection_heard(const struct sl_io *io, enum sl_io_lane lane, int64_t connection)
{
	int64_t heard = 0;

	for (const struct sl_xfer *x = io->lanes[lane].running; x; x = x->next) {
		if (x->connection == connection && x->heard_ms > heard)
			heard = x->heard_ms;
	}
	return heard;
}

void sl_io_timer_set(struct sl_io *io, struct sl_timer *t, int64_t at_ms)
{
	sl_timers_set(&io->timers, t, at_ms);
}

void sl_io_timer_cancel(struct sl_io *io, struct sl_timer *t)
{
	sl_timers_cancel(&io->timers, t);
}

/*
 * A server whose authority has the name of ours and another key, as all of kubeadm's have: OpenSSL
 * reports the bad signature from its ASN.1 layer, from 3.5 on from the provider below it, and libcurl
 * takes that for a failed handshake.
 */
static bool has_bad_signature(const struct sl_xfer *x, CURLcode code)
{
	return code == CURLE_SSL_CONNECT_ERROR &&
	       (strstr(x->error, ":asn1 ") || strstr(x->error, ":provider signature failure"));
}

static enum sl_xfer_end end_of(const struct sl_xfer *x, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return SL_XFER_ANSWERED;
	case CURLE_WRITE_ERROR:
		return SL_XFER_ABORTED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return SL_XFER_REFUSED;
	default:
		if (has_bad_signature(x, code))
			return SL_XFER_REFUSED;
		return x->sent ? SL_XFER_BROKEN : SL_XFER_UNREACHABLE;
	}
}

static void explain(struct sl_xfer *x, enum sl_xfer_end end, CURLcode code)
{
	const char *text = x->error;

	if (has_bad_signature(x, code))
		text = "the server's certificate is not signed by the certificate authority given";
	else if (end != SL_XFER_ANSWERED && !text[0])
		text = curl_easy_strerror(code);
	if (text != x->error)
		snprintf(x->error, sizeof(x->error), "%s", text);
}

static void end_transfer(struct sl_io *io, CURL *easy, CURLcode code)
{
	struct sl_xfer *x = NULL;
	enum sl_xfer_end end;
	curl_off_t retry_after = 0;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &x);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
	end = end_of(x, code);
	x->status = (int)status;
	x->retry_after_ms = (int64_t)retry_after * 1000;
	explain(x, end, code);
	leave_lane(io, x, true);
	x->on_end(x, end);
}

static void end_transfers(struct sl_io *io)
{
	for (int i = 0; i < SL_IO_LANE_COUNT; i++) {
		CURLMsg *msg;
		int left;

		/* on_end() may renew the lane: its multi handle is read anew each time. */
		while ((msg = curl_multi_info_read(io->lanes[i].multi, &left))) {
			if (msg->msg == CURLMSG_DONE)
				end_transfer(io, msg->easy_handle, msg->data.result);
		}
	}
}

static void socket_event(struct sl_io *io, const struct epoll_event *ev)
{
	struct lane *lane = &io->lanes[ev->data.u64 >> 32];
	int flags = 0, running;

	if (ev->events & EPOLLIN)
		flags |= CURL_CSELECT_IN;
	if (ev->events & EPOLLOUT)
		flags |= CURL_CSELECT_OUT;
	if (ev->events & (EPOLLERR | EPOLLHUP))
		flags |= CURL_CSELECT_ERR;
	curl_multi_socket_action(lane->multi, (curl_socket_t)(uint32_t)ev->data.u64, flags,
				 &running);
}

/* How long nothing is to be done unless something comes, in ms; -1: for ever. */
static int patience(struct sl_io *io)
{
	int64_t now = sl_mono_ms(), until = sl_timers_next(&io->timers);

	for (int i = 0; i < SL_IO_LANE_COUNT; i++) {
		if (io->lanes[i].timer_at < until)
			until = io->lanes[i].timer_at;
	}
	if (until == SL_NEVER)
		return -1;
	if (until <= now)
		return 0;
	return until - now > INT32_MAX ? INT32_MAX : (int)(until - now);
}

/* Whoever hands a task in from now on wakes the thread. False when there is one already. */
static bool fall_asleep(struct sl_io *io)
{
	bool asleep;

	pthread_mutex_lock(&io->lock);
	asleep = io->asleep = !io->tasks && !io->last;
	pthread_mutex_unlock(&io->lock);
	return asleep;
}

static void wait_for_events(struct sl_io *io)
{
	struct epoll_event events[EVENTS_PER_ROUND];
	int timeout = patience(io), n;

	if (timeout && !fall_asleep(io))
		timeout = 0;
	n = epoll_wait(io->epoll_fd, events, EVENTS_PER_ROUND, timeout);
	for (int i = 0; i < n; i++) {
		if (events[i].data.u64 != WAKE_TAG)
			socket_event(io, &events[i]);
	}
}

/* libcurl's timers: among them that of a transfer which has just been started. True when one was due. */
static bool run_lanes(struct sl_io *io, int64_t now)
{
	bool any = false;

	for (int i = 0; i < SL_IO_LANE_COUNT; i++) {
		struct lane *lane = &io->lanes[i];
		int running;

		if (lane->timer_at > now)
			continue;
		any = true;
		lane->timer_at = SL_NEVER;
		curl_multi_socket_action(lane->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	return any;
}

static void run_timers(struct sl_io *io)
{
	int64_t now = sl_mono_ms();
	struct sl_timer *t;

	run_lanes(io, now);
	while ((t = sl_timers_take_due(&io->timers, now)))
		t->fire(t);
}

/* Once `last` has run nothing more is taken in: what came before that is still run. */
static void run_tasks(struct sl_io *io)
{
	struct sl_io_task *t, *last;

	pthread_mutex_lock(&io->lock);
	t = io->tasks;
	io->tasks = NULL;
	io->tasks_end = &io->tasks;
	last = io->last;
	io->last = NULL;
	io->asleep = false;
	if (last)
		io->closed = true;
	pthread_mutex_unlock(&io->lock);
	while (t) {
		struct sl_io_task *next = t->next;

		t->run(t);
		t = next;
	}
	if (last) {
		last->run(last);
		io->leaving = true;
	}
}

static void end_round(struct sl_io *io)
{
	end_transfers(io);
	io->owner->after_round(io->owner);
}

static void *io_main(void *arg)
{
	struct sl_io *io = arg;

	while (!io->leaving) {
		wait_for_events(io);
		run_timers(io);
		run_tasks(io);
		end_round(io);
		/* What the end of the round has started is sent without another look at the sockets. */
		if (run_lanes(io, sl_mono_ms()))
			end_round(io);
	}
	return NULL;
}

static void wake(struct sl_io *io)
{
	uint64_t one = 1;

	/* Each write is an edge, whether or not what was written before was read: it never is. */
	if (write(io->event_fd, &one, sizeof(one)) < 0)
		abort(); /* after 2^64 of them */
}

bool sl_io_post(struct sl_io *io, struct sl_io_task *task)
{
	bool taken, asleep;

	task->next = NULL;
	pthread_mutex_lock(&io->lock);
	taken = !io->closed && !io->last;
	asleep = taken && io->asleep;
	if (taken) {
		*io->tasks_end = task;
		io->tasks_end = &task->next;
		io->asleep = false; /* as soon as it is woken, below */
	}
	pthread_mutex_unlock(&io->lock);
	if (asleep)
		wake(io);
	return taken;
}

static int start_thread(struct sl_io *io, struct sl_err *err)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, SL_IO_STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&io->thread, &attr, io_main, io);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return r ? sl_err_errno(err, r, "start the I/O thread") : 0;
}

int sl_io_new(struct sl_transport *transport, struct sl_io_owner *owner, struct sl_io **ret_io,
	      struct sl_err *err)
{
	struct sl_io *io = sl_xcalloc(1, sizeof(*io));
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET, .data.u64 = WAKE_TAG };
	int r;

	io->transport = transport;
	io->owner = owner;
	io->tasks_end = &io->tasks;
	pthread_mutex_init(&io->lock, NULL);
	for (int i = 0; i < SL_IO_LANE_COUNT; i++)
		open_lane(io, (enum sl_io_lane)i);
	io->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	io->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (io->epoll_fd < 0 || io->event_fd < 0 ||
	    epoll_ctl(io->epoll_fd, EPOLL_CTL_ADD, io->event_fd, &ev) < 0)
		r = sl_err_errno(err, errno, "set up the I/O thread");
	else
		r = start_thread(io, err);
	if (r < 0) {
		sl_io_free(io);
		return r;
	}
	*ret_io = io;
	return 0;
}

void sl_io_stop(struct sl_io *io, struct sl_io_task *last)
{
	pthread_mutex_lock(&io->lock);
	io->last = last;
	pthread_mutex_unlock(&io->lock);
	wake(io);
	pthread_join(io->thread, NULL);
}

void sl_io_free(struct sl_io *io)
{
	if (!io)
		return;
	while (io->idle_count)
		curl_easy_cleanup(io->idle[--io->idle_count]);
	for (int i = 0; i < SL_IO_LANE_COUNT; i++)
		curl_multi_cleanup(io->lanes[i].multi);
	sl_timers_release(&io->timers);
	if (io->epoll_fd >= 0)
		close(io->epoll_fd);
	if (io->event_fd >= 0)
		close(io->event_fd);
	pthread_mutex_destroy(&io->lock);
	sl_transport_free(io->transport);
	free(io);
}
