#include "libcommon/base/sort.h"

#include <stdbool.h>
#include <stdlib.h>

/* How many items from the first on each stand in that order to the one before. */
static size_t run(const char *items, size_t count, size_t size,
		  int (*compare)(const void *a, const void *b), bool falling)
{
	size_t n = 1;

	while (n < count && (compare(items + (n - 1) * size, items + n * size) > 0) == falling)
		n++;
	return n;
}

static void swap(char *a, char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char c = a[i];

		a[i] = b[i];
		b[i] = c;
	}
}

static void reverse(char *items, size_t count, size_t size)
{
	for (size_t i = 0; i < count / 2; i++)
		swap(items + i * size, items + (count - 1 - i) * size, size);
}

void sl_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b))
{
	if (count < 2 || run(items, count, size, compare, false) == count)
		return;
	if (run(items, count, size, compare, true) == count)
		reverse(items, count, size);
	else
		qsort(items, count, size, compare);
}
