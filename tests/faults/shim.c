/* Stands between the program and its disk: counts what is changed below one folder, and can kill
 * the process at a change, answer that the disk is full, or write the changes down, so that a
 * power cut can be played. Loaded with LD_PRELOAD; steered through a shared page. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
    int pid;     /* the process that is watched */
    int changes; /* changes so far */
    int kill_at; /* SIGKILL before this change; 0: never */
    int full_at; /* from this change on the disk is full; 0: never */
    int refused; /* changes that were refused */
    int record;  /* write changes down */
};

static struct control *control;
static const char *home;
static int log_fd = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void start(void) {
    const char *page = getenv("SHIM_CONTROL"), *log = getenv("SHIM_LOG");
    home = getenv("SHIM_HOME");
    if (!page || !home) return;
    int fd = REAL(open)(page, O_RDWR | O_CLOEXEC);
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (control == MAP_FAILED) control = NULL;
    if (log) log_fd = REAL(open)(log, O_WRONLY | O_APPEND | O_CLOEXEC);
}

/* The absolute path of name seen from a folder, or of an open file; empty outside of home. */
static const char *inside(int fd, const char *name, char *out) {
    if (!control || control->pid != getpid()) return NULL;
    size_t length = 0;
    if (!name || (name[0] != '/')) {
        char link[32];
        if (fd == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t got = readlink(link, out, 4000);
        if (got < 0) return NULL;
        length = (size_t)got;
        out[length] = 0;
        if (name) snprintf(out + length, 4096 - length, "/%s", name);
    } else {
        snprintf(out, 4096, "%s", name);
    }
    return strncmp(out, home, strlen(home)) == 0 ? out : NULL;
}

/* Count a change; dies, or says -1 with ENOSPC if it needs space and the disk is full. */
static int change(int needs_space) {
    int now = __atomic_add_fetch(&control->changes, 1, __ATOMIC_SEQ_CST);
    if (control->kill_at && now >= control->kill_at) {
        control->kill_at = 0;
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    if (needs_space && control->full_at && now >= control->full_at) {
        control->refused++;
        errno = ENOSPC;
        return -1;
    }
    return 0;
}

static void note(char what, const char *path, const char *other, long at, const void *data, size_t size) {
    if (log_fd < 0 || !control->record) return;
    char head[9000];
    int length = snprintf(head, sizeof head, "%c %ld %zu %s\t%s\n", what, at, size, path, other);
    struct iovec parts[2] = {{head, (size_t)length}, {(void *)data, size}};
    if (writev(log_fd, parts, data ? 2 : 1) < 0) abort();
}

static int opened(int dir, const char *name, int flags, mode_t mode) {
    char buffer[4096];
    const char *path = (flags & (O_CREAT | O_TRUNC)) ? inside(dir, name, buffer) : NULL;
    int made = path && (flags & O_CREAT) && access(path, F_OK) != 0;
    if ((made || (path && (flags & O_TRUNC))) && change(made)) return -1;
    int fd = REAL(openat)(dir, name, flags, mode);
    if (fd >= 0 && made) note('C', path, "", 0, NULL, 0);
    if (fd >= 0 && path && !made && (flags & O_TRUNC)) note('T', path, "", 0, NULL, 0);
    return fd;
}

#define OPENER(name, first, dir)                                   \
    int name(first const char *path, int flags, ...) {             \
        va_list rest;                                              \
        va_start(rest, flags);                                     \
        mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                              \
        return opened(dir, path, flags, mode);                     \
    }
#define NOTHING
#define FOLDER int dir,
OPENER(open, NOTHING, AT_FDCWD)
OPENER(open64, NOTHING, AT_FDCWD)
OPENER(openat, FOLDER, dir)
OPENER(openat64, FOLDER, dir)

ssize_t write(int fd, const void *data, size_t size) {
    char buffer[4096];
    const char *path = inside(fd, NULL, buffer);
    if (!path) return REAL(write)(fd, data, size);
    if (change(1)) return -1;
    long at = (fcntl(fd, F_GETFL) & O_APPEND) ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t done = REAL(write)(fd, data, size);
    if (done > 0) note('W', path, "", at, data, (size_t)done);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    char buffer[4096];
    const char *path = inside(fd, NULL, buffer);
    if (path && change(1)) return -1;
    ssize_t done = REAL(pwrite64)(fd, data, size, at);
    if (path && done > 0) note('W', path, "", (long)at, data, (size_t)done);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

int ftruncate64(int fd, off64_t size) {
    char buffer[4096];
    const char *path = inside(fd, NULL, buffer);
    if (path && change(1)) return -1;
    int failed = REAL(ftruncate64)(fd, size);
    if (path && !failed) note('T', path, "", (long)size, NULL, 0);
    return failed;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd) {
    char buffer[4096];
    const char *path = inside(fd, NULL, buffer);
    if (path && change(1)) return -1;
    if (path) note('S', path, "", 0, NULL, 0);
    return 0; /* nothing here outlives the machine: only the record must know */
}
int fsync(int fd) { return synced(fd); }
int fdatasync(int fd) { return synced(fd); }

int renameat2(int from, const char *old, int to, const char *name, unsigned int flags) {
    char a[4096], b[4096];
    const char *source = inside(from, old, a), *target = inside(to, name, b);
    if (source && target && change(0)) return -1;
    int failed = REAL(renameat2)(from, old, to, name, flags);
    if (!failed && source && target) note('R', source, target, 0, NULL, 0);
    return failed;
}
int renameat(int from, const char *old, int to, const char *name) { return renameat2(from, old, to, name, 0); }
int rename(const char *old, const char *name) { return renameat2(AT_FDCWD, old, AT_FDCWD, name, 0); }

int unlinkat(int dir, const char *name, int flags) {
    char buffer[4096];
    const char *path = inside(dir, name, buffer);
    if (path && change(0)) return -1;
    int failed = REAL(unlinkat)(dir, name, flags);
    if (!failed && path) note('U', path, "", 0, NULL, 0);
    return failed;
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int dir, const char *name, mode_t mode) {
    char buffer[4096];
    const char *path = inside(dir, name, buffer);
    if (path && change(1)) return -1;
    int failed = REAL(mkdirat)(dir, name, mode);
    if (!failed && path) note('D', path, "", 0, NULL, 0);
    return failed;
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }
