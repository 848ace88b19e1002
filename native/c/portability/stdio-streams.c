/*
 * Debian's static libraries are compiled for executables: their direct references to data of the C library cannot be linked
 * into a shared object. The build renames stdin, stdout and stderr in them to these.
 */
#include <stdio.h>

FILE *bv_stdin, *bv_stdout, *bv_stderr;

__attribute__((constructor)) static void fill_streams(void)
{
    bv_stdin = stdin;
    bv_stdout = stdout;
    bv_stderr = stderr;
}
