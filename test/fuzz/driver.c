/* Replays corpus files through a fuzz target built by any compiler: driver FILE... */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "libcommon/base/err.h"
#include "libcommon/base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(16 << 20);
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		uint8_t *exact;

		if (sl_file_read_path(argv[i], &content, &err) < 0) {
			fprintf(stderr, "%s\n", err.message);
			return 1;
		}
		/* An exact-size copy lets the sanitizer see a read one past the end. */
		exact = sl_xmalloc(content.n);
		for (size_t k = 0; k < content.n; k++)
			exact[k] = (uint8_t)content.p[k];
		LLVMFuzzerTestOneInput(exact, content.n);
		free(exact);
	}
	return 0;
}
