#include "libcommon/kube/metrics_process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libcommon/base/file.h"

enum process_metric {
	RESIDENT,
	VIRTUAL,
	CPU,
	OPEN_FDS,
	MAX_FDS,
	THREADS,
	START,
};

static const struct sl_metric_desc descs[] = {
	[RESIDENT] = { .name = "process_resident_memory_bytes",
		       .help = "Resident memory size in bytes.",
		       .type = SL_METRIC_GAUGE },
	[VIRTUAL] = { .name = "process_virtual_memory_bytes",
		      .help = "Virtual memory size in bytes.",
		      .type = SL_METRIC_GAUGE },
	[CPU] = { .name = "process_cpu_seconds_total",
		  .help = "Total user and system CPU time spent in seconds.",
		  .type = SL_METRIC_COUNTER },
	[OPEN_FDS] = { .name = "process_open_fds",
		       .help = "Number of open file descriptors.",
		       .type = SL_METRIC_GAUGE },
	[MAX_FDS] = { .name = "process_max_fds",
		      .help = "Maximum number of open file descriptors.",
		      .type = SL_METRIC_GAUGE },
	[THREADS] = { .name = "process_threads",
		      .help = "Number of threads.",
		      .type = SL_METRIC_GAUGE },
	[START] = { .name = "process_start_time_seconds",
		    .help = "Start time of the process since unix epoch in seconds.",
		    .type = SL_METRIC_GAUGE },
};

/* Fields of /proc/self/stat, proc(5), counted from the one after the command's ")". */
enum stat_field { STAT_THREADS = 17, STAT_START_TICKS = 19, STAT_VSIZE = 20, STAT_RSS_PAGES = 21 };

static bool read_stat(uint64_t *ret_fields, size_t count)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(4096);
	struct sl_str rest, part;
	ptrdiff_t end;

	if (sl_file_read_path("/proc/self/stat", &text, NULL))
		return false;
	rest = sl_strbuf_str(&text);
	end = sl_str_rchr(rest, ')');
	if (end < 0 || (size_t)end + 2 > rest.n)
		return false;
	rest = sl_str_sub(rest, (size_t)end + 2, rest.n);
	for (size_t i = 0; i < count; i++) {
		if (!sl_str_split(&rest, ' ', &part))
			return false;
		if (!sl_str_to_u64(part, UINT64_MAX, &ret_fields[i]))
			ret_fields[i] = 0; /* the state letter, negative priorities */
	}
	return true;
}

/* Wall time of the boot, in seconds: "btime" of /proc/stat. */
static double boot_time(void)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT((size_t)4 << 20);
	struct sl_str rest, line;
	uint64_t seconds = 0;

	if (sl_file_read_path("/proc/stat", &text, NULL))
		return 0;
	rest = sl_strbuf_str(&text);
	while (sl_str_split(&rest, '\n', &line))
		if (sl_str_cut_prefix(&line, SL_STR("btime ")))
			(void)sl_str_to_u64(line, UINT64_MAX, &seconds);
	return (double)seconds;
}

static size_t count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	if (!dir)
		return 0;
	for (const struct dirent *e; (e = readdir(dir));)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n - 1; /* the directory itself */
}

static void set(struct sl_metrics *m, enum process_metric which, double value)
{
	sl_metric_set(sl_metrics_register(m, &descs[which]), value, SL_NO_LABELS);
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static void collect(void *ctx)
{
	struct sl_metrics *m = ctx;
	uint64_t fields[STAT_RSS_PAGES + 1];
	struct rlimit limit;
	struct rusage usage;

	if (read_stat(fields, SL_ARRAY_LEN(fields))) {
		double ticks = (double)sysconf(_SC_CLK_TCK), page = (double)sysconf(_SC_PAGESIZE);

		set(m, RESIDENT, (double)fields[STAT_RSS_PAGES] * page);
		set(m, VIRTUAL, (double)fields[STAT_VSIZE]);
		set(m, THREADS, (double)fields[STAT_THREADS]);
		set(m, START, boot_time() + (double)fields[STAT_START_TICKS] / ticks);
		set(m, OPEN_FDS, (double)count_fds());
	}
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		set(m, CPU, seconds(&usage.ru_utime) + seconds(&usage.ru_stime));
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		set(m, MAX_FDS, (double)limit.rlim_cur);
}

void sl_metrics_add_process(struct sl_metrics *m)
{
	sl_metrics_on_collect(m, collect, m);
}
