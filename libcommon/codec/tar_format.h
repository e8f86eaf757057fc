/*
 * The tar header block, shared by reader and writer. Source: POSIX.1-2001 "pax", ustar interchange
 * format; GNU tar manual, "Basic Tar Format", for 'L', 'K', 'S' and base-256 numbers.
 */
#ifndef LIBCOMMON_CODEC_TAR_FORMAT_H
#define LIBCOMMON_CODEC_TAR_FORMAT_H

#define SL_TAR_BLOCK 512
#define SL_TAR_NAME_SIZE 100
#define SL_TAR_PREFIX_SIZE 155

#define SL_TAR_TYPE_FILE '0'
#define SL_TAR_TYPE_FILE_OLD '\0'
#define SL_TAR_TYPE_HARDLINK '1'
#define SL_TAR_TYPE_SYMLINK '2'
#define SL_TAR_TYPE_CHAR '3'
#define SL_TAR_TYPE_BLOCK '4'
#define SL_TAR_TYPE_DIR '5'
#define SL_TAR_TYPE_FIFO '6'
#define SL_TAR_TYPE_CONTIGUOUS '7'
#define SL_TAR_TYPE_PAX 'x'
#define SL_TAR_TYPE_PAX_GLOBAL 'g'
#define SL_TAR_TYPE_GNU_NAME 'L'
#define SL_TAR_TYPE_GNU_LINK 'K'
#define SL_TAR_TYPE_GNU_SPARSE 'S'

/* All text is NUL-padded unless it fills its field. */
struct sl_tar_header {
	char name[SL_TAR_NAME_SIZE];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[6];
	char version[2];
	char uname[32];
	char gname[32];
	char devmajor[8];
	char devminor[8];
	char prefix[SL_TAR_PREFIX_SIZE];
	char rest[12];
};
_Static_assert(sizeof(struct sl_tar_header) == SL_TAR_BLOCK, "a header fills a block");

#endif
