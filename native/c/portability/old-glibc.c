/*
 * What the static libraries of Debian 12 want from a newer C library than the oldest that we run on (2.28).
 * Hidden, so only this library sees it.
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Prototypes of the C library's own headers would clash with some of these. */
int _dl_find_object(void *address, void *result);
int fstat(int fd, void *status);
int fstat64(int fd, void *status);
int stat(const char *path, void *status);

/* glibc 2.35; on failure libgcc's unwinder falls back to dl_iterate_phdr. */
int _dl_find_object(void *address, void *result)
{
    (void)address;
    (void)result;
    return -1;
}

/* glibc 2.32; 0 makes libstdc++ use atomic operations always. */
char __libc_single_threaded = 0;

/* glibc 2.33; on 64-bit machines the kernel's struct stat is the C library's. */
int fstat(int fd, void *status)
{
    return (int)syscall(SYS_fstat, fd, status);
}

int fstat64(int fd, void *status)
{
    return (int)syscall(SYS_fstat, fd, status);
}

int stat(const char *path, void *status)
{
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, 0);
}
